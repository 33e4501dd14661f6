import type { SyncTaskRow } from '../contract/index.ts'
import { refuseOthersRemotes } from './refuse-others-repository.ts'
import { refuseUnsupported } from './refuse-unsupported.ts'
import { type ResolveContext, resolveTaskSides } from './resolve-sides.ts'
import type { TaskSchedule } from './task-schedule.ts'

/**
 * The rules of a task that need more than its fields themselves: its schedule, its repositories and their remotes.
 * @throws what `TaskSchedule.of` and `resolveTaskSides` throw, UNSUPPORTED; FORBIDDEN as `refuseOthersRemotes`
 */
export async function checkTask(
  row: Omit<SyncTaskRow, 'id' | 'version'>,
  context: ResolveContext & { readonly schedule: TaskSchedule },
): Promise<void> {
  context.schedule.of(row)
  refuseUnsupported(row, await resolveTaskSides(row, context))
  await refuseOthersRemotes(row, context)
}
