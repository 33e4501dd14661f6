import { createHmac, type KeyObject } from 'node:crypto'
import type { AuditEntryRow } from '../contract/index.ts'
import { canonicalJson, type Json } from './canonical-json.ts'

/** What an entry says, whatever its id and its place in the chain. */
export type EntryContent = Omit<AuditEntryRow, 'id' | 'version' | 'seq' | 'prev_hash' | 'hash' | 'mac'>

/** The key of the audit log, and from which entry on it vouches for what was written. */
export interface AuditAuthority {
  readonly key: KeyObject
  /** The newest entry that was written before there was a key; 0: none was. Up to there entries carry no MAC. */
  readonly unsignedUntil: number
}

/**
 * What an entry carries from its first moment on, until the chain covers it: a nonce, and the HMAC-SHA256 of both.
 * With the nonce no two entries have the same one, so that a copy of an entry is told from the entry.
 * @param nonce hexadecimal, never given twice
 */
export function entryMac(key: KeyObject, entry: EntryContent, nonce: string): string {
  const content = Object.entries(entry)
    .filter(([name, value]) => value !== null && !outside.has(name))
    .map(([name, value]) => [name, asStored(value)])
  // no chain hash begins so, nor does a checkpoint
  const text = `entry\n${nonce}\n${canonicalJson(Object.fromEntries(content))}`
  return `${nonce}.${createHmac('sha256', key).update(text).digest('hex')}`
}

/** Whether gitferry wrote an entry as it is: by its MAC, or by being older than the key. */
export function isWritten({ key, unsignedUntil }: AuditAuthority, entry: AuditEntryRow): boolean {
  if (entry.mac === null) return entry.id <= unsignedUntil
  return entryMac(key, entry, entry.mac.split('.', 1)[0]!) === entry.mac
}

const outside = new Set(['id', 'version', 'seq', 'prev_hash', 'hash', 'mac'])

/** As it will be read: JSON drops what is undefined, and text is stored as UTF-8. */
const asStored = (value: unknown): Json =>
  typeof value === 'string' ? value.toWellFormed() : JSON.parse(JSON.stringify(value))
