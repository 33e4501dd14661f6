import {
  type CallOptions,
  type FollowOptions,
  isFinished,
  type Page,
  type RestoreRefs,
  type Run,
  type RunLogEvent,
  type RunQuery,
  type RunRow,
  type RunWithRefs,
  runQuery,
  type SyncRunsApi,
} from '../contract/index.ts'
import { GitferryError, parseInput } from '../errors/index.ts'
import type { StorageSession, Where } from '../ports/index.ts'
import { throwIfAborted, waitOrAbort } from '../runtime/abort.ts'
import { acceptRun } from './accept-run.ts'
import { auditId } from './audit-id.ts'
import { cancelRun } from './cancel-run.ts'
import type { ServiceContext } from './context.ts'
import { findRun } from './find-or-refuse.ts'
import { followRun } from './follow-run.ts'
import { findAll, findPage, newestFirst } from './pages.ts'
import { readRun } from './read-run.ts'
import { refuseOthersRemotes } from './refuse-others-repository.ts'
import { restoreRun } from './restore-run.ts'
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
    return readRun(this.#context.storage, id)
  }

  async wait(id: number, { signal }: CallOptions = {}): Promise<RunWithRefs> {
    const { storage, waiter } = this.#context
    throwIfAborted(signal)
    return waiter.wait(id, storage, { signal })
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
    const accepted = await audit.attempt(principal, subject, async (draft) => {
      const { task_id } = await findRun(storage, id)
      await refuseOthersRemotes(await storage.collection('tasks').get(task_id), this.#context)
      return storage.transaction(async (session) => {
        const run = await findRun(session, id)
        if (!isFinished(run.status)) throw notFinished(run)
        const task = await session.collection('tasks').get(run.task_id)
        if (task === undefined) throw withoutTask(run)
        const plan_id = await planToRetry(session, run)
        return acceptRun(session, { draft, queue, task, trigger: 'retry', plan_id })
      })
    })
    await queue.handOver(accepted)
    return toRun(accepted.run)
  }

  async restore(
    id: number,
    input: RestoreRefs = {},
    query: { readonly wait?: boolean } = {},
    { signal }: CallOptions = {},
  ): Promise<Run> {
    const { queue, storage, waiter } = this.#context
    throwIfAborted(signal)
    const { accepted, wait } = await restoreRun(id, input, query, this.#context, { signal })
    await queue.handOver(accepted)
    if (!wait) return toRun(accepted.run)
    const { refs: _, ...run } = await waiter.wait(accepted.run.id, storage, { signal })
    return run
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

/**
 * The plan that a retried run carries out once more: the one that it was asked for, as long as it is open. A run that a
 * guard had stopped with a plan plans by itself again.
 * @throws PLAN_CLOSED for a restore, which is nothing without its plan
 */
async function planToRetry(session: StorageSession, run: RunRow): Promise<number | null> {
  const plan = run.plan_id === null ? undefined : await session.collection('plans').get(run.plan_id)
  if (plan === undefined || plan.run_id === run.id) return null
  if (plan.status === 'open') return plan.id
  if (plan.kind === 'sync') return null
  throw new GitferryError(
    'PLAN_CLOSED',
    `Run ${run.id} was to restore what another had overwritten, and its plan is ${plan.status}; restore it anew.`,
    { details: { id: plan.id, status: plan.status } },
  )
}

function withoutTask({ id, task_id }: RunRow): GitferryError {
  return new GitferryError(
    'TASK_NOT_FOUND',
    `The task of run ${id} is not there, so there is nothing to run again.`,
    { details: { id, task_id } },
  )
}
