import { z } from 'zod'

const position = (max: number, message: string) => z.int({ error: message }).min(1, message).max(max, message)

/** What a list takes. Pages count from 1; `page` defaults to 1 and `page_size` to 20. */
export const pageQuery = z.object({
  page: position(2 ** 31 - 1, 'must be a positive integer').optional(),
  page_size: position(100, 'must be an integer from 1 to 100').optional(),
})

export type PageQuery = z.input<typeof pageQuery>

/** One page of a list. `total` counts what the query matches, over all pages. */
export interface Page<Item> {
  readonly items: Item[]
  readonly total: number
  readonly page: number
  readonly page_size: number
}

export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), total: z.int(), page: z.int(), page_size: z.int() })

/** The page and page size that a query means. */
export function pageOf(query: PageQuery): { page: number; page_size: number } {
  return { page: query.page ?? 1, page_size: query.page_size ?? 20 }
}

/** Whether the caller asked for pages at all; the documented lists answer everything when not. */
export function asksForPage(query: PageQuery): boolean {
  return query.page !== undefined || query.page_size !== undefined
}
