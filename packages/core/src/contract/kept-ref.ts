import { z } from 'zod'
import { id, oid, timestamp } from './id.ts'
import { oneOf } from './one-of.ts'
import { pageQuery } from './page.ts'

/** What a target's ref was before a run overwrote or deleted it; it can be put back until it expires. */
export const keptRef = z
  .object({
    id,
    run_id: id,
    task_id: id,
    repo_id: id.describe('The repository of the task; it may have been deleted since'),
    target_repo_id: id,
    target_remote: z.string(),
    ref: z.string().describe('Full name at the target'),
    oid: oid.describe('What it was'),
    became_oid: oid.nullable().describe('What the run made of it; null: it was deleted'),
    kept_ref: z.string().describe('Full name in the kept store of the repository'),
    kept_at: timestamp,
    expires_at: timestamp,
    restored_by_run_id: id.nullable(),
  })
  .meta({ id: 'KeptRef' })

export type KeptRef = z.output<typeof keptRef>

export const keptRefRow = keptRef.extend({
  repo_uuid: z.uuid().describe('Names the kept store, which outlives the record of the repository'),
  /** `planned` before the push, `kept` once the target took it: only then there is something to put back. */
  state: oneOf(['planned', 'kept']),
  version: z.int(),
})

export type KeptRefRow = z.output<typeof keptRefRow>

export const keptRefQuery = pageQuery.extend({
  repo_id: id.optional(),
  task_id: id.optional(),
  run_id: id.optional(),
})

export type KeptRefQuery = z.input<typeof keptRefQuery>

/** Which of a run's kept refs to put back. */
export const restoreRefs = z
  .object({
    refs: z
      .array(
        z
          .string({ error: 'must be text' })
          .min(1, 'must not be empty')
          .max(1_000, 'must have at most 1000 characters'),
        { error: 'must be a list of full ref names' },
      )
      .min(1, 'must name at least one ref')
      .max(10_000, 'must have at most 10000 entries')
      .optional()
      .describe('Full names at the target. Default: every one that the run kept'),
    overwrite: z
      .boolean({ error: 'must be true or false' })
      .optional()
      .describe('Also where the target moved on since the run; what it has now is kept then. Default false'),
  })
  .meta({ id: 'RestoreRefs' })

export type RestoreRefs = z.input<typeof restoreRefs>
