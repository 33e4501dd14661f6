import { z } from 'zod'
import {
  type CallOptions,
  type CreateSyncTask,
  createSyncTask,
  type Deleted,
  type Page,
  type PageQuery,
  type Plan,
  pageQuery,
  type Run,
  type SyncTask,
  type SyncTaskRow,
  type SyncTasksApi,
  type UpdateSyncTask,
} from '../contract/index.ts'
import { parseInput } from '../errors/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { acceptRun } from './accept-run.ts'
import { auditId } from './audit-id.ts'
import { checkTask } from './check-task.ts'
import type { ServiceContext } from './context.ts'
import { deleteTask } from './delete-task.ts'
import { findTask } from './find-or-refuse.ts'
import { findAll, findPage } from './pages.ts'
import { pauseTask, resumeTask } from './pause-task.ts'
import { planTask } from './plan-task.ts'
import { refuseOthersRemotes } from './refuse-others-repository.ts'
import { refuseGone } from './repo-refusals.ts'
import { reposOf } from './repos-of.ts'
import type { RunWaiter } from './run-waiter.ts'
import { newTask } from './task-fields.ts'
import { toRun } from './to-run.ts'
import { toTask } from './to-task.ts'
import { updateTask } from './update-task.ts'

const runInput = z.object({ wait: z.boolean({ error: 'must be true or false' }).optional() })

export interface SyncTasksContext extends ServiceContext {
  readonly waiter: RunWaiter
  /** Tells the scheduler that a schedule has changed. */
  readonly wakeScheduler: () => void
}

/** Sync tasks: the rules, and asking for them to run. */
export class SyncTasksService implements SyncTasksApi {
  readonly #context: SyncTasksContext

  constructor(context: SyncTasksContext) {
    this.#context = context
  }

  async list(query: PageQuery = {}, { signal }: CallOptions = {}): Promise<Page<SyncTask>> {
    throwIfAborted(signal)
    const page = await findPage(this.#tasks, {}, parseInput(pageQuery, query), { whole: true })
    return { ...page, items: page.items.map((row) => this.#answer(row)) }
  }

  async *all({ signal }: CallOptions = {}): AsyncGenerator<SyncTask, void, undefined> {
    throwIfAborted(signal)
    for await (const row of findAll(this.#tasks, {})) {
      throwIfAborted(signal)
      yield this.#answer(row)
    }
  }

  async get(id: number, { signal }: CallOptions = {}): Promise<SyncTask> {
    throwIfAborted(signal)
    return this.#answer(await findTask(this.#context.storage, id))
  }

  async create(input: CreateSyncTask, { signal }: CallOptions = {}): Promise<SyncTask> {
    const { audit, clock, events, principal, schedule, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'create', object_type: 'task', object_id: null } as const
    const row = await audit.attempt(principal, subject, async (draft) => {
      const now = new Date(clock.now()).toISOString()
      const row = { ...newTask(parseInput(createSyncTask, input)), created_at: now, updated_at: now }
      draft.note({ details: { name: row.name, repo_id: row.repo_id } })
      await checkTask(row, { ...this.#context, signal })
      return storage.transaction(async (session) => {
        await refuseGone(session, row)
        const task = await session
          .collection('tasks')
          .insert({ ...row, next_run_at: schedule.nextRunAt(row) })
        draft.note({ object_id: task.id })
        await draft.write(session)
        return task
      })
    })
    this.#context.wakeScheduler()
    const task = this.#answer(row)
    events.emit('task.created', { task })
    return task
  }

  async update(id: number, input: UpdateSyncTask, { signal }: CallOptions = {}): Promise<SyncTask> {
    throwIfAborted(signal)
    const task = this.#answer(await updateTask(id, input, this.#context, { signal }))
    this.#context.wakeScheduler()
    this.#context.events.emit('task.updated', { task })
    return task
  }

  async delete(
    id: number,
    query: { readonly cancel?: boolean } = {},
    { signal }: CallOptions = {},
  ): Promise<Deleted> {
    throwIfAborted(signal)
    const task = await deleteTask(id, query, this.#context)
    this.#context.events.emit('task.deleted', { id, ...reposOf(task) })
    return { id, deleted: true }
  }

  async run(id: number, query: { readonly wait?: boolean } = {}, { signal }: CallOptions = {}): Promise<Run> {
    const { audit, principal, queue, storage, waiter } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'run', object_type: 'task', object_id: auditId(id) } as const
    const { accepted, wait } = await audit.attempt(principal, subject, async (draft) => {
      const { wait = false } = parseInput(runInput, query)
      await refuseOthersRemotes(await findTask(storage, id), this.#context)
      const accepted = await storage.transaction(async (session) => {
        const task = await findTask(session, id)
        return acceptRun(session, { draft, queue, task, trigger: 'manual' })
      })
      return { accepted, wait }
    })
    await queue.handOver(accepted)
    if (!wait) return toRun(accepted.run)
    const { refs: _, ...run } = await waiter.wait(accepted.run.id, storage, { signal })
    return run
  }

  async plan(id: number, { signal }: CallOptions = {}): Promise<Plan> {
    throwIfAborted(signal)
    const plan = await planTask(id, this.#context, { signal })
    this.#context.events.emit('plan.created', { plan })
    return plan
  }

  async pause(id: number, { signal }: CallOptions = {}): Promise<SyncTask> {
    throwIfAborted(signal)
    return this.#answer(await pauseTask(id, this.#context))
  }

  async resume(id: number, { signal }: CallOptions = {}): Promise<SyncTask> {
    throwIfAborted(signal)
    return this.#answer(await resumeTask(id, this.#context))
  }

  get #tasks() {
    return this.#context.storage.collection('tasks')
  }

  #answer(row: SyncTaskRow): SyncTask {
    return toTask(row, this.#context)
  }
}
