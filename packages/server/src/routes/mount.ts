import { refusalBy } from '@gitferry/core'
import { parseJsonBody } from '@gitferry/core/contract'
import { fromUnknown, type GitferryError } from '@gitferry/core/errors'
import type { Logger } from '@gitferry/core/ports'
import { changeAt, type Endpoint, type EndpointName, endpointRights, endpoints } from '@gitferry/core/wire'
import type { Context, Hono } from 'hono'
import { accepts } from 'hono/accepts'
import type { AppEnv, ClientAddress } from '../app-env.ts'
import { BodyAllowance } from '../body/body-allowance.ts'
import { readBytes } from '../body/read-bytes.ts'
import { fromRequest } from '../from-request.ts'
import type { RefusedChange, ServedGitferry } from '../served.ts'
import { eventStream } from './event-stream.ts'
import { routes } from './index.ts'
import { jsonLines } from './json-lines.ts'
import { reply } from './reply.ts'
import { numberOrText, queryOf } from './request-values.ts'
import type { Call } from './route.ts'

export interface MountOptions {
  readonly clientAddress: ClientAddress
  readonly bodyLimitBytes: number
  readonly logger: Logger
}

/** Bodies of webhooks that are being read at the same time, together. */
const webhookBodiesLimitBytes = 16 * 1024 * 1024

/** Text unless the caller would rather have events. */
const answers: Parameters<typeof accepts>[1] = {
  header: 'Accept',
  supports: ['text/plain', 'text/event-stream'],
  default: 'text/plain',
}

/** `/repos/{id}/branches/{+branch}` as Hono writes it; a `+` takes the rest of the path, line ends and all. */
const patternOf = (path: string): string =>
  path.replace(/\{(\+?)(\w+)\}/g, (_, rest: string, name: string) =>
    rest === '' ? `:${name}` : `:${name}{[\\s\\S]+}`,
  )

function callOf(
  c: Context<AppEnv>,
  name: EndpointName,
  gitferry: ServedGitferry,
  {
    bodyLimitBytes,
    clientAddress,
    logger,
    webhookBodies,
  }: MountOptions & { readonly webhookBodies: BodyAllowance },
): Call {
  return {
    gitferry,
    get ip() {
      return clientAddress(c)
    },
    // each is taken from the request when a route asks for it
    get signal() {
      return c.req.raw.signal
    },
    get closing() {
      return c.env?.closing
    },
    get id() {
      return numberOrText(c.req.param('id') ?? '')
    },
    get wantsEvents() {
      return accepts(c, answers) === 'text/event-stream'
    },
    get lastEventId() {
      const text = c.req.header('Last-Event-ID')
      return text ? numberOrText(text) : undefined
    },
    parameter: (name) => c.req.param(name) ?? '',
    query: (...names) => queryOf(new URL(c.req.url).searchParams, names),
    body: async <Input>(limitBytes = bodyLimitBytes) =>
      parseJsonBody(await readBytes(c.req.raw, limitBytes), c.req.raw.headers) as Input,
    get headers() {
      return c.req.raw.headers
    },
    bytes: (limitBytes) => readBytes(c.req.raw, limitBytes, webhookBodies),
    stream: async (events) => {
      // a loop that is refused says so at its first step, and by then the answer has begun
      const error = refusalBy(c.get('principal'), endpointRights[name], name)
      if (error) throw error
      return eventStream(events, { admitAgain: c.get('admitAgain'), logger, signal: c.req.raw.signal })
    },
    lines: (records) => jsonLines(records, { admitAgain: c.get('admitAgain'), logger }),
  }
}

/** The change that an endpoint stands for, on the object that the path names. */
function changeOf(name: EndpointName, c: Context<AppEnv>): RefusedChange | undefined {
  const change = changeAt(name)
  if (change === undefined) return undefined
  const id = numberOrText(c.req.param('id') ?? '')
  return {
    ...(change as Pick<RefusedChange, 'type' | 'object_type'>),
    object_id: Number.isSafeInteger(id) ? id : null,
  }
}

/**
 * Gives every endpoint its route. A change that ends in an error is recorded, whether a service refused it or the
 * request never reached one.
 */
export function mountRoutes(app: Hono<AppEnv>, gitferry: ServedGitferry, options: MountOptions): void {
  const record = async (caller: ServedGitferry, change: RefusedChange, error: GitferryError) => {
    try {
      await caller.refused(change, error)
    } catch (cause) {
      // the caller still gets the error that came first
      options.logger.error('a refused change could not be recorded', { ...change, error: cause })
    }
  }

  // one for all: whoever sends webhooks is a stranger until the body was read
  const webhookBodies = new BodyAllowance({ limitBytes: webhookBodiesLimitBytes })
  for (const name of Object.keys(endpoints) as EndpointName[]) {
    const endpoint: Endpoint = endpoints[name]
    app.on(endpoint.method, patternOf(endpoint.path), async (c) => {
      const caller = gitferry.as(fromRequest(c.get('principal'), c, options.clientAddress))
      try {
        return reply(c, endpoint, await routes[name](callOf(c, name, caller, { ...options, webhookBodies })))
      } catch (thrown) {
        const error = fromUnknown(thrown)
        const change = changeOf(name, c)
        // a caller that went away was not refused anything; what it had begun, the service has recorded
        if (change !== undefined && error.code !== 'ABORTED') await record(caller, change, error)
        throw error
      }
    })
  }
}
