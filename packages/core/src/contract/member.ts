import { z } from 'zod'
import { id, timestamp } from './id.ts'
import { pageQuery } from './page.ts'
import { role } from './role.ts'

/** A user with a role in a repository, or in a project. */
export const member = z
  .object({
    user_id: id,
    name: z.string().describe('The name of the user'),
    role,
    created_at: timestamp,
  })
  .meta({ id: 'Member' })

export type Member = z.output<typeof member>

/** Of a repository or of a project: one of the two is null. */
export const memberRow = member.omit({ name: true }).extend({
  id,
  repo_id: id.nullable(),
  project_id: id.nullable(),
  version: z.int(),
})

export type MemberRow = z.output<typeof memberRow>

export const memberQuery = pageQuery.extend({
  name: z
    .string()
    .max(128, 'must have at most 128 characters')
    .optional()
    .describe('A part of the user’s name, in any case'),
})

export type MemberQuery = z.input<typeof memberQuery>

export const setMember = z.object({ role }).meta({ id: 'SetMember' })

export type SetMember = z.input<typeof setMember>

export const deletedMember = z.object({ user_id: id, deleted: z.literal(true) }).meta({ id: 'DeletedMember' })

export type DeletedMember = z.output<typeof deletedMember>
