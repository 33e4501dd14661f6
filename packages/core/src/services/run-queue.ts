import type { RunRow, RunTrigger, SyncTaskRow } from '../contract/index.ts'
import type { Clock, Logger, QueueAdapter, StorageSession } from '../ports/index.ts'
import type { EventBus } from '../runtime/event-bus.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import { repoKey } from './repo-key.ts'
import { reposOf, sameRepos } from './repos-of.ts'
import { hostsOfTask } from './task-hosts.ts'
import { toRun } from './to-run.ts'

/** A person before a webhook before a schedule; a task's own priority weighs within its class. */
const rank: Record<RunTrigger, number> = { manual: 3_000, retry: 3_000, webhook: 2_000, cron: 1_000 }

export interface AcceptedRun {
  readonly run: RunRow
  /** False when the task had a pending run already, which is then the answer. */
  readonly isNew: boolean
  /** Its task, where that is at hand. */
  readonly task?: SyncTaskRow
}

/** Accepts runs: first a row in the storage, then a hand-over to the queue. */
export class RunQueue {
  readonly #adapter: QueueAdapter
  readonly #storage: ManagedStorage
  readonly #clock: Clock
  readonly #events: EventBus
  readonly #logger: Logger

  constructor(deps: {
    readonly adapter: QueueAdapter
    readonly storage: ManagedStorage
    readonly clock: Clock
    readonly events: EventBus
    readonly logger: Logger
  }) {
    this.#adapter = deps.adapter
    this.#storage = deps.storage
    this.#clock = deps.clock
    this.#events = deps.events
    this.#logger = deps.logger
  }

  /**
   * Stores, in the caller's transaction, that the task is to run. A task with a pending run keeps that one, with
   * the higher of the two priorities: while another run of the task is under way, it is the one follow-up.
   * A run that carries out a stored plan does that and nothing else: only who asks for the same plan once more is
   * answered with it. The session must see every run of the task, also one from when it had other repositories; that
   * one is a run of the present ones now.
   */
  async accept(
    session: StorageSession,
    task: SyncTaskRow,
    trigger: RunTrigger,
    { plan_id = null }: { readonly plan_id?: number | null } = {},
  ): Promise<AcceptedRun> {
    const runs = session.collection('runs')
    const priority = rank[trigger] + task.priority
    const [pending] = await runs.find({ where: { task_id: task.id, status: 'pending', plan_id }, limit: 1 })
    if (pending !== undefined) {
      const changes = { priority: Math.max(pending.priority, priority), ...reposOf(task) }
      const isAsAsked = pending.priority === changes.priority && sameRepos(pending, task)
      const run = isAsAsked ? pending : await runs.update(pending.id, changes)
      return { run: run ?? pending, isNew: false, task }
    }
    const run = await runs.insert({
      task_id: task.id,
      ...reposOf(task),
      status: 'pending',
      trigger,
      attempt: 1,
      commit_range: '',
      refs_total: 0,
      refs_changed: 0,
      refs_failed: 0,
      error_code: null,
      error_message: null,
      failure_class: null,
      plan_id,
      queued_at: new Date(this.#clock.now()).toISOString(),
      started_at: null,
      finished_at: null,
      duration_ms: null,
      priority,
    })
    return { run, isNew: true, task }
  }

  /** Hands an accepted run to the workers, after the commit. May be called twice for one run. */
  async handOver({ run, isNew, task }: AcceptedRun): Promise<void> {
    if (isNew) this.#events.emit('run.queued', { run: toRun(run) })
    const job = { id: run.id, key: repoKey(run.repo_id), priority: run.priority }
    const { perHost } = this.#adapter.capabilities
    await this.#adapter.enqueue(perHost ? { ...job, hosts: await this.#hostsOf(run, task) } : job)
  }

  /** A run whose hosts cannot be found out is handed over all the same: without their limits, but not lost. */
  async #hostsOf(run: RunRow, known: SyncTaskRow | undefined): Promise<readonly string[]> {
    try {
      const task = known ?? (await this.#storage.collection('tasks').get(run.task_id))
      return task === undefined ? [] : await hostsOfTask(this.#storage, task)
    } catch (error) {
      this.#logger.warn('the hosts of a run could not be read; it runs without their limits', {
        run_id: run.id,
        error,
      })
      return []
    }
  }

  /** Takes a waiting run out, or ends a running one. Answers whether there was one. */
  cancel(id: number): Promise<boolean> {
    return this.#adapter.cancel(id)
  }
}
