import { createHash } from 'node:crypto'
import type { Stats } from '../../contract/content.ts'
import { countLines } from '../commands/count-lines.ts'
import { countCommits } from '../commands/log-commits.ts'
import { type RefTip, refTips } from '../commands/ref-tips.ts'
import { findObjects } from '../local/commands/objects.ts'
import { defaultBranch } from '../local/default-branch.ts'
import { commitTime } from '../parsers/commit-records.ts'
import { LineCountReader } from '../parsers/line-counts.ts'
import type { ByteCache } from './byte-cache.ts'
import type { ContentSource } from './content-source.ts'

/** How long counting may take, in ms. */
const timeoutMs = 300_000
const maxListBytes = 128 * 1024 * 1024
const heads = 'refs/heads/'

interface Counted {
  readonly commits: number
  readonly code_lines: number
}

interface ReadStatsOptions {
  readonly cache: ByteCache
  /** Bytes on disk. */
  readonly measure: (signal: AbortSignal) => Promise<number>
  readonly signal: AbortSignal | undefined
}

/**
 * Figures of a repository. What is counted depends on the commit that the default branch is at, and on where
 * history is cut off, and is remembered by that; the size is measured anew when a branch or a tag has moved.
 * @throws NOT_A_REPOSITORY, GIT_TIMEOUT, GIT_*, ABORTED
 */
export async function readStats(
  source: ContentSource,
  { cache, measure, signal }: ReadStatsOptions,
): Promise<Stats> {
  const [name, tips] = await Promise.all([
    defaultBranch(source.repo, { runner: source, signal }),
    source.run(refTips(), { signal, maxOutputBytes: maxListBytes }),
  ])
  const commit = name === null ? null : await tipOf(source, name, tips, signal)
  const branches = tips.filter(({ ref }) => ref.startsWith(heads))
  return {
    default_branch: name,
    ...(commit === null ? { commits: 0, code_lines: 0 } : await countedAt(source, commit, cache, signal)),
    branches: branches.length,
    tags: tips.length - branches.length,
    size_bytes: await cache.getOrMake(stateKey(source, tips), signal, measure, () => 100),
    last_commit_at: newest(branches),
  }
}

/** The default branch of a clone need not be there as a branch of its own. */
async function tipOf(
  source: ContentSource,
  name: string,
  tips: readonly RefTip[],
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const own = tips.find(({ ref }) => ref === heads + name)
  if (own) return own.oid
  const [found] = await source.run(findObjects([`refs/remotes/origin/${name}^{commit}`]), { signal })
  return found?.oid ?? null
}

function countedAt(
  source: ContentSource,
  commit: string,
  cache: ByteCache,
  signal: AbortSignal | undefined,
): Promise<Counted> {
  const count = async (shared: AbortSignal): Promise<Counted> => {
    const lines = new LineCountReader()
    const onOutput = (chunk: Buffer): boolean => {
      lines.push(chunk)
      return true
    }
    const [commits] = await Promise.all([
      source.run(countCommits({ tip: commit }), { signal: shared, timeoutMs }),
      source.run(countLines(commit), { signal: shared, timeoutMs, onOutput }),
    ])
    return { commits, code_lines: lines.sum }
  }
  return cache.getOrMake(`counts ${source.key} ${commit}`, signal, count, () => 100)
}

function stateKey({ repo }: ContentSource, tips: readonly RefTip[]): string {
  const state = createHash('sha256')
  for (const { ref, oid } of tips) state.update(`${oid} ${ref}\n`)
  return `size ${repo.uuid} ${state.digest('hex')}`
}

function newest(branches: readonly RefTip[]): string | null {
  const times = branches.map(({ committedAt }) => Number(committedAt)).filter((seconds) => seconds > 0)
  return times.length === 0 ? null : commitTime(String(times.reduce((one, other) => Math.max(one, other))))
}
