import type { Route } from './route.ts'

/** The largest body that GitHub sends, and nearly everybody sends less. */
const webhookLimitBytes = 25 * 1024 * 1024

export const webhookRoutes = {
  // documented without an envelope
  'webhooks.taskSync': async ({ gitferry, bytes, headers, ip }) =>
    Response.json(
      await gitferry.webhooks.taskSync({ body: () => bytes(webhookLimitBytes), headers, ip: ip ?? null }),
    ),
} as const satisfies Record<string, Route>
