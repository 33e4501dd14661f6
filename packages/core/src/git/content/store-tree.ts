import type { GitRunner, GitRunOptions } from '../command.ts'
import { hashObject } from '../commands/hash-object.ts'
import { type IndexChange, updateIndex } from '../commands/update-index.ts'
import { writeTree } from '../commands/write-tree.ts'
import { readTree } from '../local/commands/trees.ts'
import type { GitSetting } from '../settings.ts'
import type { FileChanges } from './apply-actions.ts'
import type { FileEntry } from './file-tree.ts'
import { withPrivateIndex } from './private-index.ts'
import { refuseHarmfulSubmodules } from './submodule-config.ts'

export interface StoreTreeOptions extends Pick<GitRunOptions, 'gitDir' | 'signal'> {
  readonly runner: GitRunner
  /** gitferry’s own, for the index file. */
  readonly dataDir: string
  readonly objectFormat: 'sha1' | 'sha256'
  /** What keeps the repository’s hooks from running. */
  readonly settings: readonly GitSetting[]
}

/** Blobs that are stored at the same time: a process each. */
const blobsAtOnce = 4

/** A plain index, whatever the user’s repository wishes for its own: one file, whole, that nobody else looks at. */
const plainIndex: readonly GitSetting[] = [
  ['core.splitIndex', 'false'],
  ['core.sparseCheckout', 'false'],
  ['core.untrackedCache', 'false'],
  ['index.sparse', 'false'],
]

/**
 * Stores the tree that changes make of that of a commit (`null`: of nothing), and answers its oid.
 * @throws PATH_INVALID when git refuses a path (a link called `.gitmodules`), INVALID_INPUT for a harmful `.gitmodules`, GIT_*, DISK_FULL, ABORTED
 */
export function storeTree(
  commit: string | null,
  changes: FileChanges,
  { runner, dataDir, objectFormat, settings, ...run }: StoreTreeOptions,
): Promise<string> {
  return withPrivateIndex(dataDir, async (indexFile) => {
    const entries = await storeBlobs(changes, runner, run)
    await refuseHarmfulSubmodules(entries, runner, run)
    const inIndex = { settings: [...settings, ...plainIndex] }
    if (commit !== null) await runner.run({ ...readTree(commit, indexFile), ...inIndex }, run)
    const update = updateIndex({ indexFile, changes: entries, objectFormat })
    await runner.run({ ...update, ...inIndex }, run)
    return runner.run({ ...writeTree(indexFile), ...inIndex }, run)
  })
}

async function storeBlobs(
  changes: FileChanges,
  runner: GitRunner,
  run: GitRunOptions,
): Promise<IndexChange[]> {
  const store = async ([path, entry]: readonly [string, FileEntry | null]): Promise<IndexChange> => {
    if (entry === null) return { path, entry }
    const { mode, blob } = entry
    return {
      path,
      entry: { mode, oid: typeof blob === 'string' ? blob : await runner.run(hashObject(blob), run) },
    }
  }
  const stored: IndexChange[] = []
  const rest = [...changes]
  while (rest.length > 0) {
    // each has ended before anything is thrown: nothing is left running
    const settled = await Promise.allSettled(rest.splice(0, blobsAtOnce).map(store))
    for (const result of settled) {
      if (result.status === 'rejected') throw result.reason
      stored.push(result.value)
    }
  }
  return stored
}
