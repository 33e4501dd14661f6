import type { Route } from './route.ts'

/**
 * The body is a task’s id. The 25 MiB that GitHub sends at most are for webhooks in a forge’s own format, which this is
 * not.
 */
const taskSyncLimitBytes = 1024 * 1024

export const webhookRoutes = {
  // documented without an envelope
  'webhooks.taskSync': async ({ gitferry, bytes, headers, ip }) =>
    Response.json(
      await gitferry.webhooks.taskSync({ body: () => bytes(taskSyncLimitBytes), headers, ip: ip ?? null }),
    ),
} as const satisfies Record<string, Route>
