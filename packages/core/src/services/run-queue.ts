import type { RunRow, RunTrigger, SyncTaskRow } from '../contract/index.ts'
import type { Clock, QueueAdapter, StorageSession } from '../ports/index.ts'
import type { EventBus } from '../runtime/event-bus.ts'
import { toRun } from './to-run.ts'

/** A person before a webhook before a schedule; a task's own priority weighs within its class. */
const rank: Record<RunTrigger, number> = { manual: 3_000, retry: 2_000, webhook: 2_000, cron: 1_000 }

export interface AcceptedRun {
  readonly run: RunRow
  /** False when the task had a pending run already, which is then the answer. */
  readonly isNew: boolean
}

/** Accepts runs: first a row in the storage, then a hand-over to the queue. */
export class RunQueue {
  readonly #adapter: QueueAdapter
  readonly #clock: Clock
  readonly #events: EventBus

  constructor(deps: { readonly adapter: QueueAdapter; readonly clock: Clock; readonly events: EventBus }) {
    this.#adapter = deps.adapter
    this.#clock = deps.clock
    this.#events = deps.events
  }

  /**
   * Stores, in the caller's transaction, that the task is to run. A task with a pending run keeps that one, with
   * the higher of the two priorities: while another run of the task is under way, it is the one follow-up.
   */
  async accept(session: StorageSession, task: SyncTaskRow, trigger: RunTrigger): Promise<AcceptedRun> {
    const runs = session.collection('runs')
    const priority = rank[trigger] + task.priority
    const [pending] = await runs.find({ where: { task_id: task.id, status: 'pending' }, limit: 1 })
    if (pending !== undefined) {
      if (pending.priority >= priority) return { run: pending, isNew: false }
      return { run: (await runs.update(pending.id, { priority })) ?? pending, isNew: false }
    }
    const run = await runs.insert({
      task_id: task.id,
      repo_id: task.repo_id,
      status: 'pending',
      trigger,
      attempt: 1,
      commit_range: '',
      refs_total: 0,
      refs_changed: 0,
      refs_failed: 0,
      error_code: null,
      error_message: null,
      queued_at: new Date(this.#clock.now()).toISOString(),
      started_at: null,
      finished_at: null,
      duration_ms: null,
      priority,
    })
    return { run, isNew: true }
  }

  /** Hands an accepted run to the workers, after the commit. May be called twice for one run. */
  async handOver({ run, isNew }: AcceptedRun): Promise<void> {
    if (isNew) this.#events.emit('run.queued', { run: toRun(run) })
    await this.#adapter.enqueue({ id: run.id, key: `repo:${run.repo_id}`, priority: run.priority })
  }

  /** Takes a waiting run out, or ends a running one. Answers whether there was one. */
  cancel(id: number): Promise<boolean> {
    return this.#adapter.cancel(id)
  }
}
