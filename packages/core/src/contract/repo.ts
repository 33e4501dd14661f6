import { z } from 'zod'
import { id, timestamp } from './id.ts'
import { remote } from './remote.ts'
import { line } from './text.ts'

/** A git repository on this machine that gitferry manages. */
export const repo = z
  .object({
    id,
    uuid: z.uuid(),
    name: z.string(),
    path: z.string().describe('Absolute path, links resolved'),
    current_branch: z.string().nullable().describe('The branch that HEAD names; null when HEAD is detached'),
    is_bare: z.boolean(),
    is_hosted: z
      .boolean()
      .describe('Whether gitferry made it and keeps it in its data directory; then it is its own store'),
    default_branch: z.string().nullable(),
    remotes: z.array(remote),
    ssh_key_id: id.nullable(),
    credential_id: id.nullable(),
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
  })
  .meta({ id: 'UpdateRepo' })

export type UpdateRepo = z.input<typeof updateRepo>
