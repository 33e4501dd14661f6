import type { Changes, Collection, NewRow, Query, TableName, Tables, Where } from '@gitferry/core/ports'
import { columnsOf, type StoredRow, toStoredChanges, toStoredRow } from '../columns.ts'
import { versionConflict } from '../failure.ts'
import { resolveQuery, resolveWhere } from '../query.ts'
import { matcher, select } from './select.ts'
import type { MemoryTable, Undo } from './table.ts'

/** Runs one operation whole or not at all, when it is its turn. */
export type Run = <Result>(operation: (undo: Undo) => Result) => Promise<Result>

/** One table behind the port. What goes in and comes out is copied: JSON is kept as text. */
export class MemoryCollection<Name extends TableName> implements Collection<Tables[Name]> {
  readonly #table: MemoryTable
  readonly #run: Run

  constructor(table: MemoryTable, run: Run) {
    this.#table = table
    this.#run = run
  }

  async insert(row: NewRow<Tables[Name]>): Promise<Tables[Name]> {
    const stored = toStoredRow(this.#table.name, row)
    return this.#run((undo) => this.#answer(this.#table.add(stored, undo)))
  }

  async get(id: number): Promise<Tables[Name] | undefined> {
    return this.#run(() => {
      const row = this.#table.get(id)
      return row && this.#answer(row)
    })
  }

  async find(query?: Query<Tables[Name]>): Promise<Tables[Name][]> {
    const resolved = resolveQuery(this.#table.name, query)
    return this.#run(() => select(this.#table.rows(), resolved).map((row) => this.#answer(row)))
  }

  async count(where?: Where<Tables[Name]>): Promise<number> {
    const matching = this.#matching(where)
    return this.#run(() => matching().length)
  }

  async update(
    id: number,
    changes: Changes<Tables[Name]>,
    options: { readonly version?: number } = {},
  ): Promise<Tables[Name] | undefined> {
    const stored = toStoredChanges(this.#table.name, changes)
    return this.#run((undo) => {
      const row = this.#table.get(id)
      if (row === undefined) return undefined
      if (options.version !== undefined && options.version !== row.version) {
        throw versionConflict(this.#table.name, id, options.version, Number(row.version))
      }
      return this.#answer(this.#table.change(row, stored, undo))
    })
  }

  async updateWhere(where: Where<Tables[Name]>, changes: Changes<Tables[Name]>): Promise<number> {
    const matching = this.#matching(where)
    const stored = toStoredChanges(this.#table.name, changes)
    return this.#run((undo) => {
      const rows = matching()
      for (const row of rows) this.#table.change(row, stored, undo)
      return rows.length
    })
  }

  async delete(id: number): Promise<boolean> {
    return this.#run((undo) => this.#table.remove(id, undo))
  }

  async deleteWhere(where: Where<Tables[Name]>): Promise<number> {
    const matching = this.#matching(where)
    return this.#run((undo) => {
      const rows = matching()
      for (const row of rows) this.#table.remove(Number(row.id), undo)
      return rows.length
    })
  }

  #matching(where?: object): () => StoredRow[] {
    const matches = matcher(resolveWhere(this.#table.name, where))
    return () => [...this.#table.rows()].filter(matches)
  }

  #answer(row: StoredRow): Tables[Name] {
    const answer: Record<string, unknown> = {}
    for (const [name, { type }] of columnsOf(this.#table.name)) {
      const stored = row[name]
      answer[name] = type === 'json' ? JSON.parse(String(stored)) : stored
    }
    return answer as Tables[Name]
  }
}
