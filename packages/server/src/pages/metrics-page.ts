import type { Hono } from 'hono'
import type { AppEnv } from '../app-env.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { pageAddresses } from './addresses.ts'

/** What has been counted, as Prometheus reads it. */
export function mountMetrics(app: Hono<AppEnv>, metrics: Metrics): void {
  app.get(pageAddresses.metrics.path, async (c) =>
    c.body(await metrics.text(), 200, { 'Content-Type': metrics.contentType }),
  )
}
