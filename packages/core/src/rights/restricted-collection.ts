import { isGitferryError } from '../errors/index.ts'
import type { Changes, Collection, NewRow, Query, ScalarKey, Where } from '../ports/index.ts'
import { narrowWhere } from './narrow-where.ts'
import { outside } from './refusal.ts'

export interface Restriction<Row> {
  readonly table: string
  /** The columns that name the repositories of a row. */
  readonly columns: readonly ScalarKey<Row>[]
  /** The only repositories that the caller may reach. */
  readonly repoIds: readonly number[]
}

/**
 * The rows of one table whose repositories a caller may all reach. Others are not there; to make one, or to make one of
 * a row that is there, is FORBIDDEN.
 */
export class RestrictedCollection<Row extends { id: number; version: number }> implements Collection<Row> {
  readonly #rows: Collection<Row>
  readonly #restriction: Restriction<Row>

  constructor(rows: Collection<Row>, restriction: Restriction<Row>) {
    this.#rows = rows
    this.#restriction = restriction
  }

  async insert(row: NewRow<Row>): Promise<Row> {
    if (!this.#isInside(row)) throw this.#refusal()
    return this.#rows.insert(row)
  }

  async get(id: number): Promise<Row | undefined> {
    const row = await this.#rows.get(id)
    return row !== undefined && this.#isInside(row) ? row : undefined
  }

  find({ where = {}, ...query }: Query<Row> = {}): Promise<Row[]> {
    return this.#rows.find({ ...query, where: this.#narrow(where) })
  }

  count(where: Where<Row> = {}): Promise<number> {
    return this.#rows.count(this.#narrow(where))
  }

  async update(
    id: number,
    changes: Changes<Row>,
    options: { readonly version?: number } = {},
  ): Promise<Row | undefined> {
    this.#refuseLeaving(changes)
    for (;;) {
      const row = await this.get(id)
      if (row === undefined) return undefined
      try {
        // the version that was looked at: meanwhile the row may come to be another repository's
        return await this.#rows.update(id, changes, { version: options.version ?? row.version })
      } catch (error) {
        if (options.version !== undefined || !isGitferryError(error, 'VERSION_CONFLICT')) throw error
      }
    }
  }

  async updateWhere(where: Where<Row>, changes: Changes<Row>): Promise<number> {
    this.#refuseLeaving(changes)
    return this.#rows.updateWhere(this.#narrow(where), changes)
  }

  async delete(id: number): Promise<boolean> {
    return (await this.deleteWhere({ id } as Where<Row>)) > 0
  }

  deleteWhere(where: Where<Row>): Promise<number> {
    return this.#rows.deleteWhere(this.#narrow(where))
  }

  #narrow(where: Where<Row>): Where<Row> {
    const { columns, repoIds } = this.#restriction
    return narrowWhere(where, columns, repoIds)
  }

  #isInside(row: object): boolean {
    return this.#restriction.columns.every((column) => this.#isReached((row as Partial<Row>)[column]))
  }

  #refuseLeaving(changes: Changes<Row>): void {
    for (const column of this.#restriction.columns) {
      const value: unknown = (changes as Partial<Row>)[column]
      if (value !== undefined && !this.#isReached(value)) throw this.#refusal()
    }
  }

  #isReached(value: unknown): boolean {
    return this.#restriction.repoIds.some((id) => id === value)
  }

  #refusal() {
    return outside(this.#restriction.table, this.#restriction.repoIds)
  }
}
