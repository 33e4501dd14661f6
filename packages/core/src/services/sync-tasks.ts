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
  updateSyncTask,
} from '../contract/index.ts'
import { GitferryError, parseInput } from '../errors/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { approvalNeeded, holdForApproval } from '../sync/hold-for-approval.ts'
import { acceptRun } from './accept-run.ts'
import { auditId } from './audit-id.ts'
import type { ServiceContext } from './context.ts'
import { findTask } from './find-or-refuse.ts'
import { findAll, findPage } from './pages.ts'
import { pauseTask, resumeTask } from './pause-task.ts'
import { refuseUnsupported } from './refuse-unsupported.ts'
import { refuseGone } from './repo-refusals.ts'
import { resolveTaskSides } from './resolve-sides.ts'
import type { RunWaiter } from './run-waiter.ts'
import { storePlan, supersedePlans } from './store-plan.ts'
import type { SyncPlanner } from './sync-planner.ts'
import { changedFields, newTask, scheduleChanged } from './task-fields.ts'
import { toPlan } from './to-plan.ts'
import { toRun } from './to-run.ts'
import { toTask } from './to-task.ts'

const deleteQuery = z.object({ cancel: z.boolean({ error: 'must be true or false' }).optional() })
const runInput = z.object({ wait: z.boolean({ error: 'must be true or false' }).optional() })

export interface SyncTasksContext extends ServiceContext {
  readonly planner: SyncPlanner
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
      await this.#check(row, signal)
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
    const { audit, clock, events, principal, schedule, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'update', object_type: 'task', object_id: auditId(id) } as const
    const row = await audit.attempt(principal, subject, async (draft) => {
      const known = await findTask(storage, id)
      const given = changedFields(known, parseInput(updateSyncTask, input))
      const wanted = { ...known, ...given }
      draft.note({ details: { name: wanted.name, fields: Object.keys(given) } })
      await this.#check(wanted, signal)
      return storage.transaction(async (session) => {
        await refuseGone(session, wanted)
        const before = await findTask(session, id)
        const after = { ...before, ...given }
        const task = await session.collection('tasks').update(id, {
          ...given,
          updated_at: new Date(clock.now()).toISOString(),
          ...(scheduleChanged(before, after) && { next_run_at: schedule.nextRunAt(after) }),
        })
        // a plan of before may lead elsewhere now
        if (Object.keys(given).length > 0) await supersedePlans(session, id)
        await draft.write(session)
        return task ?? after
      })
    })
    this.#context.wakeScheduler()
    const task = this.#answer(row)
    events.emit('task.updated', { task })
    return task
  }

  async delete(
    id: number,
    query: { readonly cancel?: boolean } = {},
    { signal }: CallOptions = {},
  ): Promise<Deleted> {
    const { audit, clock, events, principal, queue, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'delete', object_type: 'task', object_id: auditId(id) } as const
    const unfinished = await audit.attempt(principal, subject, async (draft) => {
      const task = await findTask(storage, id)
      const { cancel = false } = parseInput(deleteQuery, query)
      draft.note({ details: { name: task.name, cancel } })
      return storage.transaction(async (session) => {
        const runs = session.collection('runs')
        const unfinished = await runs.find({ where: { task_id: id, status: { in: ['pending', 'running'] } } })
        if (unfinished.some((run) => run.status === 'running') && !cancel) throw taskRunning(task)
        const finished_at = new Date(clock.now()).toISOString()
        await runs.updateWhere(
          { task_id: id, status: 'pending' },
          { status: 'canceled', finished_at, error_message: 'The task was deleted.' },
        )
        await session.collection('tasks').delete(id)
        await draft.write(session)
        return unfinished
      })
    })
    for (const run of unfinished) {
      await queue.cancel(run.id)
      const now = await storage.collection('runs').get(run.id)
      if (run.status === 'pending' && now) events.emit('run.finished', { run: toRun(now) })
    }
    events.emit('task.deleted', { id })
    return { id, deleted: true }
  }

  async run(id: number, query: { readonly wait?: boolean } = {}, { signal }: CallOptions = {}): Promise<Run> {
    const { audit, principal, queue, storage, waiter } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'run', object_type: 'task', object_id: auditId(id) } as const
    const { accepted, wait } = await audit.attempt(principal, subject, async (draft) => {
      const { wait = false } = parseInput(runInput, query)
      const accepted = await storage.transaction(async (session) => {
        const task = await findTask(session, id)
        return acceptRun(session, { draft, queue, task, trigger: 'manual' })
      })
      return { accepted, wait }
    })
    await queue.handOver(accepted)
    if (!wait) return toRun(accepted.run)
    const { refs: _, ...run } = await waiter.wait(accepted.run.id, { signal })
    return run
  }

  async plan(id: number, { signal }: CallOptions = {}): Promise<Plan> {
    const { audit, clock, events, planner, principal, storage } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'plan', object_type: 'task', object_id: auditId(id) } as const
    return audit.attempt(principal, subject, async (draft) => {
      const task = await findTask(storage, id)
      const { updates, stop } = await planner.planAlone(task, { signal })
      const { held } = task.require_approval ? holdForApproval(updates, task) : { held: [] }
      const stored = await storage.transaction(async (session) => {
        await findTask(session, id)
        const { plan } = await storePlan(session, {
          task,
          updates,
          stop: stop ?? (held.length > 0 ? approvalNeeded(held) : null),
          runId: null,
          createdAt: new Date(clock.now()).toISOString(),
        })
        draft.note({ details: { plan_id: plan.id, updates: updates.length } })
        await draft.write(session)
        return toPlan(plan)
      })
      events.emit('plan.created', { plan: stored })
      return stored
    })
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

  /** The rules that need more than the fields themselves. */
  async #check(row: Omit<SyncTaskRow, 'id' | 'version'>, signal: AbortSignal | undefined): Promise<void> {
    this.#context.schedule.of(row)
    const sides = await resolveTaskSides(row, { ...this.#context, signal })
    refuseUnsupported(row, sides)
  }
}

function taskRunning(task: SyncTaskRow): GitferryError {
  return new GitferryError(
    'TASK_RUNNING',
    `The task "${task.name}" is running; wait for it, or delete it with cancel=true.`,
    { details: { id: task.id } },
  )
}
