import type { AuditEntry, AuditQuery } from './audit-entry.ts'
import type { AuditVerification } from './audit-verification.ts'
import type { Branch, BranchQuery, CheckoutBranch, CreateBranch, DeletedBranch } from './branch.ts'
import type {
  Channel,
  ChannelTest,
  CreateChannel,
  Delivery,
  DeliveryQuery,
  Preview,
  PreviewTemplate,
  UpdateChannel,
} from './channel.ts'
import type { CreateCredential, Credential } from './credential.ts'
import type { Deleted } from './deleted.ts'
import type { GitferryEventName, GitferryEvents, RunLogEvent } from './events.ts'
import type { HostKey } from './host-key.ts'
import type { Page, PageQuery } from './page.ts'
import type { Plan } from './plan.ts'
import type { AddRemote, DeletedRemote, Remote, UpdateRemote } from './remote.ts'
import type { RemoteTest } from './remote-test.ts'
import type { RegisterRepo, Repo, UpdateRepo } from './repo.ts'
import type { Run, RunQuery, RunWithRefs } from './run.ts'
import type { GenerateSshKey, ImportSshKey, SshKey, TestSshKey, UpdateSshKey } from './ssh-key.ts'
import type { CreateSyncTask, SyncTask, UpdateSyncTask } from './sync-task.ts'
import type { CreateTag, DeletedTag, Tag, TagQuery } from './tag.ts'
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

