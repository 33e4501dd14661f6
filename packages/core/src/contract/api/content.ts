import type {
  ArchiveQuery,
  Blob,
  BlobQuery,
  Commit,
  CommitQuery,
  CompareQuery,
  Comparison,
  CreateCommit,
  CreatedCommit,
  Stats,
  TreeEntry,
  TreeQuery,
} from '../content.ts'
import type { Page } from '../page.ts'
import type { CallOptions } from './call-options.ts'

/** What a repository holds, read from its objects and never from a worktree. */
export interface ContentApi {
  /**
   * One page of commits, as `git log` orders them; of an empty repository without `ref`, none. `page` defaults to 1,
   * `page_size` to 20.
   * @throws REPO_NOT_FOUND, ROLE_MISSING, REVISION_NOT_FOUND, PATH_INVALID
   */
  commits(repoId: number, query?: CommitQuery, options?: CallOptions): Promise<Page<Commit>>
  /**
   * One page of a directory: directories first, then files, each by name.
   * @throws REPO_NOT_FOUND, ROLE_MISSING, REVISION_NOT_FOUND, PATH_NOT_FOUND, PATH_INVALID
   */
  tree(repoId: number, query?: TreeQuery, options?: CallOptions): Promise<Page<TreeEntry>>
  /**
   * One file, whole; of a link, what it points at.
   * @throws REPO_NOT_FOUND, ROLE_MISSING, REVISION_NOT_FOUND, PATH_NOT_FOUND (also of a directory), PATH_INVALID,
   *   CONTENT_TOO_LARGE over 64 MiB
   */
  blob(repoId: number, query: BlobQuery, options?: CallOptions): Promise<Blob>
  /** @throws REPO_NOT_FOUND, ROLE_MISSING, REVISION_NOT_FOUND */
  compare(repoId: number, query: CompareQuery, options?: CallOptions): Promise<Comparison>
  /**
   * Makes a commit on a branch, without a worktree; the actions are applied in their order, all or none.
   * @throws REPO_NOT_FOUND, ROLE_MISSING, REF_PROTECTED, BRANCH_NOT_FOUND, BRANCH_EXISTS, BRANCH_CHECKED_OUT,
   *   PATH_INVALID, PATH_EXISTS, PATH_NOT_FOUND, CONTENT_CHANGED, CONTENT_TOO_LARGE over 64 MiB, CONFLICT when the branch
   *   moved meanwhile, UNSUPPORTED where it has a million files
   */
  createCommit(repoId: number, input: CreateCommit, options?: CallOptions): Promise<CreatedCommit>
  /**
   * Every file of a commit, packed by `git archive`, as it is made.
   * @throws REPO_NOT_FOUND, ROLE_MISSING, REVISION_NOT_FOUND
   */
  archive(repoId: number, query?: ArchiveQuery, options?: CallOptions): Promise<ReadableStream<Uint8Array>>
}

/** Figures of a repository; counted anew only when its refs have moved. */
export interface StatsApi {
  /** @throws REPO_NOT_FOUND, ROLE_MISSING */
  get(repoId: number, options?: CallOptions): Promise<Stats>
}
