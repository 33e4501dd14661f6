import { createHash } from 'node:crypto'
import type { RepoRow } from '../contract/index.ts'

/** Every store is checked once in this time, in ms (grokmirror: monthly). */
export const checkEveryMs = 30 * 24 * 60 * 60_000

/**
 * When a store is to be checked next, in ms since 1970: 30 days after the last time. The first time is at a random date
 * within 30 days of its registration, the same after a restart, so that stores made together are not all checked
 * together. Pure.
 */
export function nextCheck({
  uuid,
  checked_at,
  created_at,
}: Pick<RepoRow, 'uuid' | 'checked_at' | 'created_at'>): number {
  if (checked_at !== null) return Date.parse(checked_at) + checkEveryMs
  const chance = createHash('sha256').update(uuid).digest().readUInt32BE(0) / 2 ** 32
  return Date.parse(created_at) + Math.floor(chance * checkEveryMs)
}
