import { createHmac, createSecretKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { canonicalJson, chainHash, isAuthentic } from '../../src/audit/index.ts'
import { auditEntryRow } from '../../src/contract/index.ts'
import { entryRow, sealedChain, testKey } from './entries.ts'

const [, entry] = sealedChain(2)

describe('the hash of an entry', () => {
  it('is an HMAC-SHA256 over the canonical JSON of all that the entry says', () => {
    const { hash, version: _, ...content } = entry!
    const said = Object.fromEntries(Object.entries(content).filter(([, value]) => value !== null))
    const expected = createHmac('sha256', testKey).update(canonicalJson(said)).digest('hex')
    expect(hash).toBe(expected)
  })

  it.each(Object.keys(auditEntryRow.shape).filter((name) => name !== 'version'))(
    'changes with %s',
    (name) => {
      const value = entry![name as 'details']
      const other =
        typeof value === 'number' ? value + 1 : name === 'details' ? { ...value, more: 1 } : 'other'
      expect(isAuthentic(testKey, entry!)).toBe(true)
      expect(isAuthentic(testKey, { ...entry!, [name]: other })).toBe(false)
      expect(isAuthentic(testKey, { ...entry!, [name]: null })).toBe(value === null)
    },
  )

  it('does not change with the version of the row, with the order of its fields, or with a column that is null', () => {
    expect(isAuthentic(testKey, { ...entry!, version: 9 })).toBe(true)
    expect(
      isAuthentic(testKey, Object.fromEntries(Object.entries(entry!).reverse()) as typeof entry & {}),
    ).toBe(true)
    expect(isAuthentic(testKey, { ...entry!, session_id: null } as typeof entry & {})).toBe(true)
    expect(isAuthentic(testKey, { ...entry!, session_id: 's' } as typeof entry & {})).toBe(false)
  })

  it('cannot be made without the key', () => {
    const other = createSecretKey(Buffer.alloc(32, 8))
    const place = { seq: 2, prev_hash: entry!.prev_hash }
    expect(chainHash(other, { ...entryRow(20), ...place })).not.toBe(entry!.hash)
    expect(isAuthentic(other, entry!)).toBe(false)
  })

  it('is not there before the entry is sealed', () => {
    expect(isAuthentic(testKey, entryRow(1))).toBe(false)
  })
})
