import { createHash } from 'node:crypto'
import type { SyncTaskRow } from '../contract/index.ts'
import type { Clock } from '../ports/index.ts'
import { backoffDelay, nextRuns, parseSchedule, type Schedule } from '../schedule/index.ts'

type Scheduled = Pick<
  SyncTaskRow,
  | 'repo_id'
  | 'source_remote'
  | 'source_branch'
  | 'target_remote'
  | 'target_branch'
  | 'cron_expression'
  | 'timezone'
  | 'jitter_ms'
>

const shown = 5
const cacheSize = 20_000

/** When tasks are due: the schedule of a task, moved by its jitter. */
export class TaskSchedule {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #parsed = new Map<string, Schedule>()

  constructor({ clock, random }: { readonly clock: Clock; readonly random: () => number }) {
    this.#clock = clock
    this.#random = random
  }

  /** The schedule of a task, or `null` when it has none. @throws SCHEDULE_INVALID */
  of(task: Scheduled): Schedule | null {
    if (task.cron_expression.trim() === '') return null
    // only an H is drawn from the seed: without one, tasks of one expression share what was parsed
    const seed = task.cron_expression.includes('H') ? seedOf(task) : ''
    const key = `${task.timezone}\n${seed}\n${task.cron_expression}`
    const known = this.#parsed.get(key)
    if (known !== undefined) return known
    const schedule = parseSchedule(task.cron_expression, task.timezone, { hashSeed: seed })
    if (this.#parsed.size >= cacheSize) this.#parsed.clear()
    this.#parsed.set(key, schedule)
    return schedule
  }

  /**
   * The next time after `after` (default: now) that an enabled, unpaused task is due, or `null`. `@every` counts
   * from `anchor`, the time it was last due; from now when the schedule is new.
   */
  nextRunAt(
    task: Scheduled & Pick<SyncTaskRow, 'enabled' | 'paused_at'>,
    { after = this.#clock.now(), anchor }: { readonly after?: number; readonly anchor?: string | null } = {},
  ): string | null {
    if (!task.enabled || task.paused_at !== null) return null
    const schedule = this.of(task)
    if (schedule === null) return null
    const jitter = jitterOf(task)
    return toTimestamp(
      schedule.next(after - jitter, anchor ? Date.parse(anchor) - jitter : undefined) + jitter,
    )
  }

  /** As `nextRunAt`, and not before the backoff that `failures` in a row have earned. */
  nextRunAfterFailure(
    task: Scheduled & Pick<SyncTaskRow, 'enabled' | 'paused_at' | 'next_run_at'>,
    failures: number,
  ): string | null {
    const after = this.#clock.now() + backoffDelay(failures, this.#random)
    return this.nextRunAt(task, { after, anchor: task.next_run_at })
  }

  /** The next five fire times, whether or not the task is enabled. */
  nextRuns(task: Scheduled & Pick<SyncTaskRow, 'next_run_at'>): string[] {
    const schedule = this.of(task)
    if (schedule === null) return []
    const jitter = jitterOf(task)
    const anchor = task.next_run_at === null ? undefined : Date.parse(task.next_run_at) - jitter
    const times = nextRuns(schedule, this.#clock.now() - jitter, shown, anchor)
    return times.map((at) => toTimestamp(at + jitter))
  }
}

/**
 * A task's jitter is one fixed offset, drawn from what the task is: tasks that share a minute spread out, and
 * none of them drifts.
 */
export function jitterOf(task: Scheduled): number {
  if (task.jitter_ms === 0) return 0
  const digest = createHash('sha256').update(seedOf(task)).digest()
  return digest.readUInt32BE(0) % (task.jitter_ms + 1)
}

function seedOf(task: Scheduled): string {
  return [task.repo_id, task.source_remote, task.source_branch, task.target_remote, task.target_branch].join(
    '\n',
  )
}

const toTimestamp = (ms: number) => new Date(ms).toISOString()
