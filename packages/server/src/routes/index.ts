import type { EndpointName } from '@gitferry/core/wire'
import { auditRoutes } from './audit.ts'
import { branchRoutes } from './branches.ts'
import { contentRoutes } from './content.ts'
import { credentialRoutes } from './credentials.ts'
import { eventRoutes } from './events.ts'
import { identityRoutes } from './identities.ts'
import { jobRoutes } from './jobs.ts'
import { notificationRoutes } from './notifications.ts'
import { projectRoutes } from './projects.ts'
import { remoteRoutes } from './remotes.ts'
import { repoRoutes } from './repos.ts'
import type { Route } from './route.ts'
import { sshKeyRoutes } from './ssh-keys.ts'
import { syncPlanRoutes } from './sync-plans.ts'
import { syncRunRoutes } from './sync-runs.ts'
import { syncTaskRoutes } from './sync-tasks.ts'
import { systemRoutes } from './system.ts'
import { tagRoutes } from './tags.ts'
import { webhookRoutes } from './webhooks.ts'

/** What answers at each address: one route an endpoint, none missing. */
export const routes: Readonly<Record<EndpointName, Route>> = {
  ...repoRoutes,
  ...jobRoutes,
  ...remoteRoutes,
  ...branchRoutes,
  ...tagRoutes,
  ...contentRoutes,
  ...projectRoutes,
  ...syncTaskRoutes,
  ...syncPlanRoutes,
  ...syncRunRoutes,
  ...webhookRoutes,
  ...sshKeyRoutes,
  ...credentialRoutes,
  ...notificationRoutes,
  ...identityRoutes,
  ...auditRoutes,
  ...eventRoutes,
  ...systemRoutes,
}
