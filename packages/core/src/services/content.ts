import {
  type ArchiveQuery,
  archiveQuery,
  type Blob,
  type BlobQuery,
  blobQuery,
  type CallOptions,
  type Commit,
  type CommitQuery,
  type CompareQuery,
  type Comparison,
  type ContentApi,
  type CreateCommit,
  type CreatedCommit,
  commitQuery,
  compareQuery,
  type Page,
  pageOf,
  type RepoRow,
  type TreeEntry,
  type TreeQuery,
  treeQuery,
} from '../contract/index.ts'
import { parseInput } from '../errors/index.ts'
import type { GitStreamer } from '../git/command.ts'
import { compareRevisions } from '../git/content/compare-revisions.ts'
import { type ContentSource, openContent } from '../git/content/content-source.ts'
import { listCommits } from '../git/content/list-commits.ts'
import { listDirectory } from '../git/content/list-directory.ts'
import { openArchive } from '../git/content/open-archive.ts'
import { readFile } from '../git/content/read-file.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import type { ServiceContext } from './context.ts'
import { createCommit } from './create-commit.ts'
import { repoFor, toRead } from './repo-roles.ts'
import { rootsOf } from './roots-of.ts'

/** What the repository itself holds, not its store. */
export class ContentService implements ContentApi {
  readonly #context: ServiceContext & { readonly streamer: GitStreamer }

  constructor(context: ServiceContext & { readonly streamer: GitStreamer }) {
    this.#context = context
  }

  async commits(
    repoId: number,
    query: CommitQuery = {},
    { signal }: CallOptions = {},
  ): Promise<Page<Commit>> {
    const repo = await this.#readable(repoId, signal)
    const given = parseInput(commitQuery, query)
    return listCommits(await this.#open(repo), given, pageOf(given), signal)
  }

  async tree(repoId: number, query: TreeQuery = {}, { signal }: CallOptions = {}): Promise<Page<TreeEntry>> {
    const repo = await this.#readable(repoId, signal)
    const given = parseInput(treeQuery, query)
    const { ref, path = '', last_commits: lastCommits = false } = given
    const input = { ref, path, lastCommits, ...pageOf(given) }
    return listDirectory(await this.#open(repo), input, { cache: this.#context.contentCache, signal })
  }

  async blob(repoId: number, query: BlobQuery, { signal }: CallOptions = {}): Promise<Blob> {
    const repo = await this.#readable(repoId, signal)
    const given = parseInput(blobQuery, query)
    return readFile(await this.#open(repo), given, signal)
  }

  async compare(repoId: number, query: CompareQuery, { signal }: CallOptions = {}): Promise<Comparison> {
    const repo = await this.#readable(repoId, signal)
    const { base, head, ...paging } = parseInput(compareQuery, query)
    return compareRevisions(await this.#open(repo), { base, head, ...pageOf(paging) }, signal)
  }

  createCommit(repoId: number, input: CreateCommit, options: CallOptions = {}): Promise<CreatedCommit> {
    return createCommit(repoId, input, this.#context, options)
  }

  async archive(
    repoId: number,
    query: ArchiveQuery = {},
    { signal }: CallOptions = {},
  ): Promise<ReadableStream<Uint8Array>> {
    const { settings, streamer } = this.#context
    const repo = await this.#readable(repoId, signal)
    const { ref, format = 'zip' } = parseInput(archiveQuery, query)
    const input = { ref, format, name: repo.name }
    return openArchive(await this.#open(repo), input, { streamer, dataDir: settings.dataDir, signal })
  }

  async #readable(repoId: number, signal: AbortSignal | undefined): Promise<RepoRow> {
    throwIfAborted(signal)
    return repoFor(this.#context, repoId, toRead)
  }

  #open(repo: RepoRow): Promise<ContentSource> {
    const { runner, settings } = this.#context
    return openContent(repo, { runner, repoRoots: rootsOf(repo, settings) })
  }
}
