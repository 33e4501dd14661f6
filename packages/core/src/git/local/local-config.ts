import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitRunner } from '../command.ts'
import type { GitSetting } from '../settings.ts'
import { type ConfigEntry, configEntries } from './commands/config-entries.ts'
import { resolvePath } from './resolve-path.ts'
import type { GitDirectories } from './structure.ts'

/** The entries of a repository's own config files, by file. */
export interface LocalConfig {
  readonly common: readonly ConfigEntry[]
  /** Of `config.worktree`, which counts when `extensions.worktreeConfig` is on. */
  readonly worktree: readonly ConfigEntry[]
}

const maxConfigBytes = 4 * 1024 * 1024

/** Reads the config files of a repository as text, never what they include. */
export async function readLocalConfig(
  { git_dir, common_dir }: GitDirectories,
  { runner, signal }: { readonly runner: GitRunner; readonly signal?: AbortSignal | undefined },
): Promise<LocalConfig> {
  const [common, worktree] = await Promise.all(
    [join(common_dir, 'config'), join(git_dir, 'config.worktree')].map(async (file) => {
      const isThere = await access(file).then(
        () => true,
        () => false,
      )
      return isThere ? runner.run(configEntries(file), { signal, maxOutputBytes: maxConfigBytes }) : []
    }),
  )
  return { common: common ?? [], worktree: worktree ?? [] }
}

/** Extensions that change how git stores things, and start nothing. */
const harmlessExtensions = new Set([
  'extensions.objectformat',
  'extensions.refstorage',
  'extensions.worktreeconfig',
  'extensions.relativeworktrees',
  'extensions.preciousobjects',
  'extensions.noop',
  'extensions.noop-v1',
])

/**
 * The key because of which nothing may be checked out, with the reason, or `undefined`: what could start a
 * program or reach another folder during a checkout, and cannot be turned off for one command.
 */
export async function problemWithConfig(
  { common, worktree }: LocalConfig,
  { git_dir, common_dir, path }: GitDirectories & { readonly path: string },
): Promise<{ readonly key: string; readonly reason: string } | undefined> {
  for (const { key, value } of [...common, ...worktree]) {
    const reason = reasonAgainst(key, value)
    if (reason !== undefined) return { key, reason }
  }
  // A linked worktree does not heed what the common config says of the main one.
  for (const { key, value } of git_dir === common_dir ? [...common, ...worktree] : worktree) {
    if (key !== 'core.worktree') continue
    const named = await resolvePath(value.startsWith('/') ? value : join(git_dir, value))
    if (named !== path) return { key, reason: 'names another folder as the worktree' }
  }
  return undefined
}

function reasonAgainst(key: string, value: string): string | undefined {
  if (/^include(?:if)?\./.test(key)) return 'reads settings from other files'
  if (key.startsWith('hook.')) return 'configures a hook'
  if (key.startsWith('extensions.') && !harmlessExtensions.has(key)) {
    return 'changes how git reads the repository'
  }
  if (/^remote\..*\.partialclonefilter$/s.test(key)) return 'makes git fetch missing objects'
  if (/^remote\..*\.promisor$/s.test(key) && value !== 'false') return 'makes git fetch missing objects'
  return undefined
}

/**
 * Settings that keep every filter driver of the config from being started, for one command. Whether a checkout
 * may do without them is decided by the attributes of the files that it changes.
 */
export function withoutFilters({ common, worktree }: LocalConfig): readonly GitSetting[] {
  const drivers = new Set(
    [...common, ...worktree].flatMap(({ key }) => /^filter\.(.*)\.[^.]+$/s.exec(key)?.[1] ?? []),
  )
  return [...drivers].flatMap((driver): GitSetting[] => [
    [`filter.${driver}.clean`, ''],
    [`filter.${driver}.smudge`, ''],
    [`filter.${driver}.process`, ''],
    [`filter.${driver}.required`, 'false'],
  ])
}

/** Whether the main repository is bare, so that its HEAD checks nothing out. */
export const isMainBare = ({ common }: LocalConfig): boolean =>
  common.findLast(({ key }) => key === 'core.bare')?.value === 'true'

/** The branch on a remote that a tracking ref mirrors. */
export interface TrackedBranch {
  /** The short name on the remote, which a local branch for it gets too. */
  readonly name: string
  /** How many fetch refspecs write this tracking ref. Only when it is one, git can set up tracking. */
  readonly refspecs: number
}

/** Finds out which branch of which remote the tracking ref `ref` mirrors, by the fetch refspecs. */
export function trackedBranch(ref: string, { common, worktree }: LocalConfig): TrackedBranch {
  const names = [...common, ...worktree].flatMap(({ key, value }) =>
    /^remote\..*\.fetch$/s.test(key) ? (sourceOf(ref, value) ?? []) : [],
  )
  // As git does where no refspec tells: the remote is what stands before the first slash.
  const short = ref.slice('refs/remotes/'.length)
  return { name: names[0] ?? short.slice(short.indexOf('/') + 1), refspecs: names.length }
}

function sourceOf(ref: string, refspec: string): string | undefined {
  const [source = '', target = ''] = refspec.replace(/^\+/, '').split(':')
  const heads = 'refs/heads/'
  if (!source.startsWith(heads) || target === '') return undefined
  const [before = '', after] = target.split('*')
  if (after === undefined) return ref === target ? source.slice(heads.length) : undefined
  if (ref.length < target.length - 1 || !ref.startsWith(before) || !ref.endsWith(after)) return undefined
  return source.replace('*', () => ref.slice(before.length, ref.length - after.length)).slice(heads.length)
}
