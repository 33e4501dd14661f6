import { GitferryError } from '../errors/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import { findBatches } from './pages.ts'
import { sealedColumns, sealedRows, sealedValue, whereSealed } from './sealed-columns.ts'
import type { SealedValues } from './sealed-values.ts'

/** A stored secret that no key opens. */
export interface UnreadableSecret {
  readonly table: string
  readonly id: number
  readonly name: string
}

/** Named in the message; all of them are in the details. */
const namedAtMost = 10

/**
 * Opens every stored secret, and changes nothing. Answers how many there are.
 * @throws SECRET_UNREADABLE with `details.unreadable` (table, id, name) when no key opens some of them; ABORTED
 */
export async function requireReadable(
  { storage, sealed }: { readonly storage: ManagedStorage; readonly sealed: SealedValues },
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<number> {
  const unreadable: UnreadableSecret[] = []
  let count = 0
  for (const column of sealedColumns) {
    const query = { where: whereSealed(column) }
    for await (const rows of findBatches(sealedRows(storage, column), query)) {
      throwIfAborted(signal)
      count += rows.length
      for (const row of rows) {
        const { value, place } = sealedValue(column, row)
        if (!sealed.opens(value, place)) unreadable.push({ table: column.table, id: row.id, name: row.name })
      }
    }
  }
  if (unreadable.length > 0) throw refused(unreadable)
  return count
}

function refused(unreadable: readonly UnreadableSecret[]): GitferryError {
  const named = unreadable
    .slice(0, namedAtMost)
    .map(({ table, id, name }) => `${table} ${id} (${JSON.stringify(name)})`)
  const more = unreadable.length > named.length ? ` and ${unreadable.length - named.length} more` : ''
  const { table, id } = unreadable[0]!
  return new GitferryError(
    'SECRET_UNREADABLE',
    `No key opens ${unreadable.length} of the stored secrets: ${named.join(', ')}${more}. Nothing was sealed again, and ` +
      'every key stays. Give the key that sealed them by --old-secret-key-file. Where it is lost, so are they: start ' +
      'gitferry, and delete them or store them again; where it does not start because its keys are being rotated, ' +
      `DELETE FROM ${table} WHERE id = ${id}. Then rotate the keys once more.`,
    { details: { unreadable } },
  )
}
