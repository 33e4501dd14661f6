import type { HostKeyRow, OfferedHostKey } from '../contract/index.ts'

/** How long an offered key stays before another that the server shows may take its place, in ms: an hour. */
export const offerStaysMs = 3_600_000

/** The key that a row offers for somebody to accept; `undefined`: none. */
export function offerOf({ status, offered, created_at, ...row }: HostKeyRow): OfferedHostKey | undefined {
  if (status === 'accepted') return offered ?? undefined
  const { type, public_key, fingerprint } = row
  return { type, public_key, fingerprint, offered_at: created_at }
}
