import { z } from 'zod'
import { scopes } from '../wire/index.ts'
import { id, timestamp } from './id.ts'
import { line } from './text.ts'
import { time } from './time.ts'

export const scope = z.enum(scopes, { error: 'must be member, read, write or admin' })

const maxRepos = 1_000

/**
 * What every credential of a caller is made of: whose it is, how far it reaches, and until when. Its schemas are strict,
 * unlike every other input, whose unknown fields are ignored: a limit that is left out means none, so that a misspelt one
 * (`repo_id`, `expiresAt`) would make a credential that reaches everything, for ever.
 */
export const grant = {
  name: line(100),
  scope,
  user_id: id
    .nullish()
    .describe('Default: the caller; where that is no stored user, the user of this name, made if need be'),
  repo_ids: z
    .array(id, { error: 'must be a list of ids' })
    .min(1, 'must name a repository, or be left out')
    .max(maxRepos, `must name at most ${maxRepos} repositories`)
    .nullish()
    .describe('The only repositories that it reaches; null: every one'),
  expires_at: time.nullish().describe('Later than now; null: never'),
}

/** What was asked for, checked: times are RFC 3339 in UTC. */
export type Grant = z.output<z.ZodObject<typeof grant>>

/** The same as it is shown, with the name of the user, and without any secret. */
export const shownGrant = {
  id,
  name: z.string(),
  user_id: id,
  user: z.string().describe('The name of the user whose it is'),
  scope,
  repo_ids: z.array(id).nullable().describe('The only repositories that it reaches; null: every one'),
  expires_at: timestamp.nullable(),
  last_used_at: timestamp.nullable().describe('To the minute'),
  created_at: timestamp,
}
