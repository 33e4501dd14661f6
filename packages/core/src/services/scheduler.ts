import type { SyncTaskRow } from '../contract/index.ts'
import type { Occurrence } from '../notifications/index.ts'
import type { Clock, Logger } from '../ports/index.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import { decideMisfire } from '../schedule/index.ts'
import type { Outbox } from './outbox.ts'
import type { AcceptedRun, RunQueue } from './run-queue.ts'
import { jitterOf, type TaskSchedule } from './task-schedule.ts'
import { WakeLoop } from './wake-loop.ts'

/** Other nodes write schedules too, so the timer never sleeps longer. */
const longestSleepMs = 30_000
const afterFailureMs = 1_000
const batch = 100

/**
 * Turns due tasks into runs. One timer, set to the earliest due task; claiming one is a compare-and-swap on its
 * `next_run_at`, so any number of nodes can do this at once.
 */
export class Scheduler {
  readonly #storage: ManagedStorage
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #queue: RunQueue
  readonly #schedule: TaskSchedule
  readonly #outbox: Outbox
  readonly #housekeeping: () => Promise<void>
  #keptHouseAt = Number.NEGATIVE_INFINITY
  readonly #loop: WakeLoop

  constructor(deps: {
    readonly storage: ManagedStorage
    readonly clock: Clock
    readonly logger: Logger
    readonly queue: RunQueue
    readonly schedule: TaskSchedule
    readonly outbox: Outbox
    /** Called every half minute. */
    readonly housekeeping: () => Promise<void>
  }) {
    this.#storage = deps.storage
    this.#clock = deps.clock
    this.#logger = deps.logger
    this.#queue = deps.queue
    this.#schedule = deps.schedule
    this.#outbox = deps.outbox
    this.#housekeeping = deps.housekeeping
    this.#loop = new WakeLoop({ clock: deps.clock, turn: () => this.#tick() })
  }

  get isRunning(): boolean {
    return this.#loop.isRunning
  }

  start(): void {
    this.#loop.start()
  }

  /** Ends the timer and waits for a tick under way. May be called twice. */
  stop(): Promise<void> {
    return this.#loop.stop()
  }

  /** Looks at the schedules now: something about them has changed. */
  wake(): void {
    this.#loop.wake()
  }

  /** Claims what is due; answers how long there will be nothing. */
  async #tick(): Promise<number> {
    let sleepMs = afterFailureMs
    try {
      if (await this.#claimDue()) {
        const [earliest] = await this.#find({ limit: 1 })
        sleepMs = earliest ? Date.parse(earliest.next_run_at!) - this.#clock.now() : longestSleepMs
      }
    } catch (error) {
      this.#logger.error('the scheduler could not read its tasks; it tries again', { error })
    }
    await this.#keepHouse()
    return Math.min(sleepMs, longestSleepMs)
  }

  async #keepHouse(): Promise<void> {
    if (this.#clock.now() - this.#keptHouseAt < longestSleepMs) return
    this.#keptHouseAt = this.#clock.now()
    await this.#housekeeping().catch((error: unknown) => {
      this.#logger.error('the housekeeping failed; it is done again in half a minute', { error })
    })
  }

  /** Answers false when a task could not be claimed: it is still due, and tried again soon. */
  async #claimDue(): Promise<boolean> {
    for (;;) {
      const dueBefore = new Date(this.#clock.now() + 1).toISOString()
      const due = await this.#find({ limit: batch, dueBefore })
      if (!(await this.#claim(due))) return false
      if (due.length < batch || !this.#loop.isRunning) return true
    }
  }

  #find({ limit, dueBefore = '9999' }: { readonly limit: number; readonly dueBefore?: string }) {
    return this.#storage.collection('tasks').find({
      where: { next_run_at: { lt: dueBefore } },
      order: [{ by: 'next_run_at' }],
      limit,
    })
  }

  /**
   * Claims tasks in one transaction, for each one waits for the disk; one by one when that fails, so that one bad task
   * holds up no other. Answers whether all of them are done with.
   */
  async #claim(tasks: readonly SyncTaskRow[]): Promise<boolean> {
    try {
      await this.#claimTogether(tasks)
      return true
    } catch (error) {
      if (tasks.length === 1) {
        this.#logger.error('a due task could not be claimed; it is tried again', {
          task_id: tasks[0]?.id,
          error,
        })
        return false
      }
      let all = true
      for (const task of tasks) all = (await this.#claim([task])) && all
      return all
    }
  }

  /** The claims and the runs that they make are stored together: a tick is never lost in between. */
  async #claimTogether(tasks: readonly SyncTaskRow[]): Promise<void> {
    let tell = () => {}
    const claimed = await this.#storage.transaction(async (session) => {
      const claimed: AcceptedRun[] = []
      const told: Occurrence[] = []
      for (const task of tasks) {
        const { fire, next } = this.#decide(task)
        const won = await session
          .collection('tasks')
          .updateWhere({ id: task.id, next_run_at: task.next_run_at }, { next_run_at: next })
        if (won === 0 || !fire) continue
        const accepted = await this.#queue.accept(session, task, 'cron')
        if (accepted.isNew) told.push({ event: 'cron_triggered', task, run: accepted.run })
        claimed.push(accepted)
      }
      tell = await this.#outbox.add(session, told)
      return claimed
    })
    tell()
    await Promise.all(claimed.map((accepted) => this.#handOver(accepted)))
  }

  /** The run is stored: where the queue does not take it now, the housekeeping hands it over again. */
  async #handOver(accepted: AcceptedRun): Promise<void> {
    await this.#queue.handOver(accepted).catch((error: unknown) => {
      this.#logger.error('a run could not be handed to the queue yet', { run_id: accepted.run.id, error })
    })
  }

  #decide(task: SyncTaskRow): { readonly fire: boolean; readonly next: string | null } {
    try {
      const schedule = this.#schedule.of(task)
      if (schedule === null) return { fire: false, next: null }
      const jitter = jitterOf(task)
      const { fire, next } = decideMisfire({
        scheduled: Date.parse(task.next_run_at!) - jitter,
        now: this.#clock.now() - jitter,
        schedule,
        policy: task.misfire,
      })
      return { fire, next: new Date(next + jitter).toISOString() }
    } catch (error) {
      this.#logger.error('the schedule of a task cannot be read; it is not run any more', {
        task_id: task.id,
        error,
      })
      return { fire: false, next: null }
    }
  }
}
