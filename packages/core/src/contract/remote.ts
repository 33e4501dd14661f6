import { z } from 'zod'
import { aliases } from './aliases.ts'
import { id, timestamp } from './id.ts'

/** The remote name that means the repository itself. */
export const localRemote = 'local'

const reserved = new Set(['constructor', 'prototype', '__proto__', 'toString', 'valueOf', 'hasOwnProperty'])

/** Why `name` cannot name a remote, or `undefined` when it can. `local` is reserved but may be used. */
export function problemWithRemoteName(name: string): string | undefined {
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(name)) {
    return 'must be 1 to 100 letters, digits, ".", "_" or "-", and begin with a letter, a digit or "_"'
  }
  if (name.includes('..') || name.endsWith('.') || name.endsWith('.lock'))
    return 'is not usable in a ref name'
  if (reserved.has(name)) return 'is reserved'
  return undefined
}

export const remoteName = z.string({ error: 'must be text' }).check((context) => {
  const problem = problemWithRemoteName(context.value)
  if (problem === undefined) return
  context.issues.push({ code: 'custom', input: context.value, message: problem })
})

/** A named URL of a repository. */
export const remote = z
  .object({
    name: z.string(),
    fetch_url: z.string(),
    push_url: z.string(),
    problem: z.string().nullable().describe('Why the rules forbid its use; null when they do not'),
    source: z
      .enum(['config', 'api'])
      .describe('config: read from the repository’s own configuration; api: added or changed here'),
    ssh_key_id: id.nullable().describe('Instead of the repository’s own'),
    credential_id: id.nullable().describe('Instead of the repository’s own'),
  })
  .meta({ id: 'Remote' })

export type Remote = z.output<typeof remote>

/** A remote as it is stored. */
export const remoteRow = remote.extend({
  id,
  repo_id: id,
  /** The origins that its key and its credential are for, while the URLs are forbidden and stored cut short. */
  bound_to: z.string().nullable(),
  created_at: timestamp,
  updated_at: timestamp,
  version: z.int(),
})

export type RemoteRow = z.output<typeof remoteRow>

const url = z
  .string({ error: 'must be text' })
  .min(1, 'must not be empty')
  .max(2_048, 'must have at most 2048 characters')

const remoteFields = {
  fetch_url: url,
  push_url: url.nullish(),
  ssh_key_id: id.nullish(),
  credential_id: id.nullish(),
}

export const addRemote = aliases(
  { url: 'fetch_url' },
  z.object({ name: remoteName, ...remoteFields }).meta({ id: 'AddRemote' }),
)

export interface AddRemote {
  readonly name: string
  /** User and password in it become a sealed credential, and leave the URL. */
  readonly fetch_url: string
  /** Default: `fetch_url`. */
  readonly push_url?: string | null | undefined
  readonly ssh_key_id?: number | null | undefined
  readonly credential_id?: number | null | undefined
}

export const updateRemote = aliases(
  { url: 'fetch_url' },
  z.object({ ...remoteFields, fetch_url: url.optional() }).meta({ id: 'UpdateRemote' }),
)

export type UpdateRemote = {
  readonly [Field in Exclude<keyof AddRemote, 'name'>]?: AddRemote[Field] | undefined
}

export const deletedRemote = z
  .object({ name: z.string(), deleted: z.literal(true) })
  .meta({ id: 'DeletedRemote' })

export type DeletedRemote = z.output<typeof deletedRemote>
