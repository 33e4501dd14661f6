import { isGitferryError } from '../../errors/index.ts'
import type { GitRunner, GitRunOptions } from '../command.ts'
import { type LfsPointer, parseLfsPointer } from './pointer.ts'
import { blobContents, everySmallBlob, type HistoryRange, smallBlobs } from './small-blobs.ts'

/** 41 bytes a blob: a million and a half of them. */
const longestList = 64 * 1_024 * 1_024
/** Some 57 bytes an object: 300,000 of them. */
const longestInventory = 16 * 1_024 * 1_024
/** Times the longest pointer, they stay under the runner’s cap. */
const blobsAtATime = 4_000

export type FindPointersOptions = Pick<GitRunOptions, 'signal' | 'timeoutMs'>

/**
 * The LFS objects that a stretch of history needs, each once. Exact: it looks at every blob of that stretch that is
 * short enough to be a pointer, not at `.gitattributes`, which may have changed since, or may name LFS where no file
 * is kept by it.
 *
 * What it costs: one `rev-list` over the stretch, and one `cat-file` for each 4,000 small blobs in it. Some
 * milliseconds for what a push brings day by day; about a fifth of the push itself for a whole history. So for one of
 * which nothing is known at the target the repository itself is asked first: where none of its objects is a pointer, none
 * of the stretch is.
 * @throws GIT_FAILED, GIT_OUTPUT_TOO_LARGE (over a million small blobs), GIT_TIMEOUT, ABORTED
 */
export async function findLfsPointers(
  runner: GitRunner,
  gitDir: string,
  range: HistoryRange,
  options: FindPointersOptions = {},
): Promise<LfsPointer[]> {
  if (range.tips.length === 0) return []
  const run: GitRunOptions = { ...options, gitDir }
  if (range.known.length === 0 && (await hasNoPointer(runner, run))) return []
  const blobs = await runner.run(smallBlobs(range), { ...run, maxOutputBytes: longestList })
  return pointersAmong(runner, blobs, run)
}

/** Whether no object of the whole repository is a pointer; false also where there are too many to tell quickly. */
async function hasNoPointer(runner: GitRunner, run: GitRunOptions): Promise<boolean> {
  const command = everySmallBlob()
  const blobs = await runner
    .run(command, { ...run, maxOutputBytes: longestInventory })
    .catch((error: unknown) => {
      if (isGitferryError(error, 'GIT_OUTPUT_TOO_LARGE')) return undefined
      throw error
    })
  return blobs !== undefined && (await pointersAmong(runner, blobs, run)).length === 0
}

async function pointersAmong(
  runner: GitRunner,
  blobs: readonly string[],
  run: GitRunOptions,
): Promise<LfsPointer[]> {
  const found = new Map<string, LfsPointer>()
  for (let at = 0; at < blobs.length; at += blobsAtATime) {
    for (const blob of await runner.run(blobContents(blobs.slice(at, at + blobsAtATime)), run)) {
      const pointer = parseLfsPointer(blob)
      // an empty file is in every store already
      if (pointer !== undefined && pointer.size > 0) found.set(pointer.oid, pointer)
    }
  }
  return [...found.values()]
}
