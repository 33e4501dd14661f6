import type { Principal } from '@gitferry/core/contract'
import type { Context } from 'hono'
import type { AppEnv, ClientAddress } from './app-env.ts'

const longestUserAgent = 500

/** A principal with what the audit log tells of their request: the address, the user agent (500 characters), the id. */
export const fromRequest = (
  principal: Principal,
  c: Context<AppEnv>,
  clientAddress: ClientAddress,
): Principal => ({
  ...principal,
  ip: clientAddress(c) ?? null,
  userAgent: c.req.header('User-Agent')?.slice(0, longestUserAgent) ?? null,
  requestId: c.get('requestId'),
})
