import { z } from 'zod'
import { aliases } from './aliases.ts'
import { id, timestamp } from './id.ts'
import { oneOf } from './one-of.ts'
import { line } from './text.ts'
import { usedBy } from './used-by.ts'

export const sshKeyType = oneOf(['rsa', 'ecdsa', 'ed25519'])

export type SshKeyType = z.output<typeof sshKeyType>

/** A private key with which gitferry reaches a remote. The private half is never shown. */
export const sshKey = z
  .object({
    id,
    name: z.string(),
    type: sshKeyType,
    fingerprint: z.string().describe('SHA256:…, as ssh-keygen -l prints it'),
    public_key: z.string().describe('One line, as it stands in authorized_keys'),
    has_passphrase: z.boolean().describe('Whether the private key came encrypted with a passphrase'),
    description: z.string().nullable(),
    used_by: z.array(usedBy),
    last_used_at: timestamp.nullable(),
    created_at: timestamp,
  })
  .meta({ id: 'SshKey' })

export type SshKey = z.output<typeof sshKey>

/** An SSH key as it is stored: the private half is sealed, and no longer under its passphrase. */
export const sshKeyRow = sshKey
  .omit({ used_by: true })
  .extend({ sealed_private_key: z.string(), version: z.int() })

export type SshKeyRow = z.output<typeof sshKeyRow>

const description = z
  .string({ error: 'must be text' })
  .max(1_000, 'must have at most 1000 characters')
  .regex(/^(?:[^\p{Cc}\p{Cs}]|[\t\n\r])*$/u, 'must not hold control characters')
  .nullish()

export const importSshKey = z
  .object({
    name: line(100),
    type: sshKeyType.nullish(),
    private_key: z
      .string({ error: 'must be text' })
      .min(1, 'must not be empty')
      .max(32_768, 'must have at most 32768 characters; no private key is longer'),
    passphrase: z.string({ error: 'must be text' }).max(1_024, 'must have at most 1024 characters').nullish(),
    description,
  })
  .meta({ id: 'ImportSshKey' })

export type ImportSshKey = z.input<typeof importSshKey>

export const generateSshKey = z
  .object({
    name: line(100),
    type: z.literal('ed25519', { error: 'must be ed25519' }).nullish(),
    description,
  })
  .meta({ id: 'GenerateSshKey' })

export type GenerateSshKey = z.input<typeof generateSshKey>

export const updateSshKey = z.object({ name: line(100).optional(), description }).meta({ id: 'UpdateSshKey' })

export type UpdateSshKey = z.input<typeof updateSshKey>

export const testSshKey = aliases(
  { url: 'repo_url' },
  z
    .object({
      repo_url: z
        .string({ error: 'must be text' })
        .min(1, 'must not be empty')
        .max(2_048, 'must have at most 2048 characters'),
    })
    .meta({ id: 'TestSshKey' }),
)

export interface TestSshKey {
  /** An ssh URL: `git@host:path` or `ssh://…`. */
  readonly repo_url: string
}
