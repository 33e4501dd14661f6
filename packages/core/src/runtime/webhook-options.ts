import { z } from 'zod'
import { addressRange } from '../contract/index.ts'

export interface WebhookOptions {
  /**
   * What a webhook may be signed with, at most ten: while one is exchanged, the old one stands beside the new. One of
   * fewer than 16 characters is taken with a warning. Default none: then every webhook is refused.
   */
  readonly secrets?: readonly string[] | undefined
  /** Addresses and networks (`10.0.0.0/8`, `2001:db8::/32`) that webhooks may come from. Default: any. */
  readonly allowIps?: readonly string[] | undefined
  /** Webhooks a minute, from one caller: an IPv4 address, or the /64 of an IPv6 one. Default 100. */
  readonly rateLimit?: number | undefined
}

const rate = 'must be an integer from 1 to 1000000'

export const webhookOptions = z
  .strictObject({
    secrets: z.array(z.string().min(1, 'must not be empty')).max(10, 'must hold at most 10').default([]),
    // an empty list could mean anybody as well as nobody
    allowIps: z
      .array(addressRange)
      .min(1, 'must name at least one address; leave it out to take webhooks from any')
      .nullable()
      .default(null),
    rateLimit: z.int({ error: rate }).min(1, rate).max(1_000_000, rate).default(100),
  })
  .prefault({})
