import { createSecretKey } from 'node:crypto'
import { chainHash, chainStart } from '../../src/audit/index.ts'
import type { AuditEntryRow } from '../../src/contract/index.ts'

export const testKey = createSecretKey(Buffer.alloc(32, 7))

export type SealedRow = AuditEntryRow & { seq: number; prev_hash: string; hash: string }

/** An entry that is not sealed. */
export const entryRow = (id: number): AuditEntryRow => ({
  id,
  type: 'update',
  object_type: 'repo',
  object_id: 3,
  operator: 'anna',
  result: 'success',
  error_code: null,
  details: { name: `clone ${id}`, nested: { list: [1, { deep: 'value' }] } },
  ip: '127.0.0.1',
  user_agent: null,
  request_id: null,
  created_at: '2026-01-01T00:00:00.000Z',
  seq: null,
  prev_hash: null,
  hash: null,
  mac: null,
  version: 1,
})

/** A chain of entries; entry n has the id 10·n, so that no test can take one for the other. */
export function sealedChain(length: number, key = testKey): SealedRow[] {
  const rows: SealedRow[] = []
  let last = chainStart
  for (let seq = 1; seq <= length; seq += 1) {
    const row = { ...entryRow(seq * 10), seq, prev_hash: last.hash }
    last = { seq, hash: chainHash(key, row) }
    rows.push({ ...row, hash: last.hash, version: 2 })
  }
  return rows
}
