import { z } from 'zod'
import { id } from './id.ts'

/** One place where the chain of audit entries does not hold. */
export const auditProblem = z
  .object({
    kind: z
      .enum(['changed', 'removed', 'inserted', 'cut_off', 'checkpoint_missing'])
      .describe(
        'changed: its content or place is not what was sealed; inserted: it was never sealed; cut_off: the newest ' +
          'entries are gone; checkpoint_missing: the checkpoint is or was gone, forged or replaced by an older one, so ' +
          'that the newest entries may be gone too',
      ),
    seq: z.int().nullable().describe('The place in the chain'),
    entry_id: id.nullable(),
    message: z.string(),
  })
  .meta({ id: 'AuditProblem' })

export type AuditProblem = z.output<typeof auditProblem>

/** What a walk over the whole chain found. */
export const auditVerification = z
  .object({
    valid: z.boolean(),
    sealed: z.int().describe('Entries in the chain'),
    unsealed: z.int().describe('Entries that are not sealed yet'),
    head_seq: z.int().nullable().describe('The last place in the chain; null: nothing is sealed'),
    problems: z.array(auditProblem).describe('In the order of the chain; at most 100'),
  })
  .meta({ id: 'AuditVerification' })

export type AuditVerification = z.output<typeof auditVerification>
