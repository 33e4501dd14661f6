import { z } from 'zod'
import { keptRef, keptRefQuery } from '../kept-ref.ts'
import { plan, planQuery } from '../plan.ts'
import { run } from '../run.ts'
import { exampleKeptRef, examplePendingRun, examplePlan } from './examples.ts'
import { answers, type OperationGroup } from './operation.ts'
import { idOf } from './path-parameters.ts'

export const syncPlanOperations = {
  name: 'sync plans',
  description:
    'What a run would do, ref by ref: to be looked at, approved and applied exactly; and what runs have overwritten.',
  operations: {
    'sync.plans.list': {
      summary: 'List stored plans, newest first',
      query: planQuery,
      answer: answers(plan, examplePlan),
    },
    'sync.plans.get': {
      summary: 'Show a stored plan',
      path: idOf('plan'),
      answer: answers(plan, examplePlan),
      errors: ['PLAN_NOT_FOUND'],
    },
    'sync.plans.apply': {
      summary: 'Apply a stored plan',
      description:
        'A run carries out exactly this plan, also what a guard or a needed approval had stopped: asking is the approval. When any of its refs has moved since, on either side, nothing of it is applied and the run fails with `PLAN_STALE`, naming them.',
      path: idOf('plan'),
      query: z.object({
        wait: z.boolean().optional().describe('Answers when the run has ended; how is in `status`'),
      }),
      answer: answers(run, { ...examplePendingRun, plan_id: 1 }),
      errors: ['PLAN_NOT_FOUND', 'PLAN_CLOSED', 'TASK_NOT_FOUND', 'RUN_NOT_FOUND'],
    },
    'sync.kept.list': {
      summary: 'List what runs have overwritten or deleted, newest first',
      query: keptRefQuery,
      answer: answers(keptRef, exampleKeptRef),
    },
  },
} as const satisfies OperationGroup
