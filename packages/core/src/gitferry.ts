import * as fs from 'node:fs/promises'
import type { GitferryApi, GitferryEvent, Principal, Readiness } from './contract/index.ts'
import { system as systemPrincipal } from './contract/index.ts'
import type { GitferryError } from './errors/index.ts'
import { PrincipalView } from './principal-view.ts'
import { createCore } from './runtime/core.ts'
import type { EventStream } from './runtime/event-bus.ts'
import { type GitferryOptions, resolveOptions } from './runtime/options.ts'
import type { AuditSubject } from './services/audit-log.ts'
import type { IncomingSignedRequest } from './services/authenticator.ts'
import type { GitTransport } from './services/git-transport.ts'
import type { KeyHolder, OfferedPublicKey, PublicKeyOptions } from './services/key-holder.ts'
import type { LookUpApi } from './services/look-up.ts'
import type { WebhooksApi } from './services/webhooks.ts'

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
  /**
   * The same gitferry for a principal: the audit log names it, and what its `scope` and `repoIds` do not allow is
   * refused with FORBIDDEN. Cheap; one a request is fine.
   *
   * What a limited principal is given is as limited as they are: its `as` answers views of the same user that reach no
   * further, its `start` and `stop` are refused, and disposing of it does nothing. `webhooks` is the same for everybody,
   * since a signature opens it, and so is `refused`, which tells of a failure in the principal's own name.
   * @throws INVALID_INPUT naming the field: one that is not known would be a limit that does not hold;
   *   FORBIDDEN for a principal that is not within the one of a limited view
   */
  as(principal: Principal): Gitferry
  /**
   * Who showed this token, and what they may do: a principal for `as`. Asks the storage each time, so that a token
   * that was revoked or has expired is refused from then on.
   * @throws UNAUTHENTICATED
   */
  authenticate(token: string): Promise<Principal>
  /**
   * Whose access key (AK/SK) signed this request, with SDK-HMAC-SHA256, and what they may do: a principal for `as`. A
   * request may be sent again for 15 minutes: see `problemWithSignature`.
   * @throws UNAUTHENTICATED with `details.reason`: `not_found`, `signature`, `too_old` or `expired`; strangers should not
   *   be told the first two apart
   */
  authenticateSignature(request: IncomingSignedRequest): Promise<Principal>
  /**
   * Whom an SSH public key stands for, as principals for `as`: a user with the scope `member`; or a deploy key, `deploy-key:7`,
   * once for each repository that it opens. `undefined`: it is not known here. The use is recorded, so a caller who has
   * not shown the private half yet, by a signature, is to be asked about with `isProven: false`.
   */
  authenticatePublicKey(key: OfferedPublicKey, options?: PublicKeyOptions): Promise<KeyHolder | undefined>
  /** Whether callers must show a credential: once a token was made, for ever. */
  asksForCredentials(): Promise<boolean>
  /**
   * Records a change that was refused before it reached a service (a body that is no JSON). Does nothing for an
   * error that a service has recorded already.
   */
  refused(subject: AuditSubject, error: GitferryError): Promise<void>
  /**
   * Hosted repositories, for whoever speaks with git clients in the principal’s name: the server does, over HTTP and SSH.
   */
  readonly transport: GitTransport
  /** For an application that answers HTTP by itself; the server does this under `/api/webhooks`. */
  readonly webhooks: WebhooksApi
  /** For an application that answers as another API does; the server does under `/v1` and `/v2`. */
  readonly lookUp: LookUpApi
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
