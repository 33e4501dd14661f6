import { z } from 'zod'
import { taskSyncAnswer, taskSyncWebhook } from '../webhook.ts'
import { type OperationGroup, sends } from './operation.ts'

export const webhookOperations = {
  name: 'webhooks',
  description: 'Calls that start runs. They carry a signature, and no token.',
  operations: {
    'webhooks.taskSync': {
      summary: 'Run a sync task on a signed call',
      description:
        'A delivery whose id came before, within 3 days and with a run that is unfinished or succeeded, answers that run with `duplicate: true`. A task that is disabled or paused is not started: 409 `CONFLICT`. Without a configured secret every call is refused.',
      headers: {
        'X-Hub-Signature-256': z
          .string()
          .describe('`sha256=` and the HMAC-SHA256 of the body’s bytes, in lower-case hexadecimal'),
        'X-GitHub-Delivery': z.string().optional().describe('The delivery’s id, to know a repetition by'),
        'X-Request-Id': z.string().optional().describe('The delivery’s id, where there is no other'),
      },
      body: sends(taskSyncWebhook, { task_id: 1 }),
      answer: {
        schema: taskSyncAnswer,
        example: { message: 'Sync triggered successfully', task_id: 1, run_id: 7 },
        bare: true,
      },
      errors: ['ADDRESS_NOT_ALLOWED', 'RATE_LIMITED', 'SIGNATURE_INVALID', 'TASK_NOT_FOUND'],
    },
  },
} as const satisfies OperationGroup
