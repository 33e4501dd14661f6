import type { RunRef, RunRow, RunStatus, SyncTaskRow } from '../contract/index.ts'
import type { GitferryError } from '../errors/index.ts'
import { type Occurrence, runOccurrences } from '../notifications/index.ts'
import type { Changes, Clock, Logger, StorageSession } from '../ports/index.ts'
import type { EventBus } from '../runtime/event-bus.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import { classifyError } from '../sync/classify-error.ts'
import { type Conclusion, concludeRun } from '../sync/conclude-run.ts'
import type { KeptValues } from './kept-values.ts'
import type { Outbox } from './outbox.ts'
import { persist } from './persist.ts'
import { reposOf } from './repos-of.ts'
import type { RunLog } from './run-log.ts'
import { taskAfterRun } from './task-after-run.ts'
import type { TaskSchedule } from './task-schedule.ts'
import { toRun } from './to-run.ts'

export interface RunRecorderDeps {
  readonly storage: ManagedStorage
  readonly clock: Clock
  readonly events: EventBus
  readonly logger: Logger
  readonly schedule: TaskSchedule
  /** What the run has kept of what it overwrote. */
  readonly kept: Pick<KeptValues, 'settle'>
  /** Whoever is to be told of a run's end is nothing that a run knows. */
  readonly outbox: Outbox
  /** Tells the scheduler that a task's next time has changed. */
  readonly wakeScheduler: () => void
}

/** Joins the transaction that ends a run, and may add to what the run's row says. */
type Beside = (session: StorageSession) => Promise<Changes<RunRow> | undefined>

/** What is known of a run that was cut off. */
interface CutOff {
  /** The last that is known of every ref. */
  readonly refs?: readonly RunRef[]
  /** What became of refs in every try of this attempt; none: the target was not touched. */
  readonly tried?: readonly RunRef[]
  /** Joins the transaction that ends the run. */
  readonly beside?: Beside
}

/** A run that has ended, and what that changed about its task. */
interface Ended {
  readonly run: RunRow
  readonly task: SyncTaskRow | undefined
  readonly changes: Changes<SyncTaskRow> | undefined
  readonly told: readonly Occurrence[]
  readonly tell: () => void
}

/** Writes how runs end: each end is one transaction, events follow the commit. */
export class RunRecorder {
  readonly #deps: RunRecorderDeps

  constructor(deps: RunRecorderDeps) {
    this.#deps = deps
  }

