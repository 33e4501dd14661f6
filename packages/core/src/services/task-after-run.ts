import type { RunStatus, SyncTaskRow } from '../contract/index.ts'
import type { Changes, Clock, Logger } from '../ports/index.ts'
import type { TaskSchedule } from './task-schedule.ts'

interface Outcome {
  readonly status: RunStatus
  readonly error_message?: string | null | undefined
}

interface Deps {
  readonly clock: Clock
  readonly schedule: TaskSchedule
  readonly logger: Logger
}

/** What a run's end means for its task: failures in a row put off the next run, and pause it in the end. */
export function taskAfterRun(task: SyncTaskRow, outcome: Outcome, deps: Deps): Changes<SyncTaskRow> {
  const now = new Date(deps.clock.now()).toISOString()
  const changes = { last_run_at: now, last_status: outcome.status }
  if (outcome.status === 'canceled') return changes
  if (outcome.status !== 'failed') {
    if (task.failure_count === 0) return changes
    return { ...changes, failure_count: 0, next_run_at: nextRunAt(task, 0, deps) }
  }
  const failure_count = task.failure_count + 1
  if (failure_count < task.max_failures || task.paused_at !== null) {
    return { ...changes, failure_count, next_run_at: nextRunAt(task, failure_count, deps) }
  }
  return {
    ...changes,
    failure_count,
    next_run_at: null,
    paused_at: now,
    paused_reason: `${failure_count} failures in a row, the last one: ${outcome.error_message ?? 'unknown'}`,
  }
}

function nextRunAt(task: SyncTaskRow, failures: number, { schedule, logger }: Deps): string | null {
  try {
    return schedule.nextRunAfterFailure(task, failures)
  } catch (error) {
    logger.error('the schedule of a task cannot be read; it is not run any more', { task_id: task.id, error })
    return null
  }
}
