import { z } from 'zod'
import { errorCode } from './error-code.ts'
import { id, timestamp } from './id.ts'
import { oneOf } from './one-of.ts'
import { pageQuery } from './page.ts'
import { refName } from './ref.ts'
import { visibility } from './role.ts'
import { line } from './text.ts'

export const jobStatus = oneOf(['pending', 'running', 'success', 'failed', 'canceled'])

export type JobStatus = z.output<typeof jobStatus>

const finished = new Set<JobStatus>(['success', 'failed', 'canceled'])

/** Whether a job of this status has ended and will not change any more. */
export const isFinishedJob = (status: JobStatus): boolean => finished.has(status)

/** Work that takes longer than a request. */
export const job = z
  .object({
    id,
    kind: z.literal('clone'),
    status: jobStatus,
    name: z.string().describe('Of the repository that it makes'),
    url: z.string().describe('What it clones, without any login'),
    repo_id: id.nullable().describe('The repository that it has made; null until then'),
    attempt: z.int().describe('1, and one more each time that a crash or a shutdown cut it short'),
    stage: z.string().nullable().describe('git’s own words for what it is at ("Receiving objects")'),
    percent: z
      .int()
      .min(0)
      .max(100)
      .nullable()
      .describe('Within the stage; null where nothing can be counted'),
    error_code: errorCode.nullable(),
    error_message: z.string().nullable(),
    queued_at: timestamp,
    started_at: timestamp.nullable(),
    finished_at: timestamp.nullable(),
    duration_ms: z.int().nullable(),
  })
  .meta({ id: 'Job' })

export type Job = z.output<typeof job>

export const jobRow = job.extend({
  /** What was asked for, as JSON; no secret stands in it. */
  input: z.record(z.string(), z.json()),
  /** Who asked: the repository is registered in their name. */
  operator: z.string(),
  version: z.int(),
})

export type JobRow = z.output<typeof jobRow>

export const jobQuery = pageQuery.extend({ status: jobStatus.optional() })

export type JobQuery = z.input<typeof jobQuery>

const path = z
  .string({ error: 'must be text' })
  .min(1, 'must not be empty')
  .max(4096, 'must have at most 4096 characters')

/** No folder is called so: other APIs allow longer names than one could have. */
const hostedName = line(256)

const hosting = {
  project_id: id.nullish().describe('Default: none; it stands under "local"'),
  description: line(2_000).nullish(),
  visibility: visibility.optional().describe('Default 0: its members alone'),
  import_members: z
    .boolean({ error: 'must be true or false' })
    .optional()
    .describe('Whether the members of the project become members of it. Default false'),
}

export const cloneRepo = z
  .object({
    url: z
      .string({ error: 'must be text' })
      .min(1, 'must not be empty')
      .max(4096, 'must have at most 4096 characters')
      .describe('A login in it becomes a stored credential'),
    name: line(100).nullish().describe('Default: the last part of the URL, without ".git"'),
    path: path
      .nullish()
      .describe(
        'Where the worktree is made: absolute, under one of the roots, and not there yet. Absent or null: a bare repository that gitferry keeps in its data directory',
      ),
    branch: refName.nullish().describe('What to check out, or HEAD to name. Default: the HEAD of the remote'),
    ssh_key_id: id.nullish(),
    credential_id: id.nullish(),
    timeout_ms: z
      .int({ error: 'must be an integer from 1000 to 86400000' })
      .min(1_000, 'must be an integer from 1000 to 86400000')
      .max(86_400_000, 'must be an integer from 1000 to 86400000')
      .optional()
      .describe('Default 3600000'),
    ...hosting,
  })
  .meta({ id: 'CloneRepo' })

export type CloneRepo = z.input<typeof cloneRepo>

export const forkRepo = z
  .object({ name: hostedName.optional().describe('Default: that of the original'), ...hosting })
  .meta({ id: 'ForkRepo' })

export type ForkRepo = z.input<typeof forkRepo>

export const createRepo = z
  .object({
    name: hostedName,
    default_branch: refName.optional().describe('What HEAD names. Default "main"'),
    object_format: oneOf(['sha1', 'sha256']).optional().describe('Default "sha1"'),
    ...hosting,
  })
  .meta({ id: 'CreateRepo' })

export type CreateRepo = z.input<typeof createRepo>
