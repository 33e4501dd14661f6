import { createSecretKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Checkpoint, claimsEntries, formatCheckpoint, parseCheckpoint } from '../../src/audit/index.ts'
import { testKey } from './entries.ts'

const checkpoint: Checkpoint = {
  seq: 12,
  hash: 'ab'.repeat(32),
  sealed_at: '2026-01-01T00:00:00.000Z',
  lost_at: null,
}
const line = formatCheckpoint(testKey, checkpoint)

describe('a checkpoint', () => {
  it('is one line, and reads back', () => {
    expect(line).toMatch(/^\{[^\n]*\}\n$/)
    expect(parseCheckpoint(testKey, line)).toEqual(checkpoint)
  })

  it.each([
    ['seq', 11],
    ['hash', 'cd'.repeat(32)],
    ['sealed_at', '2026-01-02T00:00:00.000Z'],
    ['lost_at', 3],
    ['mac', '00'.repeat(32)],
    ['mac', ''],
    ['mac', undefined],
    ['more', 1],
  ])('is not believed with another %s', (name, value) => {
    const forged = JSON.stringify({ ...JSON.parse(line), [name]: value })
    expect(parseCheckpoint(testKey, forged)).toBeUndefined()
  })

  it.each(['', '\n', 'null', '[]', '12', '{}', line.slice(0, -10)])('is not believed as %j', (text) => {
    expect(parseCheckpoint(testKey, text)).toBeUndefined()
    expect(claimsEntries(text)).toBe(true)
  })

  it('is not believed when another key made it', () => {
    expect(parseCheckpoint(createSecretKey(Buffer.alloc(32, 1)), line)).toBeUndefined()
  })

  it('of an empty chain claims no entries', () => {
    const empty = { ...checkpoint, seq: 0 }
    expect(claimsEntries(formatCheckpoint(testKey, empty))).toBe(false)
    expect(claimsEntries(formatCheckpoint(testKey, { ...empty, lost_at: 0 }))).toBe(true)
    expect(claimsEntries(line)).toBe(true)
  })
})
