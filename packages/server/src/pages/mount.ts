import type { Hono } from 'hono'
import type { AppEnv } from '../app-env.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { ServedGitferry } from '../served.ts'
import { mountApiDescription } from './api-description.ts'
import { mountDocsPage } from './docs-page.ts'
import { mountHealth } from './health.ts'
import { mountMetrics } from './metrics-page.ts'

/** Gives the addresses that only the server has their answers. */
export function mountPages(app: Hono<AppEnv>, gitferry: ServedGitferry, metrics: Metrics): void {
  mountHealth(app, gitferry)
  mountMetrics(app, metrics)
  mountApiDescription(app)
  mountDocsPage(app)
}
