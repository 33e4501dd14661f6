import type { AccessLevel, CallOptions, Commit, RepoRow } from '../contract/index.ts'
import type { GitRunOptions } from '../git/command.ts'
import { compareCommits } from '../git/commands/compare-commits.ts'
import type { ByteCache } from '../git/content/byte-cache.ts'
import { openContent } from '../git/content/content-source.ts'
import { commitsByOid } from '../git/content/read-commits.ts'
import { LocalRepository } from '../git/local/local-repository.ts'
import { matchesName } from '../protection/index.ts'
import type { ServiceContext } from './context.ts'
import { inLanes } from './in-lanes.ts'
import { protectedRefsAt } from './protected-refs.ts'
import { rootsOf } from './roots-of.ts'

/** A branch with what other APIs tell of it. */
export interface BranchTip {
  readonly name: string
  readonly commit: Commit
  /** Who may push to it, by the strictest rule of those about it; null: nothing protects it. */
  readonly push_level: AccessLevel | null
  readonly merge_level: AccessLevel | null
  /** Commits that it has and the branch that HEAD names has not; null: not asked for, or there is no such branch. */
  readonly ahead: number | null
  readonly behind: number | null
}

interface BranchTipsOptions extends Pick<ServiceContext, 'runner' | 'settings' | 'storage'> {
  readonly cache: ByteCache
  readonly divergence: boolean
  readonly signal?: GitRunOptions['signal']
}

/** Comparisons at the same time: a process each. */
const lanes = 4

/** The branches of these names, in their order; one that is gone is left out. @throws NOT_A_REPOSITORY, ABORTED, GIT_* */
export async function branchTips(
  repo: RepoRow,
  names: readonly string[],
  { cache, divergence, runner, settings, signal, storage }: BranchTipsOptions,
): Promise<BranchTip[]> {
  if (names.length === 0) return []
  const repoRoots = rootsOf(repo, settings)
  const local = new LocalRepository({ repo, runner, repoRoots })
  const rows = await local.list('local', { signal })
  const oids = new Map(rows.map(({ last_commit, name }) => [name, last_commit]))
  const found = names.flatMap((name) => oids.get(name) ?? [])
  const options = { gitDir: repo.git_dir, signal }
  const [commits, rules] = await Promise.all([
    commitsByOid(await openContent(repo, { runner, repoRoots }), found, { cache, signal }),
    protectedRefsAt(repo, storage.whole),
  ])
  const head = divergence ? rows.find(({ is_current }) => is_current)?.last_commit : undefined
  const distances = new Map<string, { readonly ahead: number; readonly behind: number }>()
  if (head !== undefined) {
    const compare = async (oid: string, call: CallOptions): Promise<void> => {
      const distance = await runner.run(compareCommits(oid, head), { ...options, ...call })
      if (distance !== 'missing') distances.set(oid, distance)
    }
    await inLanes(new Set(found), lanes, compare, { signal })
  }
  return names.flatMap((name) => {
    const oid = oids.get(name)
    const commit = oid === undefined ? undefined : commits.get(oid)
    if (oid === undefined || commit === undefined) return []
    const matching = rules.filter((rule) => rule.kind === 'branch' && matchesName(name, rule.name))
    return {
      name,
      commit,
      push_level: strictest(matching.map((rule) => rule.push_level)),
      merge_level: strictest(matching.map((rule) => rule.merge_level ?? rule.push_level)),
      ahead: distances.get(oid)?.ahead ?? null,
      behind: distances.get(oid)?.behind ?? null,
    }
  })
}

/** Nobody before admins, and admins before developers. */
const strictest = (levels: readonly AccessLevel[]): AccessLevel | null =>
  levels.includes(0) ? 0 : levels.length === 0 ? null : (Math.max(...levels) as AccessLevel)
