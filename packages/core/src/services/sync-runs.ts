import {
  type CallOptions,
  type FollowOptions,
  type Page,
  type Run,
  type RunLogEvent,
  type RunQuery,
  type RunRow,
  type RunWithRefs,
  runQuery,
  type SyncRunsApi,
} from '../contract/index.ts'
import { parseInput } from '../errors/index.ts'
import type { Where } from '../ports/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import type { ServiceContext } from './context.ts'
import { findRun, parseId } from './find-or-refuse.ts'
import { followRun } from './follow-run.ts'
import { findAll, findPage, newestFirst } from './pages.ts'
import { readRunRefs } from './read-run-refs.ts'
import type { RunWaiter } from './run-waiter.ts'
import { toRun } from './to-run.ts'

/** The history of runs. */
export class SyncRunsService implements SyncRunsApi {
  readonly #context: ServiceContext & { readonly waiter: RunWaiter }

  constructor(context: ServiceContext & { readonly waiter: RunWaiter }) {
    this.#context = context
  }

  async list(query: RunQuery = {}, { signal }: CallOptions = {}): Promise<Page<Run>> {
    throwIfAborted(signal)
    const { page, page_size, ...filters } = parseInput(runQuery, query)
    const newest = { where: whereOf(filters), order: newestFirst }
    const found = await findPage(this.#runs, newest, { page, page_size }, { whole: false })
    return { ...found, items: found.items.map(toRun) }
  }

  async *all(
    query: Omit<RunQuery, 'page' | 'page_size'> = {},
    { signal }: CallOptions = {},
  ): AsyncGenerator<Run, void, undefined> {
    const { page: _, page_size: __, ...filters } = parseInput(runQuery, query)
    for await (const row of findAll(this.#runs, { where: whereOf(filters), order: newestFirst })) {
      throwIfAborted(signal)
      yield toRun(row)
    }
  }

  async get(id: number, { signal }: CallOptions = {}): Promise<RunWithRefs> {
    throwIfAborted(signal)
    const { storage } = this.#context
    return { ...toRun(await findRun(storage, id)), refs: await readRunRefs(storage, id) }
  }

  async wait(id: number, { signal }: CallOptions = {}): Promise<RunWithRefs> {
    return this.#context.waiter.wait(parseId(id), { signal })
  }

  async log(id: number, { signal }: CallOptions = {}): Promise<string> {
    throwIfAborted(signal)
    const run = await findRun(this.#context.storage, id)
    const lines = await this.#context.storage.collection('run_log').find({ where: { run_id: run.id } })
    return lines.map(({ at, text }) => `${at} ${text}\n`).join('')
  }

  follow(id: number, options: FollowOptions = {}): AsyncGenerator<RunLogEvent, void, undefined> {
    return followRun(id, options, this.#context)
  }

  get #runs() {
    return this.#context.storage.collection('runs')
  }
}

function whereOf({ since, ...equal }: Omit<RunQuery, 'page' | 'page_size'>): Where<RunRow> {
  return { ...equal, ...(since !== undefined && { queued_at: { gte: since } }) }
}
