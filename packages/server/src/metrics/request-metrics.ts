import type { MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { Counter, Histogram, type Registry } from 'prom-client'
import type { AppEnv } from '../app-env.ts'

/** A stranger can invent methods, and each would be a series of its own. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])

/** What no route takes has no address of its own. */
const noRoute = 'none'

/** `/repos/:id/branches/:branch{…}` as the API writes it. */
function routeOf(routes: ReturnType<typeof matchedRoutes>): string {
  const route = routes.find(({ path }) => !path.endsWith('*'))
  return route?.path.replace(/:(\w+)(?:\{[^}]*\})?/g, '{$1}') ?? noRoute
}

/** What counts requests. */
export interface RequestMetrics {
  /** Those that come through it. */
  readonly requests: MiddlewareHandler<AppEnv>
  /** One that the application did not get to see, by the status of its answer. */
  readonly countUnreadable: (status: number) => void
}

/**
 * Counts requests and how long their answers took to begin: by method, status and route, never by path. The time of
 * an event stream ends where it begins.
 */
export function requestMetrics(registry: Registry): RequestMetrics {
  const labelNames = ['method', 'status', 'route'] as const
  const registers = [registry]
  const total = new Counter({
    name: 'http_requests_total',
    help: 'HTTP requests that were answered.',
    labelNames,
    registers,
  })
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'How long HTTP requests took until their answer began.',
    labelNames,
    registers,
  })
  const requests: MiddlewareHandler<AppEnv> = async (c, next) => {
    const started = performance.now()
    await next()
    const labels = {
      method: methods.has(c.req.method) ? c.req.method : 'other',
      status: String(c.res.status),
      route: c.get('route') ?? routeOf(matchedRoutes(c)),
    }
    total.inc(labels)
    duration.observe(labels, (performance.now() - started) / 1_000)
  }
  return {
    requests,
    countUnreadable: (status) => total.inc({ method: 'other', status: String(status), route: noRoute }),
  }
}
