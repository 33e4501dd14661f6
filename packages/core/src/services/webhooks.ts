import {
  parseJsonBody,
  type RequestHeaders,
  type SyncTaskRow,
  type TaskSyncAnswer,
  taskSyncWebhook,
} from '../contract/index.ts'
import { fromUnknown, GitferryError, parseInput } from '../errors/index.ts'
import type { WebhookGate } from '../webhooks/webhook-gate.ts'
import { acceptRun } from './accept-run.ts'
import type { AuditDraft } from './audit-log.ts'
import type { ServiceContext } from './context.ts'
import { findTask } from './find-or-refuse.ts'
import { reposOf } from './repos-of.ts'
import { deliveryIdOf, WebhookDeliveries } from './webhook-deliveries.ts'

/** A webhook as it came in. */
export interface IncomingWebhook {
  /**
   * The bytes that were sent, or what reads them: called only when the caller may send a webhook now and the header of
   * its signature is one.
   */
  readonly body: Uint8Array | (() => Promise<Uint8Array>)
  readonly headers: RequestHeaders
  /** The address that the connection comes from, never what a header says; `null` when nobody knows it. */
  readonly ip: string | null
}

/** Webhooks: requests that prove by a signature, and not by a token, that they may be made. */
export interface WebhooksApi {
  /**
   * Runs a task: what `POST /api/webhooks/task-sync` does. Weighed in this order: the address, the rate, the
   * signature (`X-Hub-Signature-256`), the body, the task. A delivery id (`X-GitHub-Delivery`, else `X-Request-Id`)
   * that came within three days is answered with its run, unless that ended without success. What is refused once the
   * signature is good leaves an audit entry, like what is accepted; what is refused before stands in the log alone,
   * because strangers could fill the other.
   * @throws ADDRESS_NOT_ALLOWED, RATE_LIMITED, SIGNATURE_INVALID, UNSUPPORTED_MEDIA_TYPE, INVALID_INPUT,
   *   TASK_NOT_FOUND, CONFLICT when the task is disabled or paused, and what reading the body throws
   */
  taskSync(webhook: IncomingWebhook): Promise<TaskSyncAnswer>
}

export interface WebhooksContext extends ServiceContext {
  /** One for all principals: it counts callers. */
  readonly webhookGate: WebhookGate
}

const source = 'task-sync'
const message = 'Sync triggered successfully'

interface Received {
  readonly answer: TaskSyncAnswer
  /** What is left to do once the run is stored; nothing when the delivery came before. */
  readonly announce?: () => Promise<void>
}

export class WebhooksService implements WebhooksApi {
  readonly #context: WebhooksContext

  constructor(context: WebhooksContext) {
    this.#context = context
  }

  async taskSync({ body, headers, ip }: IncomingWebhook): Promise<TaskSyncAnswer> {
    const { audit, principal, webhookGate } = this.#context
    const bytes = await this.#refusing(ip, async () => {
      webhookGate.admit(ip)
      webhookGate.expectSignature(headers.get('X-Hub-Signature-256'))
      const bytes = body instanceof Uint8Array ? body : await body()
      webhookGate.verify(bytes, headers.get('X-Hub-Signature-256'))
      return bytes
    })
    const subject = { type: 'run', object_type: 'task', object_id: null } as const
    const { answer, announce } = await this.#refusing(ip, () =>
      audit.attempt({ ...principal, user: 'webhook', ip }, subject, (draft) =>
        this.#accept(bytes, headers, draft).catch(async (thrown: unknown) => {
          const error = fromUnknown(thrown)
          await this.#tellOf(error)
          throw error
        }),
      ),
    )
    await announce?.()
    return answer
  }

  async #accept(body: Uint8Array, headers: RequestHeaders, draft: AuditDraft): Promise<Received> {
    const { clock, events, outbox, queue, storage } = this.#context
    const { task_id } = parseInput(taskSyncWebhook, parseJsonBody(body, headers))
    draft.note({ object_id: task_id })
    const delivery_id = deliveryIdOf(headers)
    const key = delivery_id === undefined ? undefined : { source: `${source}:${task_id}`, delivery_id }
    if (delivery_id !== undefined) draft.note({ details: { delivery_id } })
    return storage.transaction(async (session) => {
      const task = await findTask(session, task_id, 'task_id')
      const deliveries = new WebhookDeliveries(session, clock.now())
      const known = key && (await deliveries.runOf(key))
      if (known !== undefined) {
        draft.note({ details: { name: task.name, run_id: known, duplicate: true } })
        await draft.write(session)
        return { answer: { message, task_id, run_id: known, duplicate: true } }
      }
      refuseIdle(task)
      const accepted = await acceptRun(session, { draft, queue, task, trigger: 'webhook' })
      const run_id = accepted.run.id
      if (key) await deliveries.remember(key, run_id)
      const tell = await outbox.add(session, [{ event: 'webhook_received', task, run: accepted.run, source }])
      const announce = async () => {
        await queue.handOver(accepted)
        events.emit('webhook.received', { source, task_id, run_id, ...reposOf(task) })
        tell()
      }
      return { answer: { message, task_id, run_id }, announce }
    })
  }

  /** Says what was refused. What failed here, and a caller that went away, is no refusal. */
  async #refusing<Result>(ip: string | null, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (thrown) {
      const error = fromUnknown(thrown)
      if (isRefusal(error)) {
        const { events, logger } = this.#context
        logger.warn('a webhook was refused', { source, ip, error_code: error.code })
        events.emit('webhook.refused', { source, error_code: error.code })
      }
      throw error
    }
  }

  /** Tells those who want to know that a webhook with a good signature came to nothing. */
  async #tellOf(error: GitferryError): Promise<void> {
    if (!isRefusal(error)) return
    const { logger, outbox, storage } = this.#context
    const occurrence = { event: 'webhook_error', source, error: error.message } as const
    try {
      const tell = await storage.transaction((session) => outbox.add(session, [occurrence]))
      tell()
    } catch (cause) {
      // the caller still gets the error that came first
      logger.error('a refused webhook could not be told of', { error: cause, for: error.code })
    }
  }
}

const isRefusal = ({ code, status }: GitferryError): boolean => code !== 'ABORTED' && status < 500

/** Turned off by a person or paused by its failures, a task still runs by hand, but not by itself. @throws CONFLICT */
function refuseIdle({ id, name, enabled, paused_at, paused_reason }: SyncTaskRow): void {
  if (enabled && paused_at === null) return
  const why = enabled ? `paused${paused_reason === null ? '' : ` (${paused_reason})`}` : 'disabled'
  throw new GitferryError(
    'CONFLICT',
    `task_id: the task "${name}" is ${why}, so no webhook starts it. ${enabled ? 'Resume' : 'Enable'} it first, or run it by hand.`,
    { details: { field: 'task_id', id, enabled, paused_at } },
  )
}
