import type { AuditEntry, AuditQuery } from './audit-entry.ts'
import type { Branch, BranchQuery, CheckoutBranch, CreateBranch, DeletedBranch } from './branch.ts'
import type { RunLogEvent } from './events.ts'
import type { Page, PageQuery } from './page.ts'
import type { Plan } from './plan.ts'
import type { RegisterRepo, Repo, UpdateRepo } from './repo.ts'
import type { Run, RunQuery, RunWithRefs } from './run.ts'
import type { CreateSyncTask, SyncTask, UpdateSyncTask } from './sync-task.ts'
import type { Health, Version } from './version.ts'

/** What every method takes last. */
export interface CallOptions {
  /** Ends the call early with `ABORTED`; what was begun is undone or left whole, never half done. */
  readonly signal?: AbortSignal | undefined
}

export interface FollowOptions extends CallOptions {
  /** The `id` of a log line: only later ones are told. Default: the whole log. */
  readonly after?: number | undefined
}

export interface Deleted {
  readonly id: number
  readonly deleted: true
}

/** Repositories: registered by path; deleting takes the record, never the files. */
export interface ReposApi {
  /** One page, or everything as page 1 when neither `page` nor `page_size` is given. */
  list(query?: PageQuery, options?: CallOptions): Promise<Page<Repo>>
  /** Every repository, fetched page by page as the loop goes on. */
  all(options?: CallOptions): AsyncIterable<Repo>
  /** @throws REPO_NOT_FOUND */
  get(id: number, options?: CallOptions): Promise<Repo>
  /**
   * Registers the repository at an absolute path: the top of a worktree, or a bare repository. Its remotes are
   * imported; nothing in it is run or changed.
   * @throws PATH_INVALID, NOT_A_REPOSITORY, PATH_OUTSIDE_ROOTS, PATH_NOT_OWNED, REPO_EXISTS, SSH_KEY_NOT_FOUND
   */
  register(input: RegisterRepo, options?: CallOptions): Promise<Repo>
  /** Changes only the fields that `input` carries. @throws REPO_NOT_FOUND, REPO_EXISTS, SSH_KEY_NOT_FOUND */
  update(id: number, input: UpdateRepo, options?: CallOptions): Promise<Repo>
  /** Takes the record and gitferry's store, never the files. @throws REPO_NOT_FOUND, REPO_IN_USE */
  delete(id: number, options?: CallOptions): Promise<Deleted>
}

/** Branches of the registered repository, as `git branch -a` there would show them. */
export interface BranchesApi {
  /** One page, or everything as page 1 when neither `page` nor `page_size` is given. `type` defaults to `local`. */
  list(repoId: number, query?: BranchQuery, options?: CallOptions): Promise<Page<Branch>>
  /** @throws BRANCH_EXISTS, BRANCH_NOT_FOUND (the base), REF_INVALID */
  create(repoId: number, input: CreateBranch, options?: CallOptions): Promise<Branch>
  /**
   * Switches the worktree, or moves the HEAD of a bare repository.
   * @throws BRANCH_NOT_FOUND, CHECKOUT_REFUSED when work would be lost or a filter would have to run
   */
  checkout(repoId: number, input: CheckoutBranch, options?: CallOptions): Promise<Branch>
  /** Deletes a local branch. @throws BRANCH_NOT_FOUND, BRANCH_CHECKED_OUT, BRANCH_UNMERGED (unless `force`) */
  delete(
    repoId: number,
    name: string,
    query?: { readonly force?: boolean },
    options?: CallOptions,
  ): Promise<DeletedBranch>
}

export interface SyncTasksApi {
  /** One page, or everything as page 1 when neither `page` nor `page_size` is given. */
  list(query?: PageQuery, options?: CallOptions): Promise<Page<SyncTask>>
  all(options?: CallOptions): AsyncIterable<SyncTask>
  /** @throws TASK_NOT_FOUND */
  get(id: number, options?: CallOptions): Promise<SyncTask>
  /** @throws REPO_NOT_FOUND, REMOTE_UNKNOWN, URL_FORBIDDEN, SAME_REF, SCHEDULE_INVALID, REF_INVALID */
  create(input: CreateSyncTask, options?: CallOptions): Promise<SyncTask>
  /**
   * Changes only the fields that `input` carries; `paused_at: null` resumes a task that paused itself. Throws what
   * `create` throws, and TASK_NOT_FOUND.
   */
  update(id: number, input: UpdateSyncTask, options?: CallOptions): Promise<SyncTask>
  /** Its runs stay. @throws TASK_NOT_FOUND, TASK_RUNNING (unless `cancel`) */
  delete(id: number, query?: { readonly cancel?: boolean }, options?: CallOptions): Promise<Deleted>
  /**
   * Asks for a run, and answers at once, or with `wait` when it ends. A task with a pending run answers that
   * one; a running task gets exactly one follow-up run. A disabled or paused task runs when asked.
   * @throws TASK_NOT_FOUND
   */
  run(id: number, query?: { readonly wait?: boolean }, options?: CallOptions): Promise<Run>
  /** What a run would do now; it is stored, nothing else changes. @throws TASK_NOT_FOUND and what git answers */
  plan(id: number, options?: CallOptions): Promise<Plan>
}

export interface SyncRunsApi {
  /** One page, newest first. `page` defaults to 1, `page_size` to 20. */
  list(query?: RunQuery, options?: CallOptions): Promise<Page<Run>>
  /** Every run that the query matches, newest first. */
  all(query?: Omit<RunQuery, 'page' | 'page_size'>, options?: CallOptions): AsyncIterable<Run>
  /** With what became of every ref. @throws RUN_NOT_FOUND */
  get(id: number, options?: CallOptions): Promise<RunWithRefs>
  /** The run once it has ended. @throws RUN_NOT_FOUND, ABORTED */
  wait(id: number, options?: CallOptions): Promise<RunWithRefs>
  /** The log so far, oldest line first, each line with its time. @throws RUN_NOT_FOUND */
  log(id: number, options?: CallOptions): Promise<string>
  /**
   * The log as it grows: the stored lines, then each further one within a quarter of a second of its writing, none
   * twice and none left out, and the status at first and whenever it changes. The last event is `end`. Leaving the
   * loop lets go of everything; while it waits for the next event, the signal does.
   * @throws RUN_NOT_FOUND, INVALID_INPUT naming `after`, ABORTED
   */
  follow(id: number, options?: FollowOptions): AsyncIterable<RunLogEvent>
}

export interface AuditApi {
  /** One page, newest first. `page` defaults to 1, `page_size` to 20. */
  list(query?: AuditQuery, options?: CallOptions): Promise<Page<AuditEntry>>
  all(query?: Omit<AuditQuery, 'page' | 'page_size'>, options?: CallOptions): AsyncIterable<AuditEntry>
}

export interface SystemApi {
  health(options?: CallOptions): Promise<Health>
  version(options?: CallOptions): Promise<Version>
}

/** gitferry, in this process or at the other end of HTTP: the same methods, records and errors. */
export interface GitferryApi {
  readonly repos: ReposApi
  readonly branches: BranchesApi
  readonly sync: { readonly tasks: SyncTasksApi; readonly runs: SyncRunsApi }
  readonly audit: AuditApi
  readonly system: SystemApi
}
