import { z } from 'zod'
import { id, timestamp } from './id.ts'
import { oneOf } from './one-of.ts'
import { line } from './text.ts'

/** The group of every repository that is in no project. */
export const localGroup = 'local'

/**
 * Names that no project can have, because a repository's address begins with its project's name: what the server itself
 * answers under, and what repositories in no project stand under.
 */
export const reservedGroups: readonly string[] = [
  localGroup,
  'api',
  'v1',
  'v2',
  'v3',
  'v4',
  'healthz',
  'readyz',
  'metrics',
  'git',
]

const projectName = line(100)
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'must begin with a letter and hold only letters, digits, "-" and "_"')
  .refine((name) => !reservedGroups.includes(name.toLowerCase()), 'is reserved')

/** A named group of repositories, with members of its own. */
export const project = z
  .object({
    id,
    uuid: z.uuid(),
    name: z.string().describe('The first part of the addresses of its repositories'),
    kind: oneOf(['scrum', 'normal']).describe('A word that gitferry only keeps'),
    description: z.string().nullable(),
    creator_id: id.nullable().describe('The user who made it, if one did'),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'Project' })

export type Project = z.output<typeof project>

export const projectRow = project.extend({ version: z.int() })

export type ProjectRow = z.output<typeof projectRow>

export const createProject = z
  .object({
    name: projectName,
    kind: oneOf(['scrum', 'normal']).optional().describe('Default "scrum"'),
    description: line(2_000).nullish(),
  })
  .meta({ id: 'CreateProject' })

export type CreateProject = z.input<typeof createProject>
