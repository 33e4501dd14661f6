import { z } from 'zod'

/** What runs here. Always strings. */
export const version = z
  .object({
    version: z.string().describe('"v" and the package’s version'),
    build_time: z.string(),
    git_commit: z.string().describe('"unknown" outside a checkout'),
  })
  .meta({ id: 'Version' })

export type Version = z.output<typeof version>

export const health = z.object({ status: z.literal('ok') }).meta({ id: 'Health' })

export type Health = z.output<typeof health>
