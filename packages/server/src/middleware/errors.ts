import { fromUnknown, GitferryError } from '@gitferry/core/errors'
import { type Endpoint, type ErrorEnvelope, endpoints } from '@gitferry/core/wire'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { AppEnv } from '../app-env.ts'
import { pageAddresses } from '../pages/addresses.ts'

/** What an error looks like on the wire. Its cause stays here. */
export function errorEnvelope(error: GitferryError, requestId: string): ErrorEnvelope {
  return {
    code: error.status,
    message: error.message,
    data: null,
    error: { code: error.code, details: error.details },
    request_id: requestId,
  }
}

/** Answers whatever was thrown; what is not gitferry’s becomes `INTERNAL`. */
export function answerError(thrown: unknown, c: Context<AppEnv>): Response {
  const error = fromUnknown(thrown)
  c.set('error', error)
  if (error.status === 401) c.header('WWW-Authenticate', 'Bearer')
  if (error.status === 429) c.header('Retry-After', String(error.details.retry_after_seconds ?? 60))
  return c.json(errorEnvelope(error, c.get('requestId')), error.status as ContentfulStatusCode)
}

const addresses = Object.values<Endpoint>({ ...endpoints, ...pageAddresses }).map(({ method, path }) => ({
  method,
  pattern: new RegExp(`^${path.replace(/\{\+\w+\}/g, '[^]+').replace(/\{\w+\}/g, '[^/]+')}$`),
}))

/** Answers a request that no route took: 405 with `Allow` where another method would do, else 404. */
export function answerNothing(c: Context<AppEnv>): Response {
  const methods = new Set<string>()
  for (const { method, pattern } of addresses) {
    if (!pattern.test(c.req.path)) continue
    methods.add(method)
    if (method === 'GET') methods.add('HEAD')
  }
  if (methods.size === 0) {
    return answerError(
      new GitferryError('NOT_FOUND', 'Nothing answers at this address. Check the path and its spelling.'),
      c,
    )
  }
  const allow = [...methods]
  c.header('Allow', allow.join(', '))
  return answerError(
    new GitferryError('METHOD_NOT_ALLOWED', `This address takes ${allow.join(', ')}.`, {
      details: { allow },
    }),
    c,
  )
}
