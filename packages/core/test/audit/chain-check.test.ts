import { createSecretKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ChainCheck, type ChainHead, chainHash, maxProblems } from '../../src/audit/index.ts'
import type { AuditEntryRow } from '../../src/contract/index.ts'
import { entryRow, type SealedRow, sealedChain, testKey } from './entries.ts'

const length = 9
const headOf = (rows: readonly SealedRow[]): ChainHead => ({ seq: rows.at(-1)!.seq, hash: rows.at(-1)!.hash })
const full = headOf(sealedChain(length))

/** `null`: without a checkpoint. */
function check(rows: readonly AuditEntryRow[], checkpoint: ChainHead | null = full, outside: number[] = []) {
  const checking = new ChainCheck({ key: testKey, checkpoint: checkpoint ?? undefined })
  const inOrder = rows.toSorted((a, b) => a.seq! - b.seq! || a.id - b.id)
  for (const row of inOrder) checking.add({ ...row, seq: row.seq! })
  checking.end()
  for (const id of outside) checking.addOutside({ id })
  return checking.result({ unsealed: outside.length })
}

const found = (...given: Parameters<typeof check>) =>
  check(...given).problems.map(({ kind, seq, entry_id }) => [kind, seq, entry_id])

/** The chain after `tamper` changed it. */
const tampered = (tamper: (rows: SealedRow[]) => SealedRow[]): SealedRow[] => tamper(sealedChain(length))

const altered = (index: number, changes: Partial<AuditEntryRow>): SealedRow[] =>
  tampered((rows) => rows.with(index, { ...rows[index]!, ...changes } as SealedRow))

const forged = (seq: number, id: number, copied: Partial<SealedRow> = {}): SealedRow => {
  const other = createSecretKey(Buffer.alloc(32, 9))
  const row = { ...entryRow(id), seq, prev_hash: '1'.repeat(64) }
  return { ...row, hash: chainHash(other, row), ...copied }
}

