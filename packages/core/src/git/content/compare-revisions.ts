import type { Comparison } from '../../contract/content.ts'
import { GitferryError } from '../../errors/index.ts'
import { compareCommits } from '../commands/compare-commits.ts'
import { diffTrees } from '../commands/diff-trees.ts'
import { mergeBase } from '../commands/merge-base.ts'
import { DiffReader } from '../parsers/diff-files.ts'
import type { ContentSource } from './content-source.ts'
import { type Paging, pageOfCommits } from './list-commits.ts'
import { resolveRevision } from './resolve-revision.ts'

/** Changed files that are told one by one. */
const mostFiles = 1_000
/** How long comparing may take, in ms. */
const timeoutMs = 120_000

/** git knows the tree in which nothing is, of either format, without being given it. */
const emptyTree = {
  sha1: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  sha256: '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
} as const

/**
 * What one revision has that another has not: as `git log base..head` and `git diff base...head`. Where the two have no
 * commit in common, everything in head is new.
 * @throws REVISION_NOT_FOUND, GIT_TIMEOUT, GIT_*, ABORTED
 */
export async function compareRevisions(
  source: ContentSource,
  { base, head, ...paging }: Paging & { readonly base: string; readonly head: string },
  signal: AbortSignal | undefined,
): Promise<Comparison> {
  const options = { signal, timeoutMs }
  const [base_oid, head_oid] = await Promise.all([
    resolveRevision(source, base, { signal, field: 'base' }),
    resolveRevision(source, head, { signal, field: 'head' }),
  ])
  const [merge_base_oid, distance, commits] = await Promise.all([
    source.run(mergeBase(base_oid, head_oid), options),
    source.run(compareCommits(head_oid, base_oid), options),
    pageOfCommits(source, { tip: head_oid, notIn: base_oid }, paging, signal),
  ])
  if (distance === 'missing') {
    throw new GitferryError(
      'REVISION_NOT_FOUND',
      'base: one of the two commits has been removed meanwhile.',
      {
        details: { field: 'base' },
      },
    )
  }
  const from = merge_base_oid ?? emptyTree[source.repo.object_format]
  const { files, total } = await changedFiles(source, from, head_oid, signal)
  return {
    base_oid,
    head_oid,
    merge_base_oid,
    ...distance,
    commits: commits.items,
    files,
    files_total: total,
  }
}

async function changedFiles(
  source: ContentSource,
  from: string,
  to: string,
  signal: AbortSignal | undefined,
) {
  const reader = new DiffReader({ most: mostFiles })
  const onOutput = (chunk: Buffer): boolean => {
    reader.push(chunk)
    return true
  }
  await source.run(diffTrees(from, to), { signal, timeoutMs, onOutput })
  return reader.end()
}
