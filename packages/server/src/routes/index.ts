import type { EndpointName } from '@gitferry/core/wire'
import { auditRoutes } from './audit.ts'
import { branchRoutes } from './branches.ts'
import { repoRoutes } from './repos.ts'
import type { Route } from './route.ts'
import { syncRunRoutes } from './sync-runs.ts'
import { syncTaskRoutes } from './sync-tasks.ts'
import { systemRoutes } from './system.ts'

/** What answers at each address: one route an endpoint, none missing. */
export const routes: Readonly<Record<EndpointName, Route>> = {
  ...repoRoutes,
  ...branchRoutes,
  ...syncTaskRoutes,
  ...syncRunRoutes,
  ...auditRoutes,
  ...systemRoutes,
}
