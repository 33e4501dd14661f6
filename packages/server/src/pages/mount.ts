import type { Hono } from 'hono'
import type { AppEnv } from '../app-env.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { pageRight } from '../middleware/page-right.ts'
import type { ServedGitferry } from '../served.ts'
import { type PageAddress, pageAddresses } from './addresses.ts'
import { mountApiDescription } from './api-description.ts'
import { mountDocsPage } from './docs-page.ts'
import { mountHealth } from './health.ts'
import { mountMetrics } from './metrics-page.ts'

/** Gives the addresses that only the server has their answers. */
export function mountPages(app: Hono<AppEnv>, gitferry: ServedGitferry, metrics: Metrics): void {
  for (const page of Object.values<PageAddress>(pageAddresses)) {
    app.use(page.path.replace(/\{(\w+)\}/g, ':$1'), pageRight(page))
  }
  mountHealth(app, gitferry)
  mountMetrics(app, metrics)
  mountApiDescription(app)
  mountDocsPage(app)
}
