import type { Collection, StorageAdapter, StorageSession, TableName } from '../../../ports/index.ts'

/** Any row: a defect does not care which table it spoils. */
export interface AnyRow {
  id: number
  version: number
  [field: string]: unknown
}

export type AnyWhere = Readonly<Record<string, unknown>>

export interface AnyQuery {
  readonly where?: AnyWhere
  readonly order?: readonly { readonly by: string; readonly direction?: 'asc' | 'desc' }[]
  readonly limit?: number
  readonly offset?: number
  readonly after?: Partial<AnyRow> & { readonly id: number }
}

export type AnyChanges = Readonly<Record<string, unknown>>

/** `Collection` for any row. */
export interface AnyCollection {
  insert(row: AnyChanges): Promise<AnyRow>
  get(id: number): Promise<AnyRow | undefined>
  find(query?: AnyQuery): Promise<AnyRow[]>
  count(where?: AnyWhere): Promise<number>
  update(
    id: number,
    changes: AnyChanges,
    options?: { readonly version?: number },
  ): Promise<AnyRow | undefined>
  updateWhere(where: AnyWhere, changes: AnyChanges): Promise<number>
  delete(id: number): Promise<boolean>
  deleteWhere(where: AnyWhere): Promise<number>
}

/** Where an altered collection stands. */
export interface Place {
  readonly table: TableName
  /** Inside a transaction. */
  readonly inside: boolean
}

/** An adapter that does one thing wrong: what wraps a right one. */
export type Defect = (adapter: StorageAdapter) => StorageAdapter

/** Rule → the defect that breaks it: one for every case. */
export type DefectsOf<Cases> = { readonly [Rule in keyof Cases]: Defect }

/** What a defect replaces; everything else works as before. */
export type AlterCollection = (inner: AnyCollection, place: Place) => Partial<AnyCollection>

/** The one place where rows lose their type and get it back. */
export function alterCollection<Row extends { id: number; version: number }>(
  collection: Collection<Row>,
  place: Place,
  alter: AlterCollection,
): Collection<Row> {
  const inner = collection as unknown as AnyCollection
  const altered: AnyCollection = {
    insert: (row) => inner.insert(row),
    get: (id) => inner.get(id),
    find: (query) => inner.find(query),
    count: (where) => inner.count(where),
    update: (id, changes, options) => inner.update(id, changes, options),
    updateWhere: (where, changes) => inner.updateWhere(where, changes),
    delete: (id) => inner.delete(id),
    deleteWhere: (where) => inner.deleteWhere(where),
    ...alter(inner, place),
  }
  return altered as unknown as Collection<Row>
}

export const collectionIn = (session: StorageSession, table: TableName): AnyCollection =>
  session.collection(table) as unknown as AnyCollection

/** An adapter that differs in the given members. */
export const alterAdapter = (adapter: StorageAdapter, altered: Partial<StorageAdapter>): StorageAdapter => ({
  name: adapter.name,
  capabilities: adapter.capabilities,
  open: () => adapter.open(),
  close: () => adapter.close(),
  transaction: (work) => adapter.transaction(work),
  collection: (name) => adapter.collection(name),
  ...altered,
})

/** A defect in every collection, inside transactions and outside. `makeAlter` is called once for each adapter. */
export const inCollections =
  (makeAlter: () => AlterCollection): Defect =>
  (adapter) => {
    const alter = makeAlter()
    const session = (inner: StorageSession, inside: boolean): StorageSession => ({
      collection: (table) => alterCollection(inner.collection(table), { table, inside }, alter),
    })
    return alterAdapter(adapter, {
      collection: session(adapter, false).collection,
      transaction: (work) => adapter.transaction((inner) => work(session(inner, true))),
    })
  }

/** A defect that needs no memory. */
export const altering = (alter: AlterCollection): Defect => inCollections(() => alter)

/** A defect in what `find` is asked. */
export const asking = (change: (query: AnyQuery) => AnyQuery): Defect =>
  altering((inner) => ({ find: (query = {}) => inner.find(change(query)) }))

/** A defect in what `find` answers. */
export const answering = (change: (rows: AnyRow[], query: AnyQuery) => AnyRow[]): Defect =>
  altering((inner) => ({ find: async (query = {}) => change(await inner.find(query), query) }))
