import type { CallOptions, Page } from '@gitferry/core/contract'
import { type EndpointName, endpoints, GitferryError } from '@gitferry/core/wire'
import { isObject } from './errors.ts'
import type { Call, Transport } from './transport.ts'

/** The list endpoints of the table. */
export type ListEndpoint = {
  [Name in EndpointName]: (typeof endpoints)[Name] extends { readonly list: string | null } ? Name : never
}[EndpointName]

/** One page; a list that was answered whole becomes page 1 of its own size. */
export async function list<Item>(
  transport: Transport,
  name: ListEndpoint,
  call: Call,
  options?: CallOptions,
): Promise<Page<Item>> {
  const data = await transport.data<unknown>(name, call, options)
  const noun = endpoints[name].list
  if (isObject(data) && typeof data.total === 'number') {
    // the envelope was ours, so the items are taken at the server's word
    if (Array.isArray(data.items)) return data as unknown as Page<Item>
    if (noun !== null && Array.isArray(data[noun])) {
      return { items: data[noun], total: data.total, page: 1, page_size: Math.max(1, data.total) }
    }
  }
  throw new GitferryError(
    'UNEXPECTED_RESPONSE',
    `${endpoints[name].path} answered no list: client and server may differ in version.`,
    { details: { status: 200 } },
  )
}

const pageSize = 100

/** So many pages in a row without anything new, and the list grows faster than it can be read. */
const mostStalePages = 100

/** What git keeps has no id: a branch and one of a remote may share a name, but not a type. */
type Keyed = { readonly id: number } | { readonly name: string; readonly type?: string }

/**
 * Every record, fetched page by page as the loop goes on. What was there at the first page comes once each; what
 * arrives meanwhile shifts the pages and is not waited for, so that a busy list ends too. A record that is deleted
 * meanwhile may make the walk miss another.
 */
export async function* all<Item extends Keyed>(
  fetchPage: (paging: { readonly page: number; readonly page_size: number }) => Promise<Page<Item>>,
): AsyncGenerator<Item, void, undefined> {
  const seen = new Set<number | string>()
  let wanted: number | undefined
  let stale = 0
  for (let page = 1; ; page++) {
    const answer = await fetchPage({ page, page_size: pageSize })
    wanted ??= answer.total
    const before = seen.size
    for (const item of answer.items) {
      if (seen.size >= wanted) return
      const key = 'id' in item ? item.id : `${item.type} ${item.name}`
      if (seen.has(key)) continue
      seen.add(key)
      yield item
    }
    if (seen.size >= wanted || answer.items.length < pageSize) return
    stale = seen.size === before ? stale + 1 : 0
    if (stale >= mostStalePages) {
      throw new GitferryError(
        'UNEXPECTED_RESPONSE',
        `${stale} pages in a row held nothing new: the list grows faster than it is read.`,
      )
    }
  }
}
