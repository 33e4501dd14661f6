import { createHmac, type KeyObject } from 'node:crypto'
import type { AuditEntryRow } from '../contract/index.ts'
import { canonicalJson } from './canonical-json.ts'

/** One link of the chain: its place, counted from 1, and its hash (64 hex digits). */
export interface ChainHead {
  readonly seq: number
  readonly hash: string
}

/** What stands before the first entry. */
export const chainStart: ChainHead = { seq: 0, hash: '0'.repeat(64) }

/** An entry at its place: what its hash is made of. */
export type ChainedEntry = Omit<AuditEntryRow, 'hash' | 'version'> & {
  readonly seq: number
  readonly prev_hash: string
}

/**
 * The hash of an entry at its place: HMAC-SHA256 over its canonical JSON, in which everything stands that the log holds
 * of it but the hash itself. Fields that are null are left out, so that a column added later, null in the entries of
 * before, changes none of their hashes.
 */
export function chainHash(key: KeyObject, entry: ChainedEntry): string {
  const content = Object.entries(entry).filter(
    ([name, value]) => value !== null && name !== 'hash' && name !== 'version',
  )
  return createHmac('sha256', key)
    .update(canonicalJson(Object.fromEntries(content)))
    .digest('hex')
}

/** Whether an entry is what was sealed at a place; by default the place that it says. */
export function isAuthentic(key: KeyObject, entry: AuditEntryRow, seq = entry.seq): boolean {
  const { prev_hash } = entry
  return seq !== null && prev_hash !== null && chainHash(key, { ...entry, seq, prev_hash }) === entry.hash
}
