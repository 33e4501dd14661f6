import { describe, expect, it } from 'vitest'
import { entryMac, isWritten } from '../../src/audit/index.ts'
import { entryRow, testKey } from './entries.ts'

const written = (id: number, nonce = 'aa') => ({
  ...entryRow(id),
  mac: entryMac(testKey, entryRow(id), nonce),
})
const authority = { key: testKey, unsignedUntil: 3 }

describe('the MAC of an entry', () => {
  it('holds whatever id and place the entry gets', () => {
    const sealed = { seq: 4, prev_hash: '0'.repeat(64), hash: '1'.repeat(64) }
    expect(isWritten(authority, { ...written(9), ...sealed, id: 10, version: 2 })).toBe(true)
  })

  it.each([
    { type: 'delete' },
    { object_type: 'task' },
    { object_id: 4 },
    { operator: 'mallory' },
    { result: 'failure' },
    { error_code: 'X' },
    { details: {} },
    { ip: null },
    { user_agent: 'x' },
    { request_id: 'x' },
    { created_at: '2020-01-01T00:00:00.000Z' },
    { mac: `bb${written(9).mac.slice(2)}` },
    { mac: '' },
  ] as const)('does not hold for what was changed: %j', (changes) => {
    expect(isWritten(authority, { ...written(9), ...changes })).toBe(false)
  })

  it('may be missing from what is older than the key, and from nothing else', () => {
    expect(isWritten(authority, entryRow(3))).toBe(true)
    expect(isWritten(authority, entryRow(4))).toBe(false)
    expect(isWritten(authority, { ...entryRow(3), mac: 'aa.00' })).toBe(false)
  })

  it('is another one with another nonce', () => {
    expect(written(9, 'aa').mac.slice(3)).not.toBe(written(9, 'ab').mac.slice(3))
  })

  it('is of an entry as it will be read back', () => {
    const given = { ...entryRow(9), operator: 'a\ud800', details: { a: undefined as unknown as null, b: -0 } }
    const read = { ...given, operator: 'a\ufffd', details: { b: 0 } }
    expect(isWritten(authority, { ...read, mac: entryMac(testKey, given, 'aa') })).toBe(true)
  })
})
