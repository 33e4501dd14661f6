import { z } from 'zod'
import { id, timestamp } from './id.ts'

const shownKey = {
  type: z.string().describe('As OpenSSH names it: ssh-ed25519'),
  public_key: z.string().describe('In base64, as it stands in known_hosts'),
  fingerprint: z.string().describe('SHA256:…'),
}

/** A key that a server has shown instead of the known one. It is believed only once somebody accepts it. */
export const offeredHostKey = z.object({ ...shownKey, offered_at: timestamp }).meta({ id: 'OfferedHostKey' })

export type OfferedHostKey = z.output<typeof offeredHostKey>

/** The key of an SSH server. Another one is refused. */
export const hostKey = z
  .object({
    id,
    host: z.string(),
    port: z.int(),
    ...shownKey,
    status: z
      .enum(['accepted', 'offered'])
      .describe(
        'offered: shown by a server of which no key was accepted yet, and not believed before this one is; until then ' +
          'the server is used with its built-in key alone, and without one not at all',
      ),
    source: z
      .enum(['contact', 'import'])
      .describe(
        'contact: shown by the server, at the first contact or instead of a known key; import: given by somebody',
      ),
    offered: offeredHostKey
      .nullable()
      .describe(
        'Another key that the server has shown since, and that was refused. It stays so for an hour at least, whatever else is shown',
      ),
    created_at: timestamp,
  })
  .meta({ id: 'HostKey' })

export type HostKey = z.output<typeof hostKey>

export const hostKeyRow = hostKey.extend({
  /** How many keys the server has offered, each in the place of the last, and nobody has accepted. */
  offers: z.int(),
  version: z.int(),
})

export type HostKeyRow = z.output<typeof hostKeyRow>

export const importHostKey = z
  .object({
    known_host: z
      .string({ error: 'must be text' })
      .min(1, 'must not be empty')
      .max(8_192, 'must have at most 8192 characters')
      .describe('One line as it stands in known_hosts: `git.example.org ssh-ed25519 AAAA…`, `[host]:2222 …`'),
  })
  .meta({ id: 'ImportHostKey' })

export type ImportHostKey = z.input<typeof importHostKey>

export const acceptHostKeyQuery = z.object({
  fingerprint: z
    .string({ error: 'must be text' })
    .regex(
      /^SHA256:[A-Za-z0-9+/]{43}$/,
      'must be SHA256: and 43 characters in base64 (in a URL “+” is written %2B)',
    )
    .optional()
    .describe(
      'Of the key that was compared, and no other is accepted. It should always be given, and must be where the ' +
        'offered key took the place of another',
    ),
})

export type AcceptHostKeyQuery = z.input<typeof acceptHostKeyQuery>
