import { z } from 'zod'
import { id, timestamp } from './id.ts'
import { pageQuery } from './page.ts'
import { localGroup } from './project.ts'
import { remote } from './remote.ts'
import { visibility } from './role.ts'
import { line } from './text.ts'

/** A git repository on this machine that gitferry manages. */
export const repo = z
  .object({
    id,
    uuid: z.uuid(),
    name: z.string(),
    group_name: z
      .string()
      .describe(`The name of its project, or "${localGroup}"; with the name, its address: group_name/name`),
    project_id: id.nullable(),
    description: z.string().nullable(),
    visibility,
    creator_id: id.nullable().describe('The user who made or registered it, if one did; they may be gone'),
    forked_from_id: id.nullable().describe('The repository that it was copied from, which may be gone'),
    path: z
      .string()
      .describe('Absolute path, links resolved; empty for callers who have only a role in the repository'),
    current_branch: z.string().nullable().describe('The branch that HEAD names; null when HEAD is detached'),
    is_bare: z.boolean(),
    is_hosted: z
      .boolean()
      .describe('Whether gitferry made it and keeps it in its data directory; then it is its own store'),
    default_branch: z.string().nullable(),
    remotes: z.array(remote).describe('None for callers who have only a role'),
    ssh_key_id: id.nullable().describe('Null for callers who have only a role'),
    credential_id: id.nullable().describe('Null for callers who have only a role'),
    size_bytes: z.int().describe('Bytes on disk: the repository’s git directory and gitferry’s store of it'),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'Repo' })

export type Repo = z.output<typeof repo>

/** A repository as it is stored: what is read from git at each answer is left out. */
export const repoRow = repo.omit({ current_branch: true, remotes: true }).extend({
  git_dir: z.string().describe('The directory that holds HEAD'),
  common_dir: z
    .string()
    .describe('The directory that holds objects and refs; git_dir but in a linked worktree'),
  object_format: z.enum(['sha1', 'sha256']),
  checked_at: timestamp.nullable().describe('When the objects of its store were last verified'),
  version: z.int(),
})

export type RepoRow = z.output<typeof repoRow>

export const repoQuery = pageQuery.extend({
  project_id: id.optional().describe('Only repositories of this project'),
  name: z
    .string({ error: 'must be text' })
    .max(256, 'must have at most 256 characters')
    .optional()
    .describe('A part of the name, letters as they are'),
})

export type RepoQuery = z.input<typeof repoQuery>

/** A name as it is stored, also one that was taken from a folder. */
export const namedRepo = z.object({ name: line(100) })

export const registerRepo = z
  .object({
    path: z
      .string({ error: 'must be text' })
      .min(1, 'must not be empty')
      .max(4096, 'must have at most 4096 characters'),
    name: line(100).nullish(),
    ssh_key_id: id.nullish(),
    credential_id: id.nullish(),
  })
  .meta({ id: 'RegisterRepo' })

export type RegisterRepo = z.input<typeof registerRepo>

export const updateRepo = z
  .object({
    name: line(100).optional(),
    ssh_key_id: id.nullish(),
    credential_id: id.nullish(),
    description: line(2_000).nullish(),
    visibility: visibility.optional(),
  })
  .meta({ id: 'UpdateRepo' })

export type UpdateRepo = z.input<typeof updateRepo>
