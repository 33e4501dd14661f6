import { setImmediate } from 'node:timers/promises'
import type { StorageSession } from '../ports/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import { type SealedColumn, sealedColumns, sealedRows, sealedValue, whereSealed } from './sealed-columns.ts'
import type { SealedValues } from './sealed-values.ts'

export interface ResealOptions {
  /** Told after each batch how many secrets were looked at. */
  readonly onProgress?: ((looked: number) => void) | undefined
  /** Looked at between batches. */
  readonly signal?: AbortSignal | undefined
}

interface Reseal extends ResealOptions {
  readonly storage: ManagedStorage
  readonly sealed: SealedValues
}

/** Rows a transaction. */
const batch = 50

/**
 * Seals every stored secret that is under a key of before again, in place, until nothing is. Cut off anywhere, it goes on
 * when it is called again: what is under the current key is left as it is. Answers how many it sealed.
 * @throws SECRET_UNREADABLE when no key opens one of them; ABORTED
 */
export async function resealAll(
  deps: Pick<Reseal, 'storage' | 'sealed'>,
  options: ResealOptions = {},
): Promise<number> {
  const { signal } = options
  let resealed = await resealOnce({ ...deps, ...options })
  // a secret that somebody changed at the moment of its turn has another one
  for (let stale = resealed; stale > 0; resealed += stale) stale = await resealOnce({ ...deps, signal })
  return resealed
}

/** @returns how many were under a key of before */
async function resealOnce(work: Reseal): Promise<number> {
  let [looked, stale] = [0, 0]
  for (const column of sealedColumns) {
    for (let after: number | undefined = 0; after !== undefined; ) {
      throwIfAborted(work.signal)
      const from: number = after
      const done = await work.storage.transaction((session) =>
        resealBatch(session, { column, sealed: work.sealed, after: from }),
      )
      looked += done.rows
      stale += done.stale
      after = done.lastId
      work.onProgress?.(looked)
      // a storage in this process answers without giving way to anybody
      await setImmediate()
    }
  }
  return stale
}

async function resealBatch(
  session: StorageSession,
  {
    column,
    sealed,
    after,
  }: { readonly column: SealedColumn; readonly sealed: SealedValues; readonly after: number },
) {
  const collection = sealedRows(session, column)
  const where = { ...whereSealed(column), id: { gte: after + 1 } }
  const rows = await collection.find({ where, limit: batch })
  let stale = 0
  for (const row of rows) {
    const { value, place } = sealedValue(column, row)
    if (!sealed.isStale(value)) continue
    stale += 1
    const asRead = { id: row.id, version: row.version }
    await collection.updateWhere(asRead, { [column.column]: sealed.seal(sealed.unseal(value, place), place) })
  }
  return { rows: rows.length, stale, lastId: rows.length < batch ? undefined : rows.at(-1)?.id }
}
