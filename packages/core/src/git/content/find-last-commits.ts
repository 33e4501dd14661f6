import type { GitRunner, GitRunOptions } from '../command.ts'
import { type WalkOrder, walkDirectory } from '../commands/walk-directory.ts'
import { DirectoryWalkReader } from '../parsers/directory-walk.ts'
import { LastCommitWalk } from './last-commit-walk.ts'

export interface LastCommitsInput {
  /** Full oid. */
  readonly commit: string
  /** A path that has passed the rules; '' for the top. */
  readonly directory: string
  /** The children, as bytes, one a character. */
  readonly names: readonly string[]
  /** Whether a commit-graph tells which paths each commit changed. Default false. */
  readonly hasChangedPaths?: boolean | undefined
}

/**
 * The last commit of every child of a directory, as `git log -1 <commit> -- <path>` finds each, in one walk of history
 * that ends when the last one is found. A child that no commit tells of (an empty directory, which only low-level
 * commands can make) is not in the answer.
 * @throws GIT_FAILED, GIT_TIMEOUT, ABORTED
 */
export async function findLastCommits(
  runner: Pick<GitRunner, 'run'>,
  { commit, directory, names, hasChangedPaths = false }: LastCommitsInput,
  options: GitRunOptions,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  // every commit touches the top: there is nothing that changed paths could spare
  const first: WalkOrder = hasChangedPaths && directory !== '' ? 'ordered' : 'streamed'
  for (const order of first === 'ordered' ? [first] : ([first, 'ordered'] as const)) {
    const walk = new LastCommitWalk(names.filter((name) => !found.has(name)))
    if (walk.isDone) break
    const reader = new DirectoryWalkReader({
      directory,
      wants: (oid) => walk.standsAt(oid),
      onCommit: (passed) => walk.visit(passed),
    })
    const onOutput = (chunk: Buffer): boolean => {
      reader.push(chunk)
      return !walk.isDone
    }
    await runner.run(walkDirectory(commit, directory, order), { ...options, onOutput })
    if (!walk.isDone) reader.end()
    for (const [name, oid] of walk.found) found.set(name, oid)
    // else a clock went wrong, and searches are left standing at commits that had gone by before
    if (walk.isDone) break
  }
  return found
}
