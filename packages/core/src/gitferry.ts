import * as fs from 'node:fs/promises'
import type {
  AuditApi,
  BranchesApi,
  CredentialsApi,
  GitferryApi,
  GitferryEvent,
  GitferryEventName,
  GitferryEvents,
  HostKeysApi,
  JobsApi,
  NotificationsApi,
  Principal,
  Readiness,
  ReposApi,
  SshKeysApi,
  SystemApi,
  TagsApi,
} from './contract/index.ts'
import { eventNames, system as systemPrincipal } from './contract/index.ts'
import type { GitferryError } from './errors/index.ts'
import { type Core, createCore } from './runtime/core.ts'
import type { EventStream } from './runtime/event-bus.ts'
import { type GitferryOptions, resolveOptions } from './runtime/options.ts'
import { selectEventNames } from './runtime/select-event-names.ts'
import { AuditService } from './services/audit.ts'
import type { AuditSubject } from './services/audit-log.ts'
import { BranchesService } from './services/branches.ts'
import { CredentialsService } from './services/credentials.ts'
import { HostKeysService } from './services/host-keys.ts'
import { JobsService } from './services/jobs.ts'
import { KeptRefsService } from './services/kept-refs.ts'
import { NotificationsService } from './services/notifications.ts'
import { ReposService } from './services/repos.ts'
import { SshKeysService } from './services/ssh-keys.ts'
import { SyncPlansService } from './services/sync-plans.ts'
import { SyncRunsService } from './services/sync-runs.ts'
import { SyncTasksService } from './services/sync-tasks.ts'
import { SystemService } from './services/system.ts'
import { TagsService } from './services/tags.ts'
import { type WebhooksApi, WebhooksService } from './services/webhooks.ts'

/**
 * gitferry in this process: the same services that the HTTP server mounts and the client calls, and its
 * lifecycle and events beside them.
 */
export interface Gitferry extends GitferryApi, AsyncDisposable {
  /** Whether `start()` has succeeded and `stop()` was not called yet. */
  readonly ready: boolean
  /** Whether every part answers now; a look of a moment, shared by whoever asks at the same time. Never rejects. */
  readiness(): Promise<Readiness>
  /** How many runs wait in the queue, and how many are under way in this process. */
  queueSize(): { readonly waiting: number; readonly running: number }
  /**
   * Opens the storage, takes the data directory, ends what a crash left running, takes up every accepted run and
   * starts the schedules. May be called twice: calls share one attempt, a failed one can be repeated.
   * @throws STORAGE_FAILED, GIT_MISSING, CLOSED when the data directory is in use or after `stop()`
   */
  start(): Promise<void>
  /**
   * Takes no further work. `graceful` (default true): waits up to `timeoutMs` (default 30,000) for the runs under
   * way, then ends them; they run again at the next start. May be called twice, also after half a start.
   */
  stop(options?: { readonly graceful?: boolean; readonly timeoutMs?: number }): Promise<void>
  /**
   * The events of several names in the order in which they happen, each with its name: `run.finished` names one,
   * `run.*` all that begin so. Default: every event. It listens from this call on, until the loop is left, the signal
   * fires or gitferry has stopped; a consumer that falls 1,000 events behind loses the oldest.
   * @throws INVALID_INPUT naming `names`
   */
  eventsOf(
    names?: readonly string[],
    options?: { readonly signal?: AbortSignal | undefined },
  ): EventStream<GitferryEvent>
  /** The same gitferry for a principal: the audit log names it. Cheap; one a request is fine. */
  as(principal: Principal): Gitferry
  /**
   * Records a change that was refused before it reached a service (a body that is no JSON). Does nothing for an
   * error that a service has recorded already.
   */
  refused(subject: AuditSubject, error: GitferryError): Promise<void>
  /** For an application that answers HTTP by itself; the server does this under `/api/webhooks`. */
  readonly webhooks: WebhooksApi
}

