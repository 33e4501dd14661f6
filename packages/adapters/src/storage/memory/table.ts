import { type TableName, tables } from '@gitferry/core/ports'
import type { StoredRow } from '../columns.ts'
import { keyTaken, storageFailed } from '../failure.ts'

/** What takes changes back, the last one first. */
export type Undo = (() => void)[]

export function takeBack(undo: Undo): void {
  for (const step of undo.toReversed()) step()
}

/** Rows by id, and the unique keys that they take. Every change leaves in `undo` how to take it back. */
export class MemoryTable {
  readonly name: TableName
  readonly #rows = new Map<number, StoredRow>()
  readonly #keys: readonly { readonly columns: readonly string[]; readonly taken: Map<string, number> }[]
  #lastId = 0

  constructor(name: TableName) {
    this.name = name
    this.#keys = tables[name].unique.map((columns) => ({ columns, taken: new Map() }))
  }

  rows(): Iterable<StoredRow> {
    return this.#rows.values()
  }

  get(id: number): StoredRow | undefined {
    return this.#rows.get(id)
  }

  /** An id given is never given again, also when its row is taken back. @throws CONFLICT */
  add(row: StoredRow, undo: Undo): StoredRow {
    const id = this.#lastId + 1
    this.#lastId = id
    const stored = { ...row, id, version: 1 }
    this.#set(id, stored, undo)
    return stored
  }

  /** @throws CONFLICT */
  change(row: StoredRow, changes: StoredRow, undo: Undo): StoredRow {
    const stored = { ...row, ...changes, version: Number(row.version) + 1 }
    this.#set(Number(row.id), stored, undo)
    return stored
  }

  remove(id: number, undo: Undo): boolean {
    if (!this.#rows.has(id)) return false
    this.#set(id, undefined, undo)
    return true
  }

  #set(id: number, next: StoredRow | undefined, undo: Undo): void {
    for (const { columns, taken } of next === undefined ? [] : this.#keys) {
      const holder = taken.get(keyOf(next!, columns) ?? '')
      if (holder !== undefined && holder !== id) throw keyTaken(this.name, columns)
    }
    const before = this.#rows.get(id)
    this.#replace(id, before, next)
    undo.push(() => this.#replace(id, next, before))
  }

  #replace(id: number, before: StoredRow | undefined, next: StoredRow | undefined): void {
    for (const { columns, taken } of this.#keys) {
      const old = before && keyOf(before, columns)
      const key = next && keyOf(next, columns)
      if (old !== undefined) taken.delete(old)
      if (key !== undefined) taken.set(key, id)
    }
    if (next === undefined) this.#rows.delete(id)
    else this.#rows.set(id, next)
  }
}

/** The values that a unique key compares, or `undefined` when one is null: such a row never collides. */
function keyOf(row: StoredRow, columns: readonly string[]): string | undefined {
  const values = columns.map((column) => row[column] ?? null)
  return values.includes(null) ? undefined : JSON.stringify(values)
}

/** The tables by name. @throws STORAGE_FAILED for a name that is none */
export class MemoryTables {
  readonly #tables = new Map<string, MemoryTable>()

  constructor() {
    for (const name of Object.keys(tables) as TableName[]) this.#tables.set(name, new MemoryTable(name))
  }

  named(name: TableName): MemoryTable {
    const table = this.#tables.get(name)
    if (table === undefined) throw storageFailed(`There is no table ${name}.`)
    return table
  }
}
