import { z } from 'zod'
import { id, timestamp } from './id.ts'
import { grant, scope } from './scope.ts'
import { userName } from './user.ts'

/** What a caller shows to be let in. Its secret is shown once, when it is made. */
export const token = z
  .object({
    id,
    name: z.string(),
    user_id: id,
    user: z.string().describe('The name of the user whose it is'),
    scope,
    repo_ids: z.array(id).nullable().describe('The only repositories that it reaches; null: every one'),
    prefix: z.string().describe('What the token begins with, to tell tokens apart'),
    expires_at: timestamp.nullable(),
    last_used_at: timestamp.nullable().describe('To the minute'),
    created_at: timestamp,
  })
  .meta({ id: 'Token' })

export type Token = z.output<typeof token>

export const tokenRow = token
  .omit({ user: true, prefix: true })
  .extend({ public_id: z.string(), secret_hash: z.string(), version: z.int() })

export type TokenRow = z.output<typeof tokenRow>

/** A token that was just made, with its text, which nothing shows again. */
export const createdToken = token.extend({ token: z.string() }).meta({ id: 'CreatedToken' })

export type CreatedToken = z.output<typeof createdToken>

export const createToken = z.strictObject(grant).meta({ id: 'CreateToken' })

export type CreateToken = z.input<typeof createToken>

const { user_id: _, ...grantForName } = grant

/** A token for the user of a name, who is made where there is none; what the command makes. */
export const createTokenFor = z.strictObject({ ...grantForName, user: userName.optional() })

export type CreateTokenFor = z.input<typeof createTokenFor>
