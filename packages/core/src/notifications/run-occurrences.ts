import type { NotificationEvent, RunRow, RunStatus, SyncTaskRow } from '../contract/index.ts'
import type { Occurrence } from './occurrence.ts'

const eventOf: Partial<Record<RunStatus, NotificationEvent>> = {
  success: 'sync_success',
  failed: 'sync_failure',
  conflict: 'sync_conflict',
  partial: 'sync_partial',
}

/** The events that a later `task_recovered` takes back. */
export const troubleEvents = ['sync_failure', 'sync_conflict', 'sync_partial', 'task_paused'] as const

const troubles = new Set<RunStatus | null>(['failed', 'conflict', 'partial'])

/**
 * What a run's end is to be told as. A canceled run is nobody's news. `task_recovered`: a success that follows a
 * failure, a conflict or a partial success; that somebody paused the task is no trouble.
 */
export function runOccurrences(before: SyncTaskRow, task: SyncTaskRow, run: RunRow): Occurrence[] {
  const event = eventOf[run.status]
  if (event === undefined) return []
  const told: Occurrence[] = [{ event, task, run }]
  if (task.paused_at !== before.paused_at && task.paused_reason !== null) {
    told.push({ event: 'task_paused', task, run, error: task.paused_reason })
  }
  const wasInTrouble = before.failure_count > 0 || troubles.has(before.last_status)
  if (run.status === 'success' && wasInTrouble) told.push({ event: 'task_recovered', task, run })
  return told
}
