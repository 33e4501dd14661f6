import {
  type CallOptions,
  type FollowOptions,
  isFinished,
  type Page,
  type Run,
  type RunLogEvent,
  type RunQuery,
  type RunRow,
  type RunWithRefs,
  runQuery,
  type SyncRunsApi,
} from '../contract/index.ts'
import { GitferryError, parseInput } from '../errors/index.ts'
import type { Where } from '../ports/index.ts'
import { throwIfAborted, waitOrAbort } from '../runtime/abort.ts'
import { acceptRun } from './accept-run.ts'
import { auditId } from './audit-id.ts'
import { cancelRun } from './cancel-run.ts'
import type { ServiceContext } from './context.ts'
import { findRun, parseId } from './find-or-refuse.ts'
import { followRun } from './follow-run.ts'
import { findAll, findPage, newestFirst } from './pages.ts'
import { readRunRefs } from './read-run-refs.ts'
import type { RunRecorder } from './run-recorder.ts'
import type { RunWaiter } from './run-waiter.ts'
import { toRun } from './to-run.ts'

export interface SyncRunsContext extends ServiceContext {
  readonly recorder: RunRecorder
  readonly waiter: RunWaiter
}

/** The history of runs, and what can be done about one. */
export class SyncRunsService implements SyncRunsApi {
  readonly #context: SyncRunsContext

  constructor(context: SyncRunsContext) {
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
    throwIfAborted(signal)
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

  async cancel(id: number, { signal }: CallOptions = {}): Promise<RunWithRefs> {
    throwIfAborted(signal)
    // a caller that goes away gives up waiting, not canceling: the entry says how that ended
    return waitOrAbort(cancelRun(id, this.#context), signal)
  }

  async retry(id: number, { signal }: CallOptions = {}): Promise<Run> {
    const { audit, principal, queue, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'retry', object_type: 'run', object_id: auditId(id) } as const
    const accepted = await audit.attempt(principal, subject, (draft) =>
      storage.transaction(async (session) => {
        const run = await findRun(session, id)
        if (!isFinished(run.status)) throw notFinished(run)
        const task = await session.collection('tasks').get(run.task_id)
        if (task === undefined) throw withoutTask(run)
        return acceptRun(session, { draft, queue, task, trigger: 'retry' })
      }),
    )
    await queue.handOver(accepted)
    return toRun(accepted.run)
  }

  get #runs() {
    return this.#context.storage.collection('runs')
  }
}

function whereOf({ since, ...equal }: Omit<RunQuery, 'page' | 'page_size'>): Where<RunRow> {
  return { ...equal, ...(since !== undefined && { queued_at: { gte: since } }) }
}

function notFinished({ id, status }: RunRow): GitferryError {
  return new GitferryError(
    'RUN_NOT_FINISHED',
    `Run ${id} has not ended yet (${status}); wait for it, or cancel it first.`,
    { details: { id, status } },
  )
}

function withoutTask({ id, task_id }: RunRow): GitferryError {
  return new GitferryError(
    'TASK_NOT_FOUND',
    `The task of run ${id} was deleted, so there is nothing to run again.`,
    { details: { id, task_id } },
  )
}
