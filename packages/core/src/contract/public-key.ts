import { z } from 'zod'
import { id, timestamp } from './id.ts'
import { line, lineOrNothing } from './text.ts'

const shown = {
  id,
  title: z.string(),
  key: z.string().describe('As OpenSSH writes it: type, base64, comment'),
  type: z.enum(['rsa', 'ecdsa', 'ed25519']),
  fingerprint: z.string().describe('SHA256:…, as `ssh-keygen -l` shows it'),
  last_used_at: timestamp.nullable().describe('To the minute'),
  created_at: timestamp,
}

/** An SSH public key with which a user signs in to hosted repositories. */
export const publicKey = z.object({ ...shown, user_id: id }).meta({ id: 'PublicKey' })

export type PublicKey = z.output<typeof publicKey>

/** A public key that opens one hosted repository. */
export const deployKey = z
  .object({
    ...shown,
    repo_id: id,
    can_push: z.boolean().describe('Whether it may push, with the role of a developer'),
    application: z.string().describe('Where the key comes from, in the words of whoever added it'),
  })
  .meta({ id: 'DeployKey' })

export type DeployKey = z.output<typeof deployKey>

/** Of a user, or a deploy key of a repository: one of the two ids is null. */
export const publicKeyRow = z.object({
  ...shown,
  user_id: id.nullable(),
  repo_id: id.nullable(),
  can_push: z.boolean(),
  application: z.string(),
  version: z.int(),
})

export type PublicKeyRow = z.output<typeof publicKeyRow>

/** What a key is written in is checked where it is read: SSH_KEY_INVALID says more than a pattern could. */
const key = z
  .string({ error: 'must be text' })
  .min(1, 'must not be empty')
  .max(16_384, 'must have at most 16384 characters')

export const addPublicKey = z
  .object({
    title: line(255),
    key,
    user_id: id.nullish().describe('Whose it is; another than the caller’s own needs the scope "admin"'),
  })
  .meta({ id: 'AddPublicKey' })

export type AddPublicKey = z.input<typeof addPublicKey>

export const addDeployKey = z
  .object({
    title: line(255),
    key,
    can_push: z.boolean({ error: 'must be true or false' }).optional().describe('Default false'),
    application: lineOrNothing(255).optional().describe('Default ""'),
  })
  .meta({ id: 'AddDeployKey' })

export type AddDeployKey = z.input<typeof addDeployKey>

export const verifyPrivateKey = z
  .object({
    private_key: z
      .string({ error: 'must be text' })
      .min(1, 'must not be empty')
      .max(16_384, 'must have at most 16384 characters'),
  })
  .meta({ id: 'VerifyPrivateKey' })

export type VerifyPrivateKey = z.input<typeof verifyPrivateKey>

/** What the public half of a private key opens. It is neither stored nor logged. */
export const verifiedKey = z
  .object({
    fingerprint: z.string(),
    can_read: z.boolean(),
    can_push: z.boolean(),
  })
  .meta({ id: 'VerifiedKey' })

export type VerifiedKey = z.output<typeof verifiedKey>
