import { z } from 'zod'
import { errorCode } from './error-code.ts'

/** The host key that a server showed. */
export const shownHostKey = z
  .object({
    host: z.string(),
    port: z.int(),
    type: z.string().describe('As OpenSSH names it: ssh-ed25519'),
    fingerprint: z.string().describe('SHA256:…'),
  })
  .meta({ id: 'ShownHostKey' })

export type ShownHostKey = z.output<typeof shownHostKey>

/** How a real `ls-remote` went. A refusal of the other end is an answer, not an error. */
export const remoteTest = z
  .object({
    success: z.boolean(),
    message: z.string(),
    error_code: errorCode.nullable(),
    refs: z.int().nullable().describe('How many branches and tags the remote showed'),
    host_key: shownHostKey
      .nullable()
      .describe(
        'Of a remote reached by ssh, where it came so far; of one that is known by several keys, ssh does not tell which it showed',
      ),
  })
  .meta({ id: 'RemoteTest' })

export type RemoteTest = z.output<typeof remoteTest>
