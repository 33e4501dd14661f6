import { z } from 'zod'
import { id, timestamp } from './id.ts'
import { line } from './text.ts'

/** Somebody, or something, in whose name requests are made. It stands in the audit log as the operator. */
export const user = z.object({ id, name: z.string(), created_at: timestamp }).meta({ id: 'User' })

export type User = z.output<typeof user>

export const userRow = user.extend({ version: z.int() })

export type UserRow = z.output<typeof userRow>

/** What gitferry calls itself, and a caller without a credential, in the audit log. */
const reserved = new Set(['system', 'anonymous'])

/** Given in any case, stored in lower case: in the audit log `Alice` must not pass for `alice`. */
export const userName = line(64)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._@-]*$/,
    'must begin with a letter or digit and hold only those, ".", "_", "@" and "-"',
  )
  .toLowerCase()
  .refine((name) => !reserved.has(name), 'is reserved')

/** Strict like what gives credentials: whoever adds a limit to a user, which no user has, is to hear of it. */
export const createUser = z
  .strictObject({ name: userName.describe('Of any case; stored in lower case') })
  .meta({ id: 'CreateUser' })

export type CreateUser = z.input<typeof createUser>