  /** Ends a run as it came out, with what became of its refs. */
  async finish(
    run: RunRow,
    conclusion: Conclusion,
    refs: readonly RunRef[],
    log: RunLog,
    { tried = refs, beside }: Pick<CutOff, 'tried' | 'beside'> = {},
  ): Promise<void> {
    const ended = await this.#end(run, { ...conclusion }, log, async (session) => {
      await this.#insertRefs(session, run, refs)
      await this.#deps.kept.settle(session, run, [...tried, ...refs])
      return beside?.(session)
    })
    for (const ref of refs) this.#deps.events.emit('run.ref', { run_id: run.id, ...reposOf(run), ref })
    this.#announce(ended)
  }

  /** Ends a run that an error cut off; one that had moved refs before is `partial`. */
  async fail(run: RunRow, error: GitferryError, log: RunLog, cutOff: CutOff = {}): Promise<void> {
    log.add(`failed: ${error.code}: ${error.message}`)
    const hasMoved = (cutOff.refs ?? []).some(({ outcome }) => outcome === 'updated')
    const changes = {
      status: hasMoved ? 'partial' : 'failed',
      error_code: error.code,
      error_message: error.message,
      failure_class: classifyError(error),
    } as const
    this.#announce(await this.#cutOff(run, changes, log, cutOff))
  }

  /** Ends a run on a person's word. */
  async cancel(run: RunRow, log: RunLog, cutOff: CutOff = {}): Promise<void> {
    log.add('canceled')
    const changes = { status: 'canceled', error_message: 'The run was canceled.' } as const
    this.#announce(await this.#cutOff(run, changes, log, cutOff))
  }

  #cutOff(
    run: RunRow,
    changes: Changes<RunRow> & { readonly status: RunStatus },
    log: RunLog,
    { refs = [], tried = [], beside }: CutOff,
  ): Promise<Ended> {
    const { commit_range, refs_total, refs_changed, refs_failed } = concludeRun(refs, refs.length)
    const counts = { commit_range, refs_total, refs_changed, refs_failed }
    return this.#end(run, { ...changes, ...counts }, log, async (session) => {
      await this.#insertRefs(session, run, refs)
      await this.#deps.kept.settle(session, run, tried.length > 0 ? tried : 'nothing')
      return beside?.(session)
    })
  }

  async #insertRefs(session: StorageSession, run: RunRow, refs: readonly RunRef[]): Promise<void> {
    const rows = session.collection('run_refs')
    if (run.attempt > 1) await rows.deleteWhere({ run_id: run.id })
    for (const ref of refs) await rows.insert({ run_id: run.id, ...ref })
  }

  /**
   * Ends a run that nobody works on: one that waits, or was left behind. `beside` joins the same transaction. Answers
   * false, and changes nothing, when the run is not any more what it was.
   */
  async cancelUnworked(run: RunRow, beside: (session: StorageSession) => Promise<void>): Promise<boolean> {
    const canceled = await this.#deps.storage.transaction(async (session) => {
      const { id, status, attempt } = run
      const runs = session.collection('runs')
      const finished_at = this.#now()
      const changes = { status: 'canceled', finished_at, error_message: 'The run was canceled.' } as const
      if ((await runs.updateWhere({ id, status, attempt }, changes)) === 0) return undefined
      await session.collection('run_log').insert({ run_id: id, at: finished_at, text: 'canceled' })
      // nobody knows how far it had come
      await this.#deps.kept.settle(session, run, [])
      await beside(session)
      return runs.get(id)
    })
    if (canceled === undefined) return false
    this.#deps.events.emit('run.finished', { run: toRun(canceled) })
    return true
  }

  /** The one transaction that ends a run. */
  async #end(
    run: RunRow,
    outcome: Changes<RunRow> & { readonly status: RunStatus },
    log: RunLog,
    beside: Beside,
  ): Promise<Ended> {
    await log.close()
    return persist(this.#deps, async (session) => {
      const now = this.#deps.clock.now()
      const started = run.started_at === null ? now : Date.parse(run.started_at)
      const more = await beside(session)
      const ended = await session.collection('runs').update(run.id, {
        ...outcome,
        ...more,
        finished_at: new Date(now).toISOString(),
        duration_ms: Math.max(0, now - started),
      })
      await log.storeIn(session)
      const task = await session.collection('tasks').get(run.task_id)
      const changes = task && taskAfterRun(task, outcome, this.#deps)
      const after = task && changes && (await session.collection('tasks').update(task.id, changes))
      const told =
        task && after && ended ? runOccurrences(await withOutcome(session, task, ended), after, ended) : []
      const tell = await this.#deps.outbox.add(session, told)
      return { run: ended ?? run, task, changes, told, tell }
    })
  }

  #announce({ run, task, changes, told, tell }: Ended): void {
    const { events, wakeScheduler } = this.#deps
    events.emit('run.finished', { run: toRun(run) })
    const about = task && { task_id: task.id, ...reposOf(task) }
    if (about && changes?.paused_reason) {
      events.emit('task.paused', { ...about, reason: changes.paused_reason })
    }
    if (about && told.some(({ event }) => event === 'task_recovered')) {
      events.emit('task.recovered', about)
    }
    tell()
    if (changes?.next_run_at !== undefined) wakeScheduler()
  }

  #now(): string {
    return new Date(this.#deps.clock.now()).toISOString()
  }
}

/** A task before this run, with the last outcome that tells how its sync stood: a canceled run says nothing of that. */
async function withOutcome(session: StorageSession, task: SyncTaskRow, run: RunRow): Promise<SyncTaskRow> {
  if (task.last_status !== 'canceled') return task
  const [last] = await session.collection('runs').find({
    where: { task_id: task.id, id: { lt: run.id }, status: { in: outcomes } },
    order: [{ by: 'id', direction: 'desc' }],
    limit: 1,
  })
  return { ...task, last_status: last?.status ?? null }
}

const outcomes = ['success', 'failed', 'conflict', 'partial'] as const satisfies readonly RunStatus[]
