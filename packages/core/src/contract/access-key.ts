import { z } from 'zod'
import { id, timestamp } from './id.ts'
import { grant, scope } from './scope.ts'

/**
 * A pair of keys with which requests are signed (AK/SK): the id is sent, the secret signs and is never sent. It is shown
 * once, when it is made.
 */
export const accessKey = z
  .object({
    id,
    name: z.string(),
    user_id: id,
    user: z.string().describe('The name of the user whose it is'),
    access_key_id: z.string().describe('What a signed request names: 20 letters and digits'),
    scope,
    repo_ids: z.array(id).nullable().describe('The only repositories that it reaches; null: every one'),
    expires_at: timestamp.nullable(),
    last_used_at: timestamp.nullable().describe('To the minute'),
    created_at: timestamp,
  })
  .meta({ id: 'AccessKey' })

export type AccessKey = z.output<typeof accessKey>

export const accessKeyRow = accessKey
  .omit({ user: true })
  .extend({ sealed_secret: z.string(), version: z.int() })

export type AccessKeyRow = z.output<typeof accessKeyRow>

/** An access key that was just made, with its secret, which nothing shows again. */
export const createdAccessKey = accessKey
  .extend({ secret_access_key: z.string() })
  .meta({ id: 'CreatedAccessKey' })

export type CreatedAccessKey = z.output<typeof createdAccessKey>

export const createAccessKey = z.strictObject(grant).meta({ id: 'CreateAccessKey' })

export type CreateAccessKey = z.input<typeof createAccessKey>
