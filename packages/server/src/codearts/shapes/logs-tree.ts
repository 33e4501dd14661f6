import type { TreeEntry } from '@gitferry/core/contract'
import { toCommit } from './commit.ts'

/** `LogsTree`: an entry of a directory with its last commit. `md5`: of a file’s bytes; of everything else null. Pure. */
export const toLogsTree = (entry: TreeEntry, md5: string | undefined) => ({
  blob_id: entry.oid,
  file_name: entry.name,
  file_path: entry.path,
  md5: md5 ?? null,
  type: entry.type,
  commit: entry.last_commit && toCommit(entry.last_commit),
})
