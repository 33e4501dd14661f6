import {
  type CallOptions,
  type KeptRef,
  type KeptRefQuery,
  type KeptRefsApi,
  keptRefQuery,
  type Page,
} from '../contract/index.ts'
import { parseInput } from '../errors/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import type { ServiceContext } from './context.ts'
import { findAll, findPage, newestFirst } from './pages.ts'
import { toKeptRef } from './to-kept-ref.ts'

/** What runs have overwritten or deleted, and kept. */
export class KeptRefsService implements KeptRefsApi {
  readonly #context: ServiceContext

  constructor(context: ServiceContext) {
    this.#context = context
  }

  async list(query: KeptRefQuery = {}, { signal }: CallOptions = {}): Promise<Page<KeptRef>> {
    throwIfAborted(signal)
    const { page, page_size, ...given } = parseInput(keptRefQuery, query)
    const newest = { where: { ...given, state: 'kept' as const }, order: newestFirst }
    const found = await findPage(this.#kept, newest, { page, page_size }, { whole: false })
    return { ...found, items: found.items.map(toKeptRef) }
  }

  async *all(
    query: Omit<KeptRefQuery, 'page' | 'page_size'> = {},
    { signal }: CallOptions = {},
  ): AsyncGenerator<KeptRef, void, undefined> {
    throwIfAborted(signal)
    const { page: _, page_size: __, ...given } = parseInput(keptRefQuery, query)
    const where = { ...given, state: 'kept' as const }
    for await (const row of findAll(this.#kept, { where, order: newestFirst })) {
      throwIfAborted(signal)
      yield toKeptRef(row)
    }
  }

  get #kept() {
    return this.#context.storage.collection('kept_refs')
  }
}
