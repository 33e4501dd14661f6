import type { Hono } from 'hono'
import type { AppEnv } from '../app-env.ts'
import type { ServedGitferry } from '../served.ts'
import { pageAddresses } from './addresses.ts'

/**
 * For whoever keeps the process alive, and whoever sends it traffic. `/healthz` asks for the process alone: one whose
 * storage is away is not mended by being started again. `/readyz` names the part that is not ready, and says no more:
 * everybody may ask.
 */
export function mountHealth(app: Hono<AppEnv>, gitferry: Pick<ServedGitferry, 'readiness'>): void {
  app.get(pageAddresses.healthz.path, (c) => c.json({ status: 'ok' }))
  app.get(pageAddresses.readyz.path, async (c) => {
    const readiness = await gitferry.readiness()
    return c.json(readiness, readiness.status === 'ready' ? 200 : 503)
  })
}
