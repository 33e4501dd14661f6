import type { NotificationEvent, RunRow, SyncTaskRow } from '../contract/index.ts'

/** Something that happened and that people may want to be told of. */
export interface Occurrence {
  readonly event: NotificationEvent
  /** As it is now. */
  readonly task?: SyncTaskRow | undefined
  readonly run?: RunRow | undefined
  /** Where a webhook came from: `github`. */
  readonly source?: string | undefined
  /** What went wrong, in words and without secrets. Default: the run's own. */
  readonly error?: string | undefined
}
