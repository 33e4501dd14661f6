import type { GitferryEventName, GitferryEvents, Principal, Readiness } from './contract/index.ts'
import type { GitferryError } from './errors/index.ts'
import type { Gitferry } from './gitferry.ts'
import { type Nouns, nouns } from './nouns.ts'
import { checkPrincipal } from './rights/check-principal.ts'
import { guardApi } from './rights/guard-api.ts'
import { type MethodRights, methodRights } from './rights/method-rights.ts'
import { isUnlimited, notNarrower, refusal, wholeOnly } from './rights/refusal.ts'
import { CallerEvents } from './runtime/caller-events.ts'
import type { Core } from './runtime/core.ts'
import { auditId } from './services/audit-id.ts'
import type { AuditSubject } from './services/audit-log.ts'
import type { IncomingSignedRequest } from './services/authenticator.ts'
import { type GitTransport, GitTransportService } from './services/git-transport.ts'
import type { KeyHolder, OfferedPublicKey, PublicKeyOptions } from './services/key-holder.ts'
import { type LookUpApi, LookUpService } from './services/look-up.ts'
import { type WebhooksApi, WebhooksService } from './services/webhooks.ts'
import { changeAt, type EndpointName } from './wire/index.ts'

type ToldEvents = Pick<CallerEvents, 'on' | 'events' | 'eventsOf'>

/** The services as one principal sees them, made when they are first asked for; guarded, unless they may do everything. */
export class PrincipalView implements Gitferry {
  readonly #core: Core
  readonly #principal: Principal
  readonly #made: { -readonly [Name in keyof Nouns]?: Nouns[Name] } = {}
  #webhooks: WebhooksApi | undefined
  #lookUp: LookUpApi | undefined
  #events: ToldEvents | undefined

  constructor(core: Core, principal: Principal) {
    this.#core = core
    this.#principal = principal
  }

  get repos() {
    return this.#noun('repos')
  }

  get branches() {
    return this.#noun('branches')
  }

  get tags() {
    return this.#noun('tags')
  }

  get content() {
    return this.#noun('content')
  }

  get stats() {
    return this.#noun('stats')
  }

  get projects() {
    return this.#noun('projects')
  }

  get members() {
    return this.#noun('members')
  }

  get publicKeys() {
    return this.#noun('publicKeys')
  }

  get deployKeys() {
    return this.#noun('deployKeys')
  }

  get protection() {
    return this.#noun('protection')
  }

  get sync() {
    return this.#noun('sync')
  }

  get jobs() {
    return this.#noun('jobs')
  }

  get keys() {
    return this.#noun('keys')
  }

  get credentials() {
    return this.#noun('credentials')
  }

  get hostKeys() {
    return this.#noun('hostKeys')
  }

  get notifications() {
    return this.#noun('notifications')
  }

  get users() {
    return this.#noun('users')
  }

  get tokens() {
    return this.#noun('tokens')
  }

  get accessKeys() {
    return this.#noun('accessKeys')
  }

  get audit() {
    return this.#noun('audit')
  }

  get system() {
    return this.#noun('system')
  }

  /** Not guarded: a signature opens it, and nobody's rights. */
  get webhooks(): WebhooksApi {
    this.#webhooks ??= new WebhooksService(this.#context())
    return this.#webhooks
  }

  /** Not guarded: it weighs the principal’s role in each repository itself. */
  get transport(): GitTransport {
    return new GitTransportService(this.#context())
  }

  /** Not guarded: it weighs the principal’s role in each repository itself, of what it tells as of what it changes. */
  get lookUp(): LookUpApi {
    this.#lookUp ??= new LookUpService(this.#context())
    return this.#lookUp
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

  async start(): Promise<void> {
    if (!this.#isWhole) throw wholeOnly('start')
    return this.#core.start()
  }

  async stop(options?: { readonly graceful?: boolean; readonly timeoutMs?: number }): Promise<void> {
    if (!this.#isWhole) throw wholeOnly('stop')
    return this.#core.stop(options)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // a limited view holds nothing of its own, and what it looks at goes on
    if (this.#isWhole) await this.stop()
  }

  on<Name extends GitferryEventName>(
    name: Name,
    listener: (event: GitferryEvents[Name]) => void,
  ): () => void {
    return this.#told.on(name, listener)
  }

  events<Name extends GitferryEventName>(
    name: Name,
    options?: { readonly signal?: AbortSignal | undefined },
  ) {
    return this.#told.events(name, options)
  }

  eventsOf(names?: readonly string[], options?: { readonly signal?: AbortSignal | undefined }) {
    return this.#told.eventsOf(names, options)
  }

  as(principal: Principal): Gitferry {
    const checked = checkPrincipal(principal)
    const error = notNarrower(this.#principal, checked)
    if (error !== undefined) throw error
    return new PrincipalView(this.#core, checked)
  }

  authenticate(token: string): Promise<Principal> {
    return this.#core.authenticator.authenticate(token)
  }

  authenticateSignature(request: IncomingSignedRequest): Promise<Principal> {
    return this.#core.authenticator.authenticateSignature(request)
  }

  authenticatePublicKey(key: OfferedPublicKey, options?: PublicKeyOptions): Promise<KeyHolder | undefined> {
    return this.#core.authenticator.authenticatePublicKey(key, options)
  }

  asksForCredentials(): Promise<boolean> {
    return this.#core.authenticator.asksForCredentials()
  }

  /** Not guarded: it tells of a failure, in the principal's own name. */
  refused(subject: AuditSubject, error: GitferryError): Promise<void> {
    return this.#core.refused(this.#principal, subject, error)
  }

  get #isWhole(): boolean {
    return isUnlimited(this.#principal)
  }

  get #told(): ToldEvents {
    const { on, events, eventsOf } = methodRights
    this.#events ??= this.#guard<ToldEvents>(new CallerEvents(this.#core.events, this.#principal), {
      on,
      events,
      eventsOf,
    })
    return this.#events
  }

  #noun<Name extends keyof Nouns>(name: Name): Nouns[Name] {
    const known: Nouns[Name] | undefined = this.#made[name]
    if (known !== undefined) return known
    const rights: MethodRights<Nouns> = methodRights
    const noun = nouns[name]({ ...this.#context(), version: this.#core.version })
    const made = this.#guard<Nouns[Name]>(noun, rights[name] as MethodRights<Nouns[Name]>)
    this.#made[name] = made
    return made
  }

  #guard<Api extends object>(api: Api, rights: MethodRights<Api>): Api {
    if (this.#isWhole) return api
    return guardApi(api, rights, {
      refusal: (endpoint) => refusal(this.#principal, endpoint),
      refuse: (endpoint, given, error) => this.#refuse(endpoint, given, error),
    })
  }

  /** A change is an attempt like any other: whoever keeps a principal for several calls has an entry of each. */
  async #refuse(endpoint: EndpointName, given: readonly unknown[], error: GitferryError): Promise<never> {
    const change = changeAt(endpoint)
    if (change === undefined) throw error
    const object_id = typeof given[0] === 'number' ? auditId(given[0]) : null
    const subject = { ...(change as Pick<AuditSubject, 'type' | 'object_type'>), object_id }
    return this.#context().audit.attempt(this.#principal, subject, () => Promise.reject(error))
  }

  #context() {
    return this.#core.contextFor(this.#principal)
  }
}