describe('checking a chain', () => {
  it('finds nothing where nothing was done', () => {
    expect(check(sealedChain(length))).toEqual({
      valid: true,
      sealed: length,
      unsealed: 0,
      head_seq: length,
      problems: [],
    })
  })

  it('finds nothing in no chain', () => {
    expect(check([], { seq: 0, hash: '0'.repeat(64) })).toMatchObject({
      valid: true,
      sealed: 0,
      head_seq: null,
    })
    expect(check([], null)).toMatchObject({ valid: true, head_seq: null })
  })

  it('finds nothing where the chain goes further than its checkpoint', () => {
    expect(found(sealedChain(length), headOf(sealedChain(4)))).toEqual([])
  })

  it.each([1, 5, length])('names an entry that was changed, at place %i', (place) => {
    const rows = altered(place - 1, { operator: 'mallory' })
    expect(found(rows)).toEqual([['changed', place, place * 10]])
    expect(check(rows).valid).toBe(false)
  })

  it('names an entry with another hash, or another hash before it', () => {
    expect(found(altered(4, { hash: 'f'.repeat(64) }))).toEqual([['changed', 5, 50]])
    expect(found(altered(4, { prev_hash: 'f'.repeat(64) }))).toEqual([['changed', 5, 50]])
    const nothing = altered(4, { prev_hash: null, hash: null })
    expect(found(nothing)).toEqual([['changed', 5, 50]])
  })

  it.each([1, 2, 5, length - 1])('names the place of an entry that was removed, place %i', (place) => {
    const rows = tampered((rows) => rows.toSpliced(place - 1, 1))
    expect(found(rows)).toEqual([['removed', place, null]])
  })

  it('names the first place of several in a row that were removed', () => {
    expect(check(tampered((rows) => rows.toSpliced(2, 4))).problems).toEqual([
      {
        kind: 'removed',
        seq: 3,
        entry_id: null,
        message: 'The entries at the places 3 to 6 are gone.',
      },
    ])
  })

  it('finds a removal that the others were moved up to hide', () => {
    const rows = tampered((rows) => rows.toSpliced(4, 1).map((row, index) => ({ ...row, seq: index + 1 })))
    expect(found(rows)).toEqual([['removed', 5, null]])
  })

  it.each([1, 3, length])('finds that the newest %i entries were cut off', (count) => {
    const rows = tampered((rows) => rows.slice(0, length - count))
    expect(found(rows)).toEqual([['cut_off', length - count + 1, null]])
  })

  it('cannot find a cut without a checkpoint: what is left is a whole chain', () => {
    expect(found(sealedChain(5), null)).toEqual([])
    expect(check(sealedChain(5), null).valid).toBe(true)
  })

  it('finds a cut that a forged entry covers', () => {
    const rows = tampered((rows) => [...rows.slice(0, 6), forged(10, 100)])
    expect(found(rows)).toEqual([
      ['cut_off', 7, null],
      ['inserted', 10, 100],
    ])
  })

  it('finds that the end is another one than the checkpoint names', () => {
    const other = tampered((rows) => {
      const { hash: _, ...row } = { ...rows[8]!, operator: 'other' }
      return rows.with(8, { ...row, hash: chainHash(testKey, row) })
    })
    expect(found(other)).toEqual([['changed', 9, 90]])
    expect(found(other, headOf(other))).toEqual([])
  })

  it.each<[string, Partial<SealedRow>]>([
    ['with a hash of its own', {}],
    ['with the hashes of the entry before', { ...pick(sealedChain(5)[4]!) }],
    ['with the hashes of the entry after', { ...pick(sealedChain(6)[5]!) }],
    ['without hashes', { prev_hash: null, hash: null } as unknown as Partial<SealedRow>],
  ])('names an entry that was put in between, the others renumbered: %s', (_, copied) => {
    const rows = tampered((rows) => [
      ...rows.slice(0, 5),
      forged(6, 55, copied),
      ...rows.slice(5).map((row) => ({ ...row, seq: row.seq + 1 })),
    ])
    expect(found(rows)).toEqual([['inserted', 6, 55]])
  })

  it('names entries that were put in at the end, at the start, and beside another', () => {
    expect(found([...sealedChain(length), forged(10, 100)])).toEqual([['inserted', 10, 100]])
    expect(found([forged(0, 1), forged(-5, 2), ...sealedChain(length)])).toEqual([
      ['inserted', -5, 2],
      ['inserted', 0, 1],
    ])
    expect(found([...sealedChain(length), forged(5, 55)])).toEqual([['inserted', 5, 55]])
  })

  it('finds nothing in a place that the sealer passed over, and names who took it', () => {
    const rows = sealedChain(4)
    const { hash: _, ...next } = { ...entryRow(60), seq: 6, prev_hash: rows[3]!.hash }
    const sealed = { ...next, hash: chainHash(testKey, next) }
    expect(found([...rows, sealed], headOf([sealed]))).toEqual([])
    expect(found([...rows, forged(5, 50), sealed], headOf([sealed]))).toEqual([['inserted', 5, 50]])
  })

  it('names both of two entries that were swapped, side by side or apart', () => {
    const swap = (a: number, b: number) =>
      tampered((rows) => {
        const [one, two] = [rows[a - 1]!, rows[b - 1]!]
        return rows.with(a - 1, { ...two, seq: a }).with(b - 1, { ...one, seq: b })
      })
    expect(found(swap(4, 5))).toEqual([
      ['changed', 4, 50],
      ['changed', 5, 40],
    ])
    expect(found(swap(2, 8))).toEqual([
      ['changed', 2, 80],
      ['changed', 8, 20],
    ])
    expect(found(swap(1, length))).toHaveLength(2)
  })

  it('names an entry that was put back under another id', () => {
    expect(found(altered(4, { id: 500 }))).toEqual([['changed', 5, 500]])
  })

  it('names entries that were moved without anything put in or taken out', () => {
    const rows = tampered((rows) => rows.map((row) => (row.seq > 5 ? { ...row, seq: row.seq + 1 } : row)))
    expect(found(rows)).toEqual([['changed', 7, 60]])
  })

  it('names an entry that was taken out of the chain and left in the table', () => {
    expect(
      found(
        tampered((rows) => rows.toSpliced(4, 1)),
        full,
        [50],
      ),
    ).toEqual([
      ['removed', 5, null],
      ['changed', null, 50],
    ])
    expect(found(sealedChain(length), full, [55])).toEqual([['inserted', null, 55]])
  })

  it('goes on after a break and finds what was done behind it', () => {
    const rows = tampered((rows) => {
      rows[1]!.details = { name: 'clone 20', nested: { list: [1, { deep: 'other' }] } }
      rows[6]!.result = 'failure'
      return rows.slice(0, 8).toSpliced(3, 1)
    })
    expect(found(rows)).toEqual([
      ['changed', 2, 20],
      ['removed', 4, null],
      ['changed', 7, 70],
      ['cut_off', 9, null],
    ])
  })

  it('finds a chain that another key sealed wrong everywhere, and names no more than a hundred', () => {
    const rows = sealedChain(300, createSecretKey(Buffer.alloc(32, 2)))
    const { problems, valid, sealed } = check(rows, headOf(sealedChain(300)))
    expect([valid, sealed, problems.length]).toEqual([false, 300, maxProblems])
    expect(problems.every(({ kind, seq }, index) => kind === 'changed' && seq === index + 1)).toBe(true)
  })

  it('starts from what was found before', () => {
    const problem = { kind: 'checkpoint_missing', seq: null, entry_id: null, message: 'gone' } as const
    const checking = new ChainCheck({ key: testKey, checkpoint: undefined, problems: [problem] })
    checking.end()
    expect(checking.result({ unsealed: 2 })).toEqual({
      valid: false,
      sealed: 0,
      unsealed: 2,
      head_seq: null,
      problems: [problem],
    })
  })

  it('takes an entry that cannot be read for a changed one', () => {
    const checking = new ChainCheck({ key: testKey, checkpoint: full })
    for (const row of sealedChain(length)) {
      if (row.seq === 5) checking.addUnreadable({ seq: 5, id: 50 })
      else checking.add(row)
    }
    checking.end()
    expect(checking.result({ unsealed: 0 }).problems).toMatchObject([
      { kind: 'changed', seq: 5, entry_id: 50 },
    ])
  })
})

function pick({ prev_hash, hash }: SealedRow) {
  return { prev_hash, hash }
}
