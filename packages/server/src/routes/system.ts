import type { Route } from './route.ts'

export const systemRoutes = {
  // documented without an envelope
  'system.health': async ({ gitferry, signal }) => Response.json(await gitferry.system.health({ signal })),
  'system.version': ({ gitferry, signal }) => gitferry.system.version({ signal }),
} as const satisfies Record<string, Route>
