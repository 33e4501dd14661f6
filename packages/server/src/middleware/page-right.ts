import { refusalBy } from '@gitferry/core'
import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../app-env.ts'
import type { PageAddress } from '../pages/addresses.ts'

/** Refuses a page to whom its right does not reach; of the API itself, gitferry does that, by the same rules. */
export function pageRight({ path, right }: PageAddress): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const error = refusalBy(c.get('principal'), right, path)
    if (error) throw error
    await next()
  }
}
