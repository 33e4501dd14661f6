import * as fs from 'node:fs/promises'
import type {
  AuditApi,
  BranchesApi,
  GitferryApi,
  GitferryEventName,
  GitferryEvents,
  Principal,
  ReposApi,
  SyncRunsApi,
  SyncTasksApi,
  SystemApi,
} from './contract/index.ts'
import { system as systemPrincipal } from './contract/index.ts'
import type { GitferryError } from './errors/index.ts'
import { type Core, createCore } from './runtime/core.ts'
import { type GitferryOptions, resolveOptions } from './runtime/options.ts'
import { AuditService } from './services/audit.ts'
import type { AuditSubject } from './services/audit-log.ts'
import { BranchesService } from './services/branches.ts'
import { ReposService } from './services/repos.ts'
import { SyncRunsService } from './services/sync-runs.ts'
import { SyncTasksService } from './services/sync-tasks.ts'
import { SystemService } from './services/system.ts'

/**
 * gitferry in this process: the same services that the HTTP server mounts and the client calls, and its
 * lifecycle and events beside them.
 */
export interface Gitferry extends GitferryApi, AsyncDisposable {
  /** Whether `start()` has succeeded and `stop()` was not called yet. */
  readonly ready: boolean
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
  /** Calls `listener` with every event of that name; the answer unsubscribes it and may be called twice. */
  on<Name extends GitferryEventName>(name: Name, listener: (event: GitferryEvents[Name]) => void): () => void
  /** The events of that name from now on, until the loop is left or the signal fires. */
  events<Name extends GitferryEventName>(
    name: Name,
    options?: { readonly signal?: AbortSignal },
  ): AsyncIterableIterator<GitferryEvents[Name]>
  /** The same gitferry for a principal: the audit log names it. Cheap; one a request is fine. */
  as(principal: Principal): Gitferry
  /**
   * Records a change that was refused before it reached a service (a body that is no JSON). Does nothing for an
   * error that a service has recorded already.
   */
  refused(subject: AuditSubject, error: GitferryError): Promise<void>
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
  #sync: { readonly tasks: SyncTasksApi; readonly runs: SyncRunsApi } | undefined
  #audit: AuditApi | undefined
  #system: SystemApi | undefined

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
      runs: new SyncRunsService(this.#context()),
    }
    return this.#sync
  }

  get audit(): AuditApi {
    this.#audit ??= new AuditService(this.#context())
    return this.#audit
  }

  get system(): SystemApi {
    this.#system ??= new SystemService({ version: this.#core.version })
    return this.#system
  }

  get ready(): boolean {
    return this.#core.ready
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

  events<Name extends GitferryEventName>(name: Name, options?: { readonly signal?: AbortSignal }) {
    return this.#core.events.events(name, options)
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
