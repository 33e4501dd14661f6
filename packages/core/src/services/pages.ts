import { asksForPage, type Page, type PageQuery, pageOf } from '../contract/index.ts'
import type { Collection, Query } from '../ports/index.ts'

type Row = { id: number; version: number }

/**
 * One page of a collection; or, with `whole`, everything as page 1 when the query asks for no page: what the
 * documented lists answer.
 */
export async function findPage<Stored extends Row>(
  collection: Collection<Stored>,
  query: Query<Stored>,
  paging: PageQuery,
  { whole }: { readonly whole: boolean },
): Promise<Page<Stored>> {
  if (whole && !asksForPage(paging)) return wholePage(await collection.find(query))
  const { page, page_size } = pageOf(paging)
  const [items, total] = await Promise.all([
    collection.find({ ...query, limit: page_size, offset: (page - 1) * page_size }),
    collection.count(query.where),
  ])
  return { items, total, page, page_size }
}

/** The order of a history. */
export const newestFirst = [{ by: 'id', direction: 'desc' }] as const

/** Everything, as page 1. */
export function wholePage<Item>(items: Item[]): Page<Item> {
  return { items, total: items.length, page: 1, page_size: Math.max(items.length, 1) }
}

/** One page of a list that is in memory already. */
export function slicePage<Item>(items: Item[], paging: PageQuery): Page<Item> {
  if (!asksForPage(paging)) return wholePage(items)
  const { page, page_size } = pageOf(paging)
  const start = (page - 1) * page_size
  return { items: items.slice(start, start + page_size), total: items.length, page, page_size }
}

const batch = 100

/** Every row that matches, in batches, each fetched when the loop gets there; rows that are added meanwhile too. */
export async function* findBatches<Stored extends Row>(
  collection: Collection<Stored>,
  query: Pick<Query<Stored>, 'where' | 'order'>,
): AsyncGenerator<Stored[], void, undefined> {
  let last: Stored | undefined
  for (;;) {
    const rows = await collection.find({ ...query, limit: batch, ...(last && { after: last }) })
    if (rows.length > 0) yield rows
    last = rows.at(-1)
    if (rows.length < batch || last === undefined) return
  }
}

/** A list that is in memory already, in batches of the same size. */
export function* inBatches<Item>(items: readonly Item[]): Generator<Item[], void, undefined> {
  for (let start = 0; start < items.length; start += batch) yield items.slice(start, start + batch)
}

/** As `findBatches`, row by row. */
export async function* findAll<Stored extends Row>(
  collection: Collection<Stored>,
  query: Pick<Query<Stored>, 'where' | 'order'>,
): AsyncGenerator<Stored, void, undefined> {
  for await (const rows of findBatches(collection, query)) yield* rows
}
