import { z } from 'zod'
import { id, timestamp } from './id.ts'

/** The key of an SSH server, as the first contact recorded it. Another one is refused. */
export const hostKey = z
  .object({
    id,
    host: z.string(),
    port: z.int(),
    type: z.string().describe('As OpenSSH names it: ssh-ed25519'),
    public_key: z.string().describe('In base64, as it stands in known_hosts'),
    fingerprint: z.string().describe('SHA256:…'),
    created_at: timestamp,
  })
  .meta({ id: 'HostKey' })

export type HostKey = z.output<typeof hostKey>

export const hostKeyRow = hostKey.extend({ version: z.int() })

export type HostKeyRow = z.output<typeof hostKeyRow>
