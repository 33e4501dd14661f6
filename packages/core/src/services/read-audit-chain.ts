import { setImmediate } from 'node:timers/promises'
import type { AuditEntryRow } from '../contract/index.ts'
import type { Collection } from '../ports/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'

const batch = 500

/** An entry in the chain, or where one stands that the storage cannot read: its JSON is none, its number too large. */
export type ChainedRow =
  | { readonly entry: AuditEntryRow & { readonly seq: number } }
  | { readonly unreadable: { readonly seq: number; readonly id: number } }

/**
 * Every entry that has a place in the chain, in the order of the places, in bounded memory. One that cannot be read does
 * not hide the others.
 * @throws ABORTED, STORAGE_FAILED
 */
export async function* readAuditChain(
  entries: Collection<AuditEntryRow>,
  signal: AbortSignal | undefined,
): AsyncGenerator<ChainedRow, void, undefined> {
  let last = { seq: Number.MIN_SAFE_INTEGER, id: 0 }
  let singly = 0
  for (;;) {
    throwIfAborted(signal)
    const limit = singly > 0 ? 1 : batch
    const read = await entries
      .find({ where: { seq: { gte: last.seq } }, order: [{ by: 'seq' }], after: last, limit })
      .then(
        (rows) => ({ rows }),
        (error: unknown) => ({ error }),
      )
    if ('rows' in read) {
      for (const row of read.rows) yield { entry: { ...row, seq: row.seq! } }
      const end = read.rows.at(-1)
      if (end === undefined || read.rows.length < limit) return
      last = { seq: end.seq!, id: end.id }
      singly -= 1
    } else if (limit === 1) {
      const unreadable = await locate(entries, last.seq)
      if (unreadable === undefined) throw read.error
      yield { unreadable }
      last = unreadable
      singly = 0
    } else {
      singly = batch
    }
    // a storage in this process answers without giving way to anybody
    await setImmediate()
  }
}

/** The first entry beyond a place, found by counting alone: counting reads no row. */
async function locate(
  entries: Collection<AuditEntryRow>,
  beyond: number,
): Promise<{ readonly seq: number; readonly id: number } | undefined> {
  const from = Math.max(beyond + 1, 0)
  const seq = await smallest(from, (end) => entries.count({ seq: { gte: from, lt: end } }))
  if (seq === undefined) return undefined
  const id = await smallest(1, (end) => entries.count({ seq, id: { gte: 1, lt: end } }))
  return id === undefined ? undefined : { seq, id }
}

/** The smallest number from `from` on that makes `countBelow` count something. */
async function smallest(
  from: number,
  countBelow: (end: number) => Promise<number>,
): Promise<number | undefined> {
  let low = from
  let high = Number.MAX_SAFE_INTEGER
  if ((await countBelow(high)) === 0) return undefined
  while (low < high - 1) {
    const middle = low + Math.floor((high - low) / 2)
    if ((await countBelow(middle)) > 0) high = middle
    else low = middle
  }
  return low
}