/** The remotes of a repository: those of its own configuration, and those added here. */
export interface RemotesApi {
  /** One page. `page` defaults to 1, `page_size` to 20. @throws REPO_NOT_FOUND */
  list(repoId: number, query?: PageQuery, options?: CallOptions): Promise<Page<Remote>>
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

/** Tags of the registered repository. */
export interface TagsApi {
  /** One page, by name. `page` defaults to 1, `page_size` to 20. @throws REPO_NOT_FOUND */
  list(repoId: number, query?: TagQuery, options?: CallOptions): Promise<Page<Tag>>
  /** @throws REPO_NOT_FOUND, TAG_NOT_FOUND */
  get(repoId: number, name: string, options?: CallOptions): Promise<Tag>
  /** @throws REPO_NOT_FOUND, TAG_EXISTS, REF_INVALID, BRANCH_NOT_FOUND (what it is to point at) */
  create(repoId: number, input: CreateTag, options?: CallOptions): Promise<Tag>
  /** @throws REPO_NOT_FOUND, TAG_NOT_FOUND */
  delete(repoId: number, name: string, options?: CallOptions): Promise<DeletedTag>
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
  /**
   * Ends a run and answers it once it has ended; one that is canceled already is answered as it is.
   * @throws RUN_NOT_FOUND, RUN_FINISHED when it ended otherwise
   */
  cancel(id: number, options?: CallOptions): Promise<RunWithRefs>
  /**
   * Runs the task of an ended run once more, with the trigger `retry`; answers as `tasks.run` does.
   * @throws RUN_NOT_FOUND, RUN_NOT_FINISHED, TASK_NOT_FOUND when its task was deleted
   */
  retry(id: number, options?: CallOptions): Promise<Run>
}

/** SSH keys with which remotes are reached. A private key goes in and never comes out. */
export interface SshKeysApi {
  /** One page, or everything as page 1 when neither `page` nor `page_size` is given. */
  list(query?: PageQuery, options?: CallOptions): Promise<Page<SshKey>>
  /** @throws SSH_KEY_NOT_FOUND */
  get(id: number, options?: CallOptions): Promise<SshKey>
  /**
   * Imports a private key: PKCS#1, PKCS#8, SEC1 or OpenSSH; rsa of 2048 bits or more, ecdsa, ed25519.
   * @throws SSH_KEY_INVALID naming the field, SSH_KEY_EXISTS (name or fingerprint), SECRETS_UNAVAILABLE
   */
  create(input: ImportSshKey, options?: CallOptions): Promise<SshKey>
  /** Makes an ed25519 key here. @throws SSH_KEY_EXISTS, SECRETS_UNAVAILABLE */
  generate(input: GenerateSshKey, options?: CallOptions): Promise<SshKey>
  /** Changes only the fields that `input` carries. @throws SSH_KEY_NOT_FOUND, SSH_KEY_EXISTS */
  update(id: number, input: UpdateSshKey, options?: CallOptions): Promise<SshKey>
  /** @throws SSH_KEY_NOT_FOUND, SSH_KEY_IN_USE naming the users */
  delete(id: number, options?: CallOptions): Promise<Deleted>
  /**
   * Asks a remote for its refs with this key and no other. That the remote refuses is an answer.
   * @throws SSH_KEY_NOT_FOUND, URL_FORBIDDEN, INVALID_INPUT when the URL is not reached by ssh
   */
  test(id: number, input: TestSshKey, options?: CallOptions): Promise<RemoteTest>
}

/** Users with passwords, and tokens, for remotes over HTTP(S). */
export interface CredentialsApi {
  /** One page. `page` defaults to 1, `page_size` to 20. */
  list(query?: PageQuery, options?: CallOptions): Promise<Page<Credential>>
  /** @throws CREDENTIAL_NOT_FOUND */
  get(id: number, options?: CallOptions): Promise<Credential>
  /** @throws CREDENTIAL_EXISTS (the name), URL_FORBIDDEN (the origin), SECRETS_UNAVAILABLE */
  create(input: CreateCredential, options?: CallOptions): Promise<Credential>
  /** @throws CREDENTIAL_NOT_FOUND, CREDENTIAL_IN_USE naming the users */
  delete(id: number, options?: CallOptions): Promise<Deleted>
}

/** The keys of SSH servers, as the first contact recorded them. */
export interface HostKeysApi {
  /** One page. `page` defaults to 1, `page_size` to 20. */
  list(query?: PageQuery, options?: CallOptions): Promise<Page<HostKey>>
  /** Forgets a key: the next contact records what the server then shows. @throws HOST_KEY_NOT_FOUND */
  delete(id: number, options?: CallOptions): Promise<Deleted>
}

export interface ChannelsApi {
  /** One page, or everything as page 1 when neither `page` nor `page_size` is given. */
  list(query?: PageQuery, options?: CallOptions): Promise<Page<Channel>>
  /** @throws CHANNEL_NOT_FOUND */
  get(id: number, options?: CallOptions): Promise<Channel>
  /** @throws INVALID_INPUT, URL_FORBIDDEN, TEMPLATE_INVALID, SECRETS_UNAVAILABLE */
  create(input: CreateChannel, options?: CallOptions): Promise<Channel>
  /** Changes only the fields that `input` carries. Throws what `create` throws, and CHANNEL_NOT_FOUND. */
  update(id: number, input: UpdateChannel, options?: CallOptions): Promise<Channel>
  /** What is still to be sent to it is not sent any more. @throws CHANNEL_NOT_FOUND */
  delete(id: number, options?: CallOptions): Promise<Deleted>
  /** Sends a real message. That the provider refuses is an answer. @throws CHANNEL_NOT_FOUND */
  test(id: number, options?: CallOptions): Promise<ChannelTest>
}

export interface DeliveriesApi {
  /** One page, newest first. `page` defaults to 1, `page_size` to 20. */
  list(query?: DeliveryQuery, options?: CallOptions): Promise<Page<Delivery>>
  /** @throws DELIVERY_NOT_FOUND */
  get(id: number, options?: CallOptions): Promise<Delivery>
  /**
   * Sends a failed one again, as soon as its turn comes.
   * @throws DELIVERY_NOT_FOUND, DELIVERY_NOT_FAILED, CHANNEL_NOT_FOUND when its channel was deleted
   */
  retry(id: number, options?: CallOptions): Promise<Delivery>
}

export interface NotificationsApi {
  readonly channels: ChannelsApi
  readonly deliveries: DeliveriesApi
  /** What a template makes of example values. @throws TEMPLATE_INVALID */
  preview(input: PreviewTemplate, options?: CallOptions): Promise<Preview>
}

/** What happens, as it happens. */
export interface EventsApi {
  /**
   * Calls `listener` with every event of that name from now on; the answer unsubscribes it and may be called twice.
   * Over HTTP, from the server's answer on, for as long as it takes; what happens while a broken connection is made
   * anew is not told.
   */
  on<Name extends GitferryEventName>(name: Name, listener: (event: GitferryEvents[Name]) => void): () => void
  /**
   * The events of that name from now on, until the loop is left or the signal fires, which is no error; in process,
   * also until gitferry has stopped. Over HTTP like `on`, but it ends with the error when the server refuses, is not
   * there, or stays away. It listens also when no loop is begun: `return()` ends it.
   */
  events<Name extends GitferryEventName>(
    name: Name,
    options?: CallOptions,
  ): AsyncIterableIterator<GitferryEvents[Name]>
}

export interface AuditApi {
  /** One page, newest first. `page` defaults to 1, `page_size` to 20. */
  list(query?: AuditQuery, options?: CallOptions): Promise<Page<AuditEntry>>
  all(query?: Omit<AuditQuery, 'page' | 'page_size'>, options?: CallOptions): AsyncIterable<AuditEntry>
  /** @throws AUDIT_ENTRY_NOT_FOUND */
  get(id: number, options?: CallOptions): Promise<AuditEntry>
  /**
   * Walks the whole chain of entries and says whether it holds, and where it does not. Entries are sealed about a second
   * after they are written; without the option `secrets` none is, and the answer is valid, with `sealed` 0.
   * @throws SECRETS_UNAVAILABLE, SECRET_UNREADABLE when something was sealed and its key is not here
   */
  verify(options?: CallOptions): Promise<AuditVerification>
  /** Every entry that the query matches, oldest first. */
  export(query?: Omit<AuditQuery, 'page' | 'page_size'>, options?: CallOptions): AsyncIterable<AuditEntry>
}

export interface SystemApi {
  health(options?: CallOptions): Promise<Health>
  version(options?: CallOptions): Promise<Version>
}

/** gitferry, in this process or at the other end of HTTP: the same methods, records and errors. */
export interface GitferryApi extends EventsApi {
  readonly repos: ReposApi
  readonly branches: BranchesApi
  readonly tags: TagsApi
  readonly sync: { readonly tasks: SyncTasksApi; readonly runs: SyncRunsApi }
  readonly keys: SshKeysApi
  readonly credentials: CredentialsApi
  readonly hostKeys: HostKeysApi
  readonly notifications: NotificationsApi
  readonly audit: AuditApi
  readonly system: SystemApi
}
