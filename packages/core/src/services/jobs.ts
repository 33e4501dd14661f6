import {
  type CallOptions,
  type Job,
  type JobQuery,
  type JobsApi,
  jobQuery,
  type Page,
} from '../contract/index.ts'
import { parseInput } from '../errors/index.ts'
import { throwIfAborted, waitOrAbort } from '../runtime/abort.ts'
import { type CancelJobContext, cancelJob } from './cancel-job.ts'
import { findJob } from './find-or-refuse.ts'
import { findAll, findPage, newestFirst } from './pages.ts'
import { toJob } from './to-job.ts'

/** Work that takes longer than a request. */
export class JobsService implements JobsApi {
  readonly #context: CancelJobContext

  constructor(context: CancelJobContext) {
    this.#context = context
  }

  async list(query: JobQuery = {}, { signal }: CallOptions = {}): Promise<Page<Job>> {
    throwIfAborted(signal)
    const { page, page_size, ...where } = parseInput(jobQuery, query)
    const newest = { where, order: newestFirst }
    const found = await findPage(this.#jobs, newest, { page, page_size }, { whole: false })
    return { ...found, items: found.items.map(toJob) }
  }

  async *all(
    query: Omit<JobQuery, 'page' | 'page_size'> = {},
    { signal }: CallOptions = {},
  ): AsyncGenerator<Job, void, undefined> {
    throwIfAborted(signal)
    const { page: _, page_size: __, ...where } = parseInput(jobQuery, query)
    for await (const row of findAll(this.#jobs, { where, order: newestFirst })) {
      throwIfAborted(signal)
      yield toJob(row)
    }
  }

  async get(id: number, { signal }: CallOptions = {}): Promise<Job> {
    throwIfAborted(signal)
    return toJob(await findJob(this.#context.storage, id))
  }

  async wait(id: number, { signal }: CallOptions = {}): Promise<Job> {
    const { jobWaiter, storage } = this.#context
    throwIfAborted(signal)
    return jobWaiter.wait(id, storage, { signal })
  }

  async cancel(id: number, { signal }: CallOptions = {}): Promise<Job> {
    throwIfAborted(signal)
    // a caller that goes away gives up waiting, not canceling: the entry says how that ended
    return waitOrAbort(cancelJob(id, this.#context), signal)
  }

  get #jobs() {
    return this.#context.storage.collection('jobs')
  }
}
