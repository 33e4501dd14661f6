import { z } from 'zod'
import { id, timestamp } from './id.ts'
import { line } from './text.ts'
import { usedBy } from './used-by.ts'

export const credentialType = z.enum(['password', 'token'], { error: 'must be password or token' })

/** A user and password, or a token, for remotes over HTTP(S) of one origin. The secret is never shown. */
export const credential = z
  .object({
    id,
    name: z.string(),
    type: credentialType,
    username: z.string(),
    origin: z.string().describe('Scheme, host and port of the remotes it opens; it is sent nowhere else'),
    source: z
      .enum(['api', 'url'])
      .describe('api: stored here; url: taken out of the URL of a remote, whose next login may replace it'),
    used_by: z.array(usedBy),
    last_used_at: timestamp.nullable(),
    created_at: timestamp,
  })
  .meta({ id: 'Credential' })

export type Credential = z.output<typeof credential>

/** A credential as it is stored. */
export const credentialRow = credential
  .omit({ used_by: true })
  .extend({ sealed_secret: z.string(), version: z.int() })

export type CredentialRow = z.output<typeof credentialRow>

// git sends "user:secret" in one header: a colon in the user, or a line end anywhere, would write another one
const secret = z
  .string({ error: 'must be text' })
  .min(1, 'must not be empty')
  .max(4_096, 'must have at most 4096 characters')
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not hold control characters')
const username = secret.max(256, 'must have at most 256 characters').regex(/^[^:]*$/, 'must not hold ":"')
const origin = z
  .string({ error: 'must be text' })
  .min(1, 'must not be empty')
  .max(2_048, 'must have at most 2048 characters')

export const createCredential = z
  .discriminatedUnion(
    'type',
    [
      z.object({ name: line(100), type: z.literal('password'), origin, username, password: secret }),
      z.object({
        name: line(100),
        type: z.literal('token'),
        origin,
        username: username.nullish(),
        token: secret,
      }),
    ],
    { error: 'must be password or token' },
  )
  .meta({ id: 'CreateCredential' })

export type CreateCredential = z.input<typeof createCredential>
