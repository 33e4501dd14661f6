import { GitferryError, isGitferryError } from '../errors/index.ts'
import type { GitRunner, GitRunOptions } from '../git/command.ts'
import { compareCommits } from '../git/commands/compare-commits.ts'
import { mergeBase } from '../git/commands/merge-base.ts'
import { missingObjects } from '../git/commands/missing-objects.ts'
import { newCommits } from '../git/commands/new-commits.ts'
import { walkCommits } from '../sync/commit-walk.ts'
import type { DifferingPair } from '../sync/pair-refs.ts'
import type { Relation } from '../sync/relation.ts'
import { inLanes } from './in-lanes.ts'

export interface RelateInput {
  readonly runner: GitRunner
  /** The store that both sides were fetched into, as far as they were. */
  readonly gitDir: string
  readonly pairs: readonly DifferingPair[]
}

export interface RelatedRefs {
  /** Target ref → how the two commits lie to each other. */
  readonly relations: ReadonlyMap<string, Relation>
  /** Target refs whose value is not in the store, or is no commit: the target is to be fetched first. */
  readonly missing: readonly string[]
}

/** Pairs that are compared one by one at the same time. */
const lanes = 4

/**
 * How the commits of many pairs lie to each other, exactly. Mirrors mostly fast-forward, and fast-forwards are decided
 * together, by one list of all new commits; only the other pairs are compared one by one.
 * @throws VERSION_CONFLICT when a source’s commit is not in the store, where it was fetched: it was rewritten
 *   meanwhile; GIT_*, ABORTED
 */
export async function relateRefs(
  { runner, gitDir, pairs }: RelateInput,
  options: Pick<GitRunOptions, 'signal' | 'timeoutMs'> = {},
): Promise<RelatedRefs> {
  const inStore = { ...options, gitDir }
  const missing = new Set<string>()
  const relations = new Map<string, Relation>()
  if (pairs.length > 1) {
    const present: DifferingPair[] = []
    const isMissing = await isMissingIn(runner, pairs, inStore)
    for (const pair of pairs) {
      if (isMissing(pair.source_oid)) throw rewrittenMeanwhile(pair)
      if (isMissing(pair.target_oid)) missing.add(pair.target_ref)
      else present.push(pair)
    }
    for (const [ref, relation] of await relateTogether(runner, present, inStore)) relations.set(ref, relation)
  }
  const open = pairs.filter(({ target_ref }) => !relations.has(target_ref) && !missing.has(target_ref))
  const relateOne = async (pair: DifferingPair, { signal }: Pick<GitRunOptions, 'signal'>) => {
    const relation = await relateAlone(runner, pair, { ...inStore, signal })
    if (relation === 'missing') missing.add(pair.target_ref)
    else relations.set(pair.target_ref, relation)
  }
  await inLanes(open, lanes, relateOne, options)
  return { relations, missing: [...missing] }
}

async function isMissingIn(
  runner: GitRunner,
  pairs: readonly DifferingPair[],
  options: GitRunOptions,
): Promise<(oid: string) => boolean> {
  const oids = new Set(pairs.flatMap(({ source_oid, target_oid }) => [source_oid, target_oid]))
  const missing = await runner.run(missingObjects([...oids]), options)
  return (oid) => missing.has(oid)
}

async function relateTogether(
  runner: GitRunner,
  pairs: readonly DifferingPair[],
  options: GitRunOptions,
): Promise<ReadonlyMap<string, Relation>> {
  if (pairs.length < 2) return new Map()
  const tips = new Set(pairs.map(({ source_oid }) => source_oid))
  const known = new Set(pairs.map(({ target_oid }) => target_oid))
  try {
    return walkCommits(await runner.run(newCommits({ tips, known }), options), pairs)
  } catch (error) {
    // a hundred thousand new commits: one by one they are only counted
    if (isGitferryError(error, 'GIT_OUTPUT_TOO_LARGE')) return new Map()
    throw error
  }
}

async function relateAlone(
  runner: GitRunner,
  pair: DifferingPair,
  options: GitRunOptions,
): Promise<Relation | 'missing'> {
  const { source_oid, target_oid } = pair
  const distance = await runner.run(compareCommits(source_oid, target_oid), options)
  if (distance === 'missing') {
    const gone = await runner.run(missingObjects([source_oid]), options)
    if (gone.size > 0) throw rewrittenMeanwhile(pair)
    return 'missing'
  }
  const { ahead, behind } = distance
  // where one side lacks nothing, it holds the other
  const related =
    ahead === 0 || behind === 0 || (await runner.run(mergeBase(source_oid, target_oid), options)) !== null
  return { ahead, behind, related }
}

function rewrittenMeanwhile({ source_ref, source_oid }: DifferingPair): GitferryError {
  return new GitferryError(
    'VERSION_CONFLICT',
    `${source_ref} was rewritten while it was being read (${source_oid} is gone from it); nothing was changed.`,
    { details: { ref: source_ref, oid: source_oid } },
  )
}
