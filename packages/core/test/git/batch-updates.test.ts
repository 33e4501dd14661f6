import { describe, expect, it } from 'vitest'
import { batchUpdates } from '../../src/git/batch-updates.ts'
import { pushRefs, type RefUpdate } from '../../src/git/commands/push.ts'

const oid = '1'.repeat(40)
const make = (ref: string): RefUpdate => ({ ref: `refs/heads/${ref}`, oid, expected: null })
const remove = (ref: string): RefUpdate => ({ ref: `refs/heads/${ref}`, oid: null, expected: oid })
const many = (count: number): RefUpdate[] =>
  Array.from({ length: count }, (_, number) => ({ ...make(`é/${number}`), expected: oid }))
const names = (batches: RefUpdate[][]) =>
  batches.map((batch) => batch.map(({ ref }) => ref.replace('refs/heads/', '')))
const bytesOf = (updates: RefUpdate[]): number =>
  pushRefs({ url: 'https://host/x', protocol: 'https', updates }).args.reduce(
    (sum, argument) => sum + Buffer.byteLength(argument) + 1 + 8,
    0,
  )

describe('batchUpdates', () => {
  it('needs no push for no update, and one for few', () => {
    expect(batchUpdates([])).toEqual([])
    expect(batchUpdates([])).toEqual(batchUpdates([], { atomic: true }))
    const few = [make('a'), remove('b'), make('c')]
    expect(batchUpdates(few)).toEqual([few])
    expect(batchUpdates(few, { atomic: true })).toEqual([few])
  })

  it('cuts so that no command line passes the limit, and loses nothing of the order', () => {
    const updates = many(2_000)
    const batches = batchUpdates(updates, { maxBytes: 50_000 })
    expect(batches.flat()).toEqual(updates)
    const rest = bytesOf([])
    for (const batch of batches) expect(bytesOf(batch) - rest).toBeLessThanOrEqual(50_000)
    for (const batch of batches.slice(0, -1)) expect(bytesOf(batch) - rest).toBeGreaterThan(49_500)
  })

  it('stays under half of 1 MiB, and one argument under 128 KiB, unless told otherwise', () => {
    const longest = Array.from({ length: 100 }, (_, number) => make(`${number}/${'é'.repeat(3_900)}`))
    for (const batch of [...batchUpdates(many(10_000)), ...batchUpdates(longest)]) {
      expect(bytesOf(batch)).toBeLessThan(530_000)
      const { args } = pushRefs({ url: 'x', protocol: 'https', updates: batch })
      expect(Math.max(...args.map((argument) => Buffer.byteLength(argument)))).toBeLessThan(128 * 1024)
    }
    expect(batchUpdates(many(10_000)).length).toBeGreaterThan(1)
  })

  it('holds at least one update, however small the limit', () => {
    expect(batchUpdates([make('a'), make('b')], { maxBytes: 1 })).toEqual([[make('a')], [make('b')]])
  })

  it('deletes what stands in the way of another name in pushes of their own, first', () => {
    const updates = [make('a/b'), make('c'), remove('x'), remove('d/e/f'), make('d'), remove('a')]
    expect(names(batchUpdates(updates))).toEqual([
      ['d/e/f', 'a'],
      ['a/b', 'c', 'x', 'd'],
    ])
  })

  it('cannot be atomic in several pushes', () => {
    expect(() => batchUpdates(many(10_000), { atomic: true })).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED',
        details: expect.objectContaining({ field: 'atomic', reason: 'too_many_refs' }),
      }),
    )
    expect(() => batchUpdates([remove('a'), make('a/b')], { atomic: true })).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED',
        details: { field: 'atomic', reason: 'ref_clash', ref: 'refs/heads/a' },
      }),
    )
  })
})
