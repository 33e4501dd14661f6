import type { Page } from '@gitferry/core/contract'
import type { Endpoint, SuccessEnvelope } from '@gitferry/core/wire'
import type { Context } from 'hono'

const success = <Data>(data: Data): SuccessEnvelope<Data> => ({ code: 0, message: 'success', data })

/**
 * Puts what a route answered into the documented shape: a list that was not asked for by pages as `{ repos: […],
 * total }`, everything else as it is. A response that a route made itself is sent as it is, without an envelope.
 */
export function reply(c: Context, endpoint: Endpoint, answer: unknown): Response {
  if (answer instanceof Response) {
    // nobody will read it, and an event stream would go on for nobody
    if (c.req.method === 'HEAD') void answer.body?.cancel()
    return c.newResponse(c.req.method === 'HEAD' ? null : answer.body, answer)
  }
  const { searchParams } = new URL(c.req.url)
  if (typeof endpoint.list === 'string' && !searchParams.has('page') && !searchParams.has('page_size')) {
    const { items, total } = answer as Page<unknown>
    return c.json(success({ [endpoint.list]: items, total }))
  }
  return c.json(success(answer))
}
