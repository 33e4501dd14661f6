import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Commit, TreeEntry } from '../../contract/content.ts'
import type { Page } from '../../contract/page.ts'
import { GitferryError } from '../../errors/index.ts'
import { entryAt, listTree } from '../commands/list-tree.ts'
import { ifGone } from '../if-gone.ts'
import type { ListedEntry } from '../parsers/tree-entries.ts'
import { graphChainFile } from '../store-condition.ts'
import type { ByteCache } from './byte-cache.ts'
import type { ContentSource } from './content-source.ts'
import { findLastCommits } from './find-last-commits.ts'
import type { Paging } from './list-commits.ts'
import { looseTip } from './loose-tip.ts'
import { commitsByOid } from './read-commits.ts'
import { resolveRevision } from './resolve-revision.ts'
import { checkWrittenPath } from './written-path.ts'

/** How long a walk of history may take, in ms. */
const timeoutMs = 300_000
/** Cap on the listing of one directory. */
const maxListBytes = 128 * 1024 * 1024

export interface DirectoryInput extends Paging {
  readonly ref?: string | undefined
  /** '' for the top. */
  readonly path: string
  readonly lastCommits: boolean
}

interface Directory {
  /** Full oid. */
  readonly commit: string
  readonly path: string
}

/**
 * One page of a directory: directories first, then all else, each by the bytes of their names. A name that is not UTF-8 is
 * told with U+FFFD, and cannot be asked for.
 * @throws REVISION_NOT_FOUND, PATH_NOT_FOUND, PATH_INVALID, GIT_TIMEOUT, GIT_*, ABORTED
 */
export async function listDirectory(
  source: ContentSource,
  { ref, path, lastCommits, page, page_size }: DirectoryInput,
  { cache, signal }: { readonly cache: ByteCache; readonly signal: AbortSignal | undefined },
): Promise<Page<TreeEntry>> {
  if (path !== '') checkWrittenPath(path, 'path', { isNew: false })
  const tip = await looseTip(source, ref, { cache, signal })
  const directory = { commit: tip ?? (await resolveRevision(source, ref, { signal })), path }
  const entries = await entriesOf(source, directory, cache, signal)
  const shown = entries.slice((page - 1) * page_size, page * page_size)
  const last = lastCommits
    ? await lastCommitsOf(source, directory, { entries, shown, cache, signal })
    : new Map<string, Commit>()
  const items = shown.map((entry) => toTreeEntry(entry, path, last.get(entry.name) ?? null))
  return { items, total: entries.length, page, page_size }
}

/** The children of a directory, in the order in which they are told. */
function entriesOf(
  source: ContentSource,
  directory: Directory,
  cache: ByteCache,
  signal: AbortSignal | undefined,
): Promise<readonly ListedEntry[]> {
  const list = async (shared: AbortSignal): Promise<readonly ListedEntry[]> => {
    const options = { signal: shared, maxOutputBytes: maxListBytes }
    const tree = await treeAt(source, directory, shared)
    return [...(await source.run(listTree(tree), options))].sort(inOrder)
  }
  const bytesOf = (entries: readonly ListedEntry[]) =>
    entries.reduce((sum, { name, oid }) => sum + 120 + name.length + oid.length, 0)
  return cache.getOrMake(keyOf(source, directory, 'entries'), signal, list, bytesOf)
}

async function treeAt(
  source: ContentSource,
  { commit, path }: Directory,
  signal: AbortSignal,
): Promise<string> {
  if (path === '') return commit
  const entry = await source.run(entryAt(commit, path), { signal })
  if (entry?.type === 'tree') return entry.oid
  throw new GitferryError('PATH_NOT_FOUND', `path: there is no directory "${path}" in ${commit}.`, {
    details: { field: 'path' },
  })
}

/** Child → its last commit, of those that are shown. The walk is one for all children, and is remembered. */
async function lastCommitsOf(
  source: ContentSource,
  directory: Directory,
  {
    entries,
    shown,
    cache,
    signal,
  }: {
    readonly entries: readonly ListedEntry[]
    readonly shown: readonly ListedEntry[]
    readonly cache: ByteCache
    readonly signal: AbortSignal | undefined
  },
): Promise<ReadonlyMap<string, Commit>> {
  const { commit, path } = directory
  const walk = async (shared: AbortSignal): Promise<ReadonlyMap<string, string>> =>
    findLastCommits(
      source,
      {
        commit,
        directory: path,
        names: entries.map(({ name }) => name),
        hasChangedPaths: await hasChangedPaths(source),
      },
      { signal: shared, timeoutMs },
    )
  const bytesOf = (found: ReadonlyMap<string, string>) =>
    found.keys().reduce((sum, name) => sum + 160 + name.length, 0)
  const key = keyOf(source, directory, 'last commits')
  const oids = await cache.getOrMake(key, signal, walk, bytesOf)
  const commits = await commitsByOid(
    source,
    shown.flatMap(({ name }) => oids.get(name) ?? []),
    { cache, signal },
  )
  return new Map(
    shown.flatMap(({ name }) => {
      const found = commits.get(oids.get(name) ?? '')
      return found === undefined ? [] : [[name, found]]
    }),
  )
}

/** Only what gitferry writes itself is known to tell them. */
async function hasChangedPaths({ repo }: ContentSource): Promise<boolean> {
  if (!repo.is_hosted) return false
  return (await stat(join(repo.common_dir, graphChainFile)).catch(ifGone(undefined))) !== undefined
}

const keyOf = (source: ContentSource, { commit, path }: Directory, what: string): string =>
  `${what} ${source.key} ${commit} ${path}`

/** Names are bytes, one a character, so that comparing them compares bytes. */
function inOrder(one: ListedEntry, other: ListedEntry): number {
  const isTree = Number(other.type === 'tree') - Number(one.type === 'tree')
  return isTree || (one.name < other.name ? -1 : 1)
}

function toTreeEntry(
  { name: bytes, mode, type, oid, size }: ListedEntry,
  path: string,
  last_commit: Commit | null,
): TreeEntry {
  const name = Buffer.from(bytes, 'latin1').toString('utf8')
  return {
    name,
    path: path === '' ? name : `${path}/${name}`,
    type,
    mode,
    oid,
    size_bytes: size,
    last_commit,
  }
}
