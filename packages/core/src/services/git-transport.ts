import { type RepoRow, type Role, roles } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { GitStreamer } from '../git/command.ts'
import type { GitExchange, GitExchangeEnd, GitServiceName } from '../git/serving/git-service.ts'
import type { PushHooks } from '../git/serving/push-hooks.ts'
import { type ServeMode, serve } from '../git/serving/serve-command.ts'
import { receiveSettings, uploadSettings } from '../git/serving/serving-settings.ts'
import type { PushRule } from '../protection/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import type { AfterPush } from './after-push.ts'
import type { ServiceContext } from './context.ts'
import { HostedPush } from './hosted-push.ts'
import { pushRulesAt } from './protected-refs.ts'
import { roleIn } from './repo-roles.ts'

/** What a git client asks for. */
export interface GitRequest {
  /** The first part of the address: the name of the project, or `local`. */
  readonly group: string
  /** The name of the repository, without `.git`. */
  readonly name: string
  readonly service: GitServiceName
}

export interface OpenGitOptions {
  /** Whether the caller has shown no credential: then only what everybody may read is opened. Default false. */
  readonly isAnonymous?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** A hosted repository that is open to one caller for one service. */
export interface OpenedRepository {
  readonly repoId: number
  readonly service: GitServiceName
  /** A whole conversation, as `git upload-pack <dir>` has it over SSH. Its answer is what SSH tells as the exit status. */
  converse(exchange: GitExchange): Promise<GitExchangeEnd>
  /** Lists the refs, as `GET …/info/refs` answers it over HTTP (without the line that names the service). */
  advertise(exchange: Omit<GitExchange, 'input'>): Promise<GitExchangeEnd>
  /** One request of several, as `POST …/git-upload-pack` brings it over HTTP. */
  answer(exchange: GitExchange): Promise<GitExchangeEnd>
}

/** Serves hosted repositories to git clients, in the name of one principal. */
export interface GitTransport {
  /**
   * Finds a hosted repository and weighs whether the principal may use the service there. A registered clone is never
   * served.
   * @throws REPO_NOT_FOUND (also for whoever may not read it: a stranger is not told what there is), ROLE_MISSING
   *   for a reader who pushes, ABORTED
   */
  open(request: GitRequest, options?: OpenGitOptions): Promise<OpenedRepository>
}

export type GitTransportContext = Pick<
  ServiceContext,
  'audit' | 'clock' | 'events' | 'logger' | 'principal' | 'storage'
> & {
  /** Has git talk with the clients of this caller. */
  readonly streamer: GitStreamer
  readonly pushHooks: PushHooks
  readonly afterPush: AfterPush
  readonly settings: { readonly maxPushBytes: number; readonly pushTimeoutMs: number }
}

/**
 * The longest time in which no byte goes to or from a client, in ms. git itself says something every five seconds, whatever
 * it is at.
 */
const stallTimeoutMs = 120_000

/** Opens hosted repositories to git clients. */
export class GitTransportService implements GitTransport {
  readonly #context: GitTransportContext

  constructor(context: GitTransportContext) {
    this.#context = context
  }

  async open(
    { group, name, service }: GitRequest,
    { isAnonymous = false, signal }: OpenGitOptions = {},
  ): Promise<OpenedRepository> {
    throwIfAborted(signal)
    const where = { group_name: group, name }
    const [repo] = await this.#context.storage.collection('repos').find({ where, limit: 1 })
    const role = repo?.is_hosted ? await this.#roleIn(repo, isAnonymous) : undefined
    if (repo === undefined || role === undefined) throw notFound(group, name)
    if (service === 'receive-pack' && (isAnonymous || role < roles.developer)) throw readOnly(group, name)
    return {
      repoId: repo.id,
      service,
      converse: (exchange) => this.#serve(repo, service, 'conversation', exchange),
      advertise: (exchange) => this.#talk(repo, service, 'advertisement', { ...exchange, input: nothing() }),
      answer: (exchange) => this.#serve(repo, service, 'request', exchange),
    }
  }

  #serve(
    repo: RepoRow,
    service: GitServiceName,
    mode: ServeMode,
    exchange: GitExchange,
  ): Promise<GitExchangeEnd> {
    if (service === 'upload-pack') return this.#talk(repo, service, mode, exchange)
    const { afterPush, audit, clock, events, principal, pushHooks: hooks, storage } = this.#context
    const push = new HostedPush({
      principal,
      repo,
      storage: storage.whole,
      audit,
      events,
      clock,
      hooks,
      afterPush,
      rules: () => this.#rules(repo),
      talk: (gated, env) => this.#talk(repo, service, mode, gated, env),
    })
    return push.receive(exchange)
  }

  #talk(
    { common_dir: path }: RepoRow,
    service: GitServiceName,
    mode: ServeMode,
    { protocol, signal, ...ends }: GitExchange,
    env: Readonly<Record<string, string>> = {},
  ): Promise<GitExchangeEnd> {
    const { pushHooks, settings, streamer } = this.#context
    const { maxPushBytes, pushTimeoutMs } = settings
    const command = serve({
      service,
      mode,
      path,
      protocol,
      settings:
        service === 'upload-pack'
          ? uploadSettings
          : receiveSettings({ maxPushBytes, hooksDir: pushHooks.dir }),
      env,
    })
    return streamer.stream(command, ends, {
      signal,
      stallTimeoutMs,
      timeoutMs: service === 'receive-pack' ? pushTimeoutMs : undefined,
      drains: mode === 'request',
    })
  }

  /** Asked again and again while a push comes in, so that what was changed since the client came holds. */
  async #rules({ id }: RepoRow): Promise<PushRule[]> {
    const { storage } = this.#context
    const repo = await storage.collection('repos').get(id)
    const role = repo && (await this.#roleIn(repo, false))
    if (repo === undefined || role === undefined || role < roles.developer) {
      throw new GitferryError('ROLE_MISSING', 'The caller may not push to the repository any more.')
    }
    return pushRulesAt(repo, role, storage.whole)
  }

  async #roleIn(repo: RepoRow, isAnonymous: boolean): Promise<Role | undefined> {
    if (isAnonymous) return repo.visibility === 20 ? roles.viewer : undefined
    return roleIn(repo, this.#context)
  }
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}

const notFound = (group: string, name: string): GitferryError =>
  new GitferryError(
    'REPO_NOT_FOUND',
    `There is no repository ${group}/${name} here that you may read. Check the address, and which token you show.`,
  )

const readOnly = (group: string, name: string): GitferryError =>
  new GitferryError(
    'ROLE_MISSING',
    `You may read ${group}/${name} and not push to it: that needs the role of developer (30). An admin of the repository can give it.`,
    { details: { needed: roles.developer } },
  )
