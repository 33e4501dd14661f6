import { z } from 'zod'
import { accepting } from './accepting.ts'
import { id, timestamp } from './id.ts'

/** An address, or a network of addresses in CIDR notation, that webhooks may come from: IPv4 or IPv6. */
export const addressRange = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: 'must be an IP address ("203.0.113.7") or a network ("10.0.0.0/8", "2001:db8::/32")',
})

/** The body of `POST /api/webhooks/task-sync`. */
export const taskSyncWebhook = z
  .object({
    task_id: accepting(
      { type: 'string', pattern: '^[1-9]\\d*$' },
      (value) => (typeof value === 'string' && /^[1-9]\d*$/.test(value) ? Number(value) : value),
      id,
    ),
  })
  .meta({ id: 'TaskSyncWebhook' })

/** Its answer, which has no envelope. */
export const taskSyncAnswer = z
  .object({
    message: z.string(),
    task_id: id,
    run_id: id,
    duplicate: z.literal(true).optional().describe('The same delivery came before; its run is answered'),
  })
  .meta({ id: 'TaskSyncAnswer' })

export type TaskSyncAnswer = z.output<typeof taskSyncAnswer>

/** A webhook delivery that started a run, kept so that a repetition is known. */
export const webhookDeliveryRow = z.object({
  id,
  source: z.string().describe('Which route it came to, and for which task'),
  delivery_id: z.string(),
  run_id: id,
  received_at: timestamp,
  version: z.int(),
})

export type WebhookDeliveryRow = z.output<typeof webhookDeliveryRow>
