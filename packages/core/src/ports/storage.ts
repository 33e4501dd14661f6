import type { TableName, Tables } from './table-definition.ts'

type Scalar = string | number | boolean | null

/** The fields of a row that can be filtered and ordered by: JSON columns cannot. */
export type ScalarKey<Row> = { [Key in keyof Row]: Row[Key] extends Scalar ? Key : never }[keyof Row] & string

/**
 * What one field must satisfy. A bare value means `eq`. `eq: null` matches null and nothing else. `in: []`
 * matches nothing. `gte` and `lt` never match null; text is compared by code point. `contains` finds a piece of
 * text, case-sensitively, with no wildcard; an empty piece matches every text.
 */
export type Condition<Value> =
  | Value
  | { readonly eq: Value }
  | { readonly in: readonly Value[] }
  | { readonly gte?: NonNullable<Value>; readonly lt?: NonNullable<Value> }
  | { readonly contains: Value extends string | null ? string : never }

/** All conditions must hold. An absent or `undefined` field is no condition. */
export type Where<Row> = { readonly [Key in ScalarKey<Row>]?: Condition<Row[Key]> | undefined }

export interface Order<Row> {
  readonly by: ScalarKey<Row>
  /** Default `asc`. */
  readonly direction?: 'asc' | 'desc'
}

export interface Query<Row> {
  readonly where?: Where<Row>
  /**
   * Default: by `id`, ascending. Ties are broken by `id`, in the direction of the last order given, so that an
   * order is always total. Nulls come first when ascending and last when descending.
   */
  readonly order?: readonly Order<Row>[]
  readonly limit?: number
  /** Rows to skip. Default 0. Not together with `after`. */
  readonly offset?: number
  /**
   * Keyset: the last row of the page before (its ordered fields and its `id`); answers what comes after it in
   * the same order, also when that row was deleted meanwhile. The ordered fields must not be null.
   */
  readonly after?: Partial<Row> & { readonly id: number }
}

/** What is given to `insert`: everything but what the storage sets itself. */
export type NewRow<Row> = Omit<Row, 'id' | 'version'>

/** What is given to `update`: some fields, never the id or the version. */
export type Changes<Row> = { [Key in keyof Omit<Row, 'id' | 'version'>]?: Row[Key] | undefined }

/**
 * One typed table. Every row has an `id`, a positive integer that the storage gives and never gives again, and
 * a `version`, 1 at first and one more with each change. Rows that come out are the caller's to keep: changing
 * one changes nothing stored. Every method may reject with `STORAGE_FAILED`.
 */
export interface Collection<Row extends { id: number; version: number }> {
  /**
   * Stores one row and answers it whole.
   * @throws CONFLICT when a declared unique key is taken, with `details` `{ table, columns }`; nothing is stored. Caught
   *   inside a transaction, it leaves the transaction usable
   */
  insert(row: NewRow<Row>): Promise<Row>
  /** The row, or `undefined`. */
  get(id: number): Promise<Row | undefined>
  find(query?: Query<Row>): Promise<Row[]>
  count(where?: Where<Row>): Promise<number>
  /**
   * Changes the given fields of one row (`undefined` means: as it is) and answers the row as it now is, or
   * `undefined` when there is none. With `version`, only if the row still has that version.
   * @throws VERSION_CONFLICT when it has another; CONFLICT when a unique key is taken; nothing is changed then
   */
  update(id: number, changes: Changes<Row>, options?: { readonly version?: number }): Promise<Row | undefined>
  /**
   * Changes the given fields of every row that matches, in one atomic step, and answers how many: the
   * compare-and-swap that claims work. Each row's version goes up by one.
   * @throws CONFLICT when a unique key is taken; no row is changed then
   */
  updateWhere(where: Where<Row>, changes: Changes<Row>): Promise<number>
  /** Whether there was such a row. */
  delete(id: number): Promise<boolean>
  /** Deletes every row that matches, in one atomic step, and answers how many. */
  deleteWhere(where: Where<Row>): Promise<number>
}

/** The tables, inside a transaction or outside. */
export interface StorageSession {
  collection<Name extends TableName>(name: Name): Collection<Tables[Name]>
}

export interface StorageCapabilities {
  /** What was stored is there after a restart. */
  readonly durable: boolean
  /** Several processes may use the same data at once. */
  readonly shared: boolean
}

/**
 * Where gitferry keeps its records. Core wraps every adapter once: `open` is called once (again only after it
 * failed), `close` once, nothing before the one or after the other.
 *
 * @example The smallest adapter is a map per table: see `@gitferry/adapters/storage/memory`.
 */
export interface StorageAdapter extends StorageSession {
  /** For messages: `memory`, `sqlite`. */
  readonly name: string
  readonly capabilities: StorageCapabilities
  /**
   * Connects, and brings the tables up to date, or refuses older ones where the adapter was told to leave them.
   * @throws STORAGE_FAILED with what a person can do about it
   */
  open(): Promise<void>
  /** Lets go of everything. Waits for what is under way. */
  close(): Promise<void>
  /**
   * Runs `work` so that all of its changes are stored, or none: when it throws, nothing is, and the error comes
   * out as it was thrown. Transactions run one after the other, as if each were alone; a write outside waits
   * until the one under way has ended. A read sees what was committed, and inside the transaction also its own
   * writes. `work` must use the session that it is given, and must never wait for a child process, the network or the
   * storage outside. What it began and did not wait for belongs to the transaction too; the session is refused once
   * the transaction has ended.
   */
  transaction<Result>(work: (session: StorageSession) => Promise<Result>): Promise<Result>
}
