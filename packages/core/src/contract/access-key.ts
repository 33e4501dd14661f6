import { z } from 'zod'
import { grant, shownGrant } from './scope.ts'

/**
 * A pair of keys with which requests are signed (AK/SK): the id is sent, the secret signs and is never sent. It is shown
 * once, when it is made.
 */
export const accessKey = z
  .object({
    ...shownGrant,
    access_key_id: z.string().describe('What a signed request names: 20 letters and digits'),
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
