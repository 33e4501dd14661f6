import { GitferryError } from '@gitferry/core/errors'
import { type Logger, silentLogger } from '@gitferry/core/ports'
import { Hono } from 'hono'
import { requestId } from 'hono/request-id'
import { plainAddress } from './address.ts'
import type { AppEnv, ClientAddress } from './app-env.ts'
import { baseUrl, baseUrlRule } from './base-url.ts'
import { problemWithPrefix } from './codearts/prefix.ts'
import { serveCodeArts } from './codearts/serve-codearts.ts'
import { serveGit } from './git-http/serve-git.ts'
import { loopbackNames } from './host-name.ts'
import { Metrics } from './metrics/metrics.ts'
import { access, admission } from './middleware/access.ts'
import { cors } from './middleware/cors.ts'
import { answerError, answerNothing } from './middleware/errors.ts'
import { hostNames } from './middleware/host-names.ts'
import { origin } from './middleware/origin.ts'
import { requestLog } from './middleware/request-log.ts'
import { securityHeaders } from './middleware/security-headers.ts'
import { mountPages } from './pages/mount.ts'
import { mountRoutes } from './routes/mount.ts'
import type { ServedGitferry } from './served.ts'

export interface AppOptions {
  /**
   * What a `Host` header may name: exact names and addresses, without ports. Default: `localhost`, `127.0.0.1` and
   * `[::1]`.
   */
  readonly hostNames?: readonly string[]
  /** Origins (`https://example.org`) whose pages may read and change. Default: none. */
  readonly corsOrigins?: readonly string[]
  /**
   * The caller’s address, as the socket has it. Default: what `serve` put into the bindings. A caller without an
   * address is refused like one from elsewhere.
   */
  readonly clientAddress?: ClientAddress
  /** While there are no tokens: answers callers from other machines too, without asking who they are. Default false. */
  readonly insecure?: boolean
  /** How large a request’s body may be. Default 1 MiB. */
  readonly bodyLimitBytes?: number
  /**
   * Whether the CodeArts Repo API is answered, under `/v1` and `/v2`, or under a prefix (`/codearts`) before them. Always asks
   * for a credential. Default: it is, without a prefix.
   */
  readonly codearts?: false | { readonly prefix?: string | undefined }
  /**
   * Where callers reach this server, for the addresses in its answers: `https://git.example.org`. Default: what a request
   * names, by its scheme and its `Host` header.
   */
  readonly publicUrl?: string
  /**
   * Where git is served over SSH, for the addresses in answers; `host` is by default that of `publicUrl`. Default: it is
   * not.
   */
  readonly sshAddress?: { readonly host?: string | undefined; readonly port: number } | undefined
  /** Gets one line a request, and the cause of every error of the server’s own. Default: says nothing. */
  readonly logger?: Logger
}

/** A Hono application that listens to gitferry, for its metrics, until it is disposed of. */
export type App = Hono<AppEnv> &
  Disposable & {
    /** Counts, for `/metrics`, what whoever serves the application has answered without it: `serve` does. */
    countUnreadable(status: number): void
  }

/** How the CodeArts Repo API is to be answered, if it is. @throws INVALID_INPUT */
function codeArtsOf({ codearts = {}, publicUrl, sshAddress }: AppOptions) {
  if (codearts === false) return []
  const { prefix = '' } = codearts
  const problem = problemWithPrefix(prefix)
  if (problem !== undefined) throw refused('codearts.prefix', problem)
  const base = publicUrl === undefined ? undefined : baseUrl(publicUrl)
  if (publicUrl !== undefined && base === undefined) throw refused('publicUrl', baseUrlRule)
  return [{ prefix, publicUrl: base, sshAddress }]
}

const refused = (field: string, problem: string): GitferryError =>
  new GitferryError('INVALID_INPUT', `${field}: ${problem}`, { details: { field } })

/**
 * The HTTP API as a Hono application: serve it with `serve` of `@gitferry/server/node`, or mount it in one of your
 * own. Whoever made `gitferry` starts and stops it. All that the application keeps is what `/metrics` shows, counted
 * from gitferry’s events; one that is given up before its gitferry is disposed of (`using`), so that it listens no
 * longer. Where both end together there is nothing to do: the listeners are gitferry’s and go with it.
 * @throws INVALID_INPUT when an option makes no sense
 */
export function createApp(gitferry: ServedGitferry, options: AppOptions = {}): App {
  const logger = options.logger ?? silentLogger
  const corsOrigins = options.corsOrigins ?? []
  const addressOf: ClientAddress = options.clientAddress ?? ((c) => c.env?.clientAddress)
  const clientAddress: ClientAddress = (c) => {
    const address = addressOf(c)
    return address === undefined ? undefined : plainAddress(address)
  }
  const bodyLimitBytes = options.bodyLimitBytes ?? 1024 * 1024
  if (!Number.isSafeInteger(bodyLimitBytes) || bodyLimitBytes < 1) {
    throw new GitferryError('INVALID_INPUT', 'bodyLimitBytes: must be a positive integer', {
      details: { field: 'bodyLimitBytes' },
    })
  }

  const admit = admission({ clientAddress, gitferry, insecure: options.insecure ?? false })
  const guards = [
    hostNames(options.hostNames ?? loopbackNames),
    ...(corsOrigins.length > 0 ? [cors(corsOrigins)] : []),
    origin(corsOrigins),
    // before the access rules of the API: git clients show their tokens in a way of their own
    serveGit(gitferry, { admit, clientAddress, logger }),
    // and so do clients of CodeArts Repo
    ...codeArtsOf(options).map((asked) => serveCodeArts(gitferry, { ...asked, clientAddress, logger })),
    access(admit),
  ]
  // it begins to listen, so nothing may be refused after it
  const metrics = new Metrics(gitferry)

  const app = new Hono<AppEnv>()
  app.use(requestId())
  app.use(metrics.requests)
  app.use(requestLog({ clientAddress, logger }))
  app.use(securityHeaders())
  for (const guard of guards) app.use(guard)
  mountRoutes(app, gitferry, { clientAddress, bodyLimitBytes, logger })
  mountPages(app, gitferry, metrics)
  app.notFound(answerNothing)
  app.onError(answerError)
  return Object.assign(app, {
    countUnreadable: metrics.countUnreadable,
    [Symbol.dispose]: () => metrics[Symbol.dispose](),
  })
}
