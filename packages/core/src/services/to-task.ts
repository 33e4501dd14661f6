import type { SyncTask, SyncTaskRow } from '../contract/index.ts'
import type { TaskSchedule } from './task-schedule.ts'

/** A task as it is answered: with its next times, without what only the storage needs. */
export function toTask(
  { version: _, ...row }: SyncTaskRow,
  { schedule }: { readonly schedule: Pick<TaskSchedule, 'nextRuns'> },
): SyncTask {
  return { ...row, next_runs: schedule.nextRuns(row) }
}
