import type { Deleted } from '../deleted.ts'
import type { CloneRepo, CreateRepo, ForkRepo, Job } from '../job.ts'
import type { Page, PageQuery } from '../page.ts'
import type { AddRemote, DeletedRemote, Remote, UpdateRemote } from '../remote.ts'
import type { RemoteTest } from '../remote-test.ts'
import type { RegisterRepo, Repo, RepoQuery, UpdateRepo } from '../repo.ts'
import type { CallOptions } from './call-options.ts'

/** The remotes of a repository: those of its own configuration, and those added here. */
export interface RemotesApi {
  /** One page. `page` defaults to 1, `page_size` to 20. @throws REPO_NOT_FOUND */
  list(repoId: number, query?: PageQuery, options?: CallOptions): Promise<Page<Remote>>
  /** @throws REPO_NOT_FOUND */
  all(repoId: number, options?: CallOptions): AsyncIterable<Remote>
  /**
   * Adds a remote; the repository's own configuration is never written.
   * @throws REPO_NOT_FOUND, REMOTE_EXISTS, URL_FORBIDDEN, SSH_KEY_NOT_FOUND, CREDENTIAL_NOT_FOUND, INVALID_INPUT when
   *   the credential is for another origin
   */
  add(repoId: number, input: AddRemote, options?: CallOptions): Promise<Remote>
  /**
   * Changes only the fields that `input` carries. A remote of the repository's configuration is from then on what was
   * said here. Throws what `add` throws, and REMOTE_NOT_FOUND.
   */
  update(repoId: number, name: string, input: UpdateRemote, options?: CallOptions): Promise<Remote>
  /**
   * Deletes a remote that was added or changed here; one of the repository's configuration is then again what stands
   * there.
   * @throws REPO_NOT_FOUND, REMOTE_NOT_FOUND, REMOTE_CONFIGURED, REMOTE_IN_USE
   */
  delete(repoId: number, name: string, options?: CallOptions): Promise<DeletedRemote>
  /** Asks the remote for its refs, as a sync would. @throws REPO_NOT_FOUND, REMOTE_NOT_FOUND, URL_FORBIDDEN */
  test(repoId: number, name: string, options?: CallOptions): Promise<RemoteTest>
}

/** Repositories: registered by path; deleting takes the record, never the files. */
export interface ReposApi {
  readonly remotes: RemotesApi
  /** One page, or everything as page 1 when neither `page` nor `page_size` is given. */
  list(query?: RepoQuery, options?: CallOptions): Promise<Page<Repo>>
  /** Every repository, fetched page by page as the loop goes on. */
  all(options?: CallOptions): AsyncIterable<Repo>
  /**
   * A caller who has only a role in it is answered no path, remotes or keys; the same holds of every answer of a
   * repository.
   * @throws REPO_NOT_FOUND, ROLE_MISSING
   */
  get(id: number, options?: CallOptions): Promise<Repo>
  /**
   * Registers the repository at an absolute path: the top of a worktree, or a bare repository. Its remotes are
   * imported; nothing in it is run or changed.
   * @throws PATH_INVALID, NOT_A_REPOSITORY, PATH_OUTSIDE_ROOTS, PATH_NOT_OWNED, REPO_EXISTS, SSH_KEY_NOT_FOUND,
   *   CREDENTIAL_NOT_FOUND
   */
  register(input: RegisterRepo, options?: CallOptions): Promise<Repo>
  /**
   * Changes only the fields that `input` carries. It takes an admin of the repository or the scope `write`; to change the
   * `visibility` of a hosted one, an admin of it or the scope `admin`.
   * @throws REPO_NOT_FOUND, ROLE_MISSING, REPO_EXISTS, SSH_KEY_NOT_FOUND, CREDENTIAL_NOT_FOUND
   */
  update(id: number, input: UpdateRepo, options?: CallOptions): Promise<Repo>
  /**
   * Takes the record and gitferry's store, never the files: those of a hosted repository are moved to `retired/` in the
   * data directory. What runs have overwritten stays kept unless `drop_kept`. It takes an
   * admin of the repository; for one that is not hosted the scope `write` is enough.
   * @throws REPO_NOT_FOUND, ROLE_MISSING, REPO_IN_USE
   */
  delete(id: number, query?: { readonly drop_kept?: boolean }, options?: CallOptions): Promise<Deleted>
  /**
   * Asks for a clone and answers its job at once: a bare copy that gitferry hosts, or with `path` a worktree there.
   * The repository is registered, with the remote `origin`, when it stands whole; before, nothing is at its place. The
   * caller becomes an admin of a bare copy.
   * A sync task from `origin` to `local` keeps a copy fresh; without one it stays as it is.
   * @throws INVALID_INPUT, URL_FORBIDDEN, PATH_INVALID, PATH_EXISTS, PATH_OUTSIDE_ROOTS, REPO_EXISTS,
   *   SSH_KEY_NOT_FOUND, CREDENTIAL_NOT_FOUND, SECRETS_UNAVAILABLE, REF_INVALID, PROJECT_NOT_FOUND, ROLE_MISSING
   */
  clone(input: CloneRepo, options?: CallOptions): Promise<Job>
  /**
   * Makes an empty bare repository that gitferry hosts; the caller becomes an admin of it.
   * @throws PROJECT_NOT_FOUND, ROLE_MISSING, REPO_EXISTS, REF_INVALID, STORE_FAILED, DISK_FULL
   */
  create(input: CreateRepo, options?: CallOptions): Promise<Repo>
  /**
   * Copies a repository into a new one that gitferry hosts: branches, tags and the default branch; nothing is shared on
   * disk. Answers when it stands. The caller becomes an admin of it. Only an admin of the original gives it a wider
   * `visibility` than that has.
   * @throws REPO_NOT_FOUND, PROJECT_NOT_FOUND, ROLE_MISSING, INVALID_INPUT, REPO_EXISTS, UNSUPPORTED for a shallow clone,
   *   STORE_FAILED, DISK_FULL
   */
  fork(id: number, input?: ForkRepo, options?: CallOptions): Promise<Repo>
}