/**
 * Makes a gitferry. Nothing is opened or started before `start()`.
 * @throws INVALID_INPUT naming the option
 * @example
 * const gitferry = createGitferry({ storage: sqliteStorage({ path: 'data/gitferry.db' }) })
 * await gitferry.start()
 */
export function createGitferry(options: GitferryOptions): Gitferry {
  return new PrincipalView(createCore(resolveOptions(options), fs), systemPrincipal)
}

/** The services as one principal sees them, made when they are first asked for. */
class PrincipalView implements Gitferry {
  readonly #core: Core
  readonly #principal: Principal
  #repos: ReposApi | undefined
  #branches: BranchesApi | undefined
  #sync: GitferryApi['sync'] | undefined
  #jobs: JobsApi | undefined
  #audit: AuditApi | undefined
  #system: SystemApi | undefined
  #tags: TagsApi | undefined
  #keys: SshKeysApi | undefined
  #credentials: CredentialsApi | undefined
  #hostKeys: HostKeysApi | undefined
  #notifications: NotificationsApi | undefined
  #webhooks: WebhooksApi | undefined

  constructor(core: Core, principal: Principal) {
    this.#core = core
    this.#principal = principal
  }

  get repos(): ReposApi {
    this.#repos ??= new ReposService(this.#context())
    return this.#repos
  }

  get branches(): BranchesApi {
    this.#branches ??= new BranchesService(this.#context())
    return this.#branches
  }

  get sync() {
    this.#sync ??= {
      tasks: new SyncTasksService(this.#context()),
      plans: new SyncPlansService(this.#context()),
      runs: new SyncRunsService(this.#context()),
      kept: new KeptRefsService(this.#context()),
    }
    return this.#sync
  }

  get jobs(): JobsApi {
    this.#jobs ??= new JobsService(this.#context())
    return this.#jobs
  }

  get tags(): TagsApi {
    this.#tags ??= new TagsService(this.#context())
    return this.#tags
  }

  get keys(): SshKeysApi {
    this.#keys ??= new SshKeysService(this.#context())
    return this.#keys
  }

  get credentials(): CredentialsApi {
    this.#credentials ??= new CredentialsService(this.#context())
    return this.#credentials
  }

  get hostKeys(): HostKeysApi {
    this.#hostKeys ??= new HostKeysService(this.#context())
    return this.#hostKeys
  }

  get notifications(): NotificationsApi {
    this.#notifications ??= new NotificationsService(this.#context())
    return this.#notifications
  }

  get audit(): AuditApi {
    this.#audit ??= new AuditService(this.#context())
    return this.#audit
  }

  get webhooks(): WebhooksApi {
    this.#webhooks ??= new WebhooksService(this.#context())
    return this.#webhooks
  }

  get system(): SystemApi {
    this.#system ??= new SystemService({ version: this.#core.version })
    return this.#system
  }

  get ready(): boolean {
    return this.#core.ready
  }

  readiness(): Promise<Readiness> {
    return this.#core.readiness()
  }

  queueSize() {
    return this.#core.queueSize()
  }

  start(): Promise<void> {
    return this.#core.start()
  }

  stop(options?: { readonly graceful?: boolean; readonly timeoutMs?: number }): Promise<void> {
    return this.#core.stop(options)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  on<Name extends GitferryEventName>(
    name: Name,
    listener: (event: GitferryEvents[Name]) => void,
  ): () => void {
    return this.#core.events.on(name, listener)
  }

  events<Name extends GitferryEventName>(
    name: Name,
    options?: { readonly signal?: AbortSignal | undefined },
  ) {
    return this.#core.events.events(name, options)
  }

  eventsOf(names: readonly string[] = eventNames, options?: { readonly signal?: AbortSignal | undefined }) {
    return this.#core.events.eventsOf(selectEventNames(names), options)
  }

  as(principal: Principal): Gitferry {
    return new PrincipalView(this.#core, principal)
  }

  refused(subject: AuditSubject, error: GitferryError): Promise<void> {
    return this.#core.refused(this.#principal, subject, error)
  }

  #context() {
    return this.#core.contextFor(this.#principal)
  }
}
