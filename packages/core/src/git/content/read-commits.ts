import type { Commit } from '../../contract/content.ts'
import type { GitCommand, GitRunOptions } from '../command.ts'
import { showCommits } from '../commands/log-commits.ts'
import { CommitReader } from '../parsers/commit-records.ts'
import type { ByteCache } from './byte-cache.ts'
import type { ContentSource } from './content-source.ts'

/** Reads the commits that a command prints. @throws GIT_*, ABORTED */
export async function readCommits(
  source: ContentSource,
  command: GitCommand<void>,
  options: GitRunOptions,
): Promise<Commit[]> {
  const reader = new CommitReader()
  const onOutput = (chunk: Buffer): boolean => {
    reader.push(chunk)
    return true
  }
  await source.run({ ...command, parse: () => {} }, { ...options, onOutput })
  return reader.take()
}

/** These commits, by oid; each is read once for as long as it is remembered. @throws GIT_*, ABORTED */
export async function commitsByOid(
  source: ContentSource,
  oids: Iterable<string>,
  { cache, ...options }: GitRunOptions & { readonly cache: ByteCache },
): Promise<ReadonlyMap<string, Commit>> {
  const found = new Map<string, Commit | undefined>()
  for (const oid of oids) found.set(oid, cache.get(keyOf(source, oid)))
  const missing = [...found.keys()].filter((oid) => found.get(oid) === undefined)
  const read = missing.length === 0 ? [] : await readCommits(source, showCommits(missing), options)
  for (const commit of read) {
    found.set(commit.oid, commit)
    cache.set(keyOf(source, commit.oid), commit, 2 * JSON.stringify(commit).length)
  }
  return found as ReadonlyMap<string, Commit>
}

const keyOf = (source: ContentSource, oid: string): string => `commit ${source.key} ${oid}`
