import { parseJsonBody } from '@gitferry/core/contract'
import { fromUnknown, GitferryError, parseInput } from '@gitferry/core/errors'
import type { Logger } from '@gitferry/core/ports'
import { changeAt } from '@gitferry/core/wire'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { TrieRouter } from 'hono/router/trie-router'
import type { AppEnv, ClientAddress } from '../app-env.ts'
import type { RefusedChange, ServedGitferry } from '../served.ts'
import { codeArtsAuthentication } from './authenticate.ts'
import { answerFailure, answerSuccess } from './envelope.ts'
import { failureOf } from './failure.ts'
import type { Operation } from './operation.ts'
import { operations } from './operations/index.ts'
import { PublicUrls } from './public-urls.ts'

export interface CodeArtsOptions {
  readonly clientAddress: ClientAddress
  readonly logger: Logger
  /** What the addresses stand under: `/codearts`. Default: nothing. */
  readonly prefix?: string | undefined
  /** Default: what the request names, by its scheme and its `Host` header. */
  readonly publicUrl?: string | undefined
  /** Where git is served over SSH, if it is; `host` is by default what `publicUrl` names. */
  readonly sshAddress?: { readonly host?: string | undefined; readonly port: number } | undefined
}

/** The request as the application that these routes are mounted in has it. */
interface InnerEnv {
  Bindings: { readonly outer: Context<AppEnv> }
}

/** `{name}` takes one segment and `{+name}` the rest of what stands between, as Hono writes it. */
const patternOf = (path: string): string =>
  path.replace(/\{(\+?)(\w+)\}/g, (_, rest: string, name: string) =>
    rest === '' ? `:${name}` : `:${name}{[\\s\\S]+}`,
  )

/** Parameters by name; one that is given twice is a list, which no operation takes. */
function queryOf(url: string): Record<string, unknown> {
  const { searchParams } = new URL(url)
  return Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => {
      const values = searchParams.getAll(name)
      return [name, values.length === 1 ? values[0] : values]
    }),
  )
}

/**
 * Answers the CodeArts Repo API under `<prefix>/v1` and `<prefix>/v2`, and leaves every other address to what comes next. It
 * stands before the access rules of gitferry’s own API: callers sign in here in the vendor’s ways. An address that is not
 * known is answered with 404 in the envelope, and so is a method that an address does not take: to the vendor’s gateway
 * both are an operation that is not there.
 *
 * The routes are in an application of their own: their order among each other counts, and so does the router.
 */
export function serveCodeArts(
  gitferry: ServedGitferry,
  { clientAddress, logger, prefix = '', publicUrl, sshAddress }: CodeArtsOptions,
): MiddlewareHandler<AppEnv> {
  const urlsOf = ({ req }: Context<AppEnv>): PublicUrls => {
    // of the Host header it is known that this server answers for it
    const base = publicUrl ?? new URL(req.url).origin
    const host = sshAddress?.host ?? new URL(base).hostname.replace(/^\[|\]$/g, '')
    return new PublicUrls({ publicUrl: base, ssh: sshAddress && { host, port: sshAddress.port }, prefix })
  }

  const record = async (caller: ServedGitferry, change: RefusedChange, error: GitferryError) => {
    try {
      await caller.refused(change, error)
    } catch (cause) {
      // the caller still gets the error that came first
      logger.error('a refused change could not be recorded', { ...change, error: cause })
    }
  }

  async function answer(operation: Operation, c: Context<InnerEnv>): Promise<Response> {
    const { outer } = c.env
    const caller = gitferry.as(outer.get('principal'))
    try {
      const { body, path, query } = operation
      const call = {
        gitferry: caller,
        path: path && parseInput(path, c.req.param()),
        query: query && parseInput(query, queryOf(c.req.url)),
        body: body && parseInput(body, parseJsonBody(await outer.get('readBody')(), c.req.raw.headers)),
        urls: urlsOf(outer),
        signal: c.req.raw.signal,
      }
      const result = await operation.answer(call)
      if (!(result instanceof Response)) return answerSuccess(c, result)
      // nobody will read it, and what makes it would wait
      if (c.req.method === 'HEAD') await result.body?.cancel()
      return c.req.method === 'HEAD' ? new Response(null, result) : result
    } catch (thrown) {
      const error = fromUnknown(thrown)
      outer.set('error', error)
      const change = operation.changes && changeAt(operation.changes)
      // a caller that went away was not refused anything; what it had begun, the service has recorded
      if (change !== undefined && error.code !== 'ABORTED') {
        const subject = { ...(change as Pick<RefusedChange, 'type' | 'object_type'>), object_id: null }
        await record(caller, subject, error)
      }
      return answerFailure(c, failureOf(error, operation))
    }
  }

  const routes = new Hono<InnerEnv>({ router: new TrieRouter() }).basePath(prefix)
  for (const operation of operations) {
    for (const path of operation.paths) {
      routes.on(operation.method, patternOf(path), (c) => {
        c.env.outer.set('route', `${prefix}${path.replaceAll('{+', '{')}`)
        return answer(operation, c)
      })
    }
  }
  routes.notFound((c) => {
    const error = new GitferryError(
      'NOT_FOUND',
      'There is no such operation. Check the address and the method.',
    )
    c.env.outer.set('error', error)
    return answerFailure(c, failureOf(error))
  })

  const authentication = codeArtsAuthentication({ clientAddress, gitferry })
  const versions = [`${prefix}/v1/`, `${prefix}/v2/`]
  return async (c, next) => {
    if (!versions.some((version) => c.req.path.startsWith(version))) return next()
    try {
      let answered: Response | undefined
      const refused = await authentication(c, async () => {
        answered = await routes.fetch(c.req.raw, { outer: c })
      })
      // with the headers that were set before it came here
      return refused ?? (answered && c.newResponse(answered.body, answered))
    } catch (thrown) {
      // who the caller is was not found out: the body could not be read, or the storage failed
      const error = fromUnknown(thrown)
      c.set('error', error)
      return answerFailure(c, failureOf(error))
    }
  }
}
