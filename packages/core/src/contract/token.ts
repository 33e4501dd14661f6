import { z } from 'zod'
import { grant, shownGrant } from './scope.ts'
import { userName } from './user.ts'

/** What a caller shows to be let in. Its secret is shown once, when it is made. */
export const token = z
  .object({
    ...shownGrant,
    prefix: z.string().describe('What the token begins with, to tell tokens apart'),
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
