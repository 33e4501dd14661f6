import type { KeptRefRow, SyncTaskRow } from '../contract/index.ts'

/** A kept value that stood elsewhere than where the task leads now; `undefined`: all of them can go back by it. */
export const keptElsewhere = (
  rows: readonly KeptRefRow[],
  { target_repo_id, target_remote }: Pick<SyncTaskRow, 'target_repo_id' | 'target_remote'>,
): KeptRefRow | undefined =>
  rows.find((row) => row.target_repo_id !== target_repo_id || row.target_remote !== target_remote)
