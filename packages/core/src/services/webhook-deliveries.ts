import { isFinished, type RequestHeaders, type WebhookDeliveryRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import type { Collection, StorageSession } from '../ports/index.ts'

/** For so long GitHub sends a delivery again, under the same id. */
const keptMs = 3 * 24 * 3_600_000
const longestId = 255
/** GitHub's, and that of everybody else; the first one that is there counts. */
const idHeaders = ['X-GitHub-Delivery', 'X-Request-Id']

/** What tells a delivery from others. */
export interface DeliveryKey {
  /** The route that it came to, and for which task. */
  readonly source: string
  readonly delivery_id: string
}

/** The id that the sender gave a delivery, or `undefined`. @throws INVALID_INPUT naming the header */
export function deliveryIdOf(headers: RequestHeaders): string | undefined {
  const field = idHeaders.find((name) => headers.get(name))
  const id = field && headers.get(field)
  if (!id) return undefined
  if (id.length <= longestId) return id
  throw new GitferryError('INVALID_INPUT', `${field}: must have at most ${longestId} characters`, {
    details: { field },
  })
}

/** Which deliveries started which run, in the caller's transaction: so that a repetition does not start another. */
export class WebhookDeliveries {
  readonly #session: StorageSession
  readonly #now: number

  constructor(session: StorageSession, now: number) {
    this.#session = session
    this.#now = now
  }

  /** The run that this very delivery started within three days, if it goes on or succeeded. */
  async runOf(key: DeliveryKey): Promise<number | undefined> {
    const [known] = await this.#rows.find({ where: { ...key, received_at: { gte: this.#keptSince } } })
    const run = known && (await this.#session.collection('runs').get(known.run_id))
    if (run === undefined) return undefined
    return run.status === 'success' || !isFinished(run.status) ? run.id : undefined
  }

  /** Remembers the run that a delivery started, instead of an earlier one, and forgets what is too old. */
  async remember(key: DeliveryKey, run_id: number): Promise<void> {
    await this.#rows.deleteWhere({ received_at: { lt: this.#keptSince } })
    const row = { run_id, received_at: new Date(this.#now).toISOString() }
    const changed = await this.#rows.updateWhere({ ...key }, row)
    if (changed === 0) await this.#rows.insert({ ...key, ...row })
  }

  get #rows(): Collection<WebhookDeliveryRow> {
    return this.#session.collection('webhook_deliveries')
  }

  get #keptSince(): string {
    return new Date(this.#now - keptMs).toISOString()
  }
}
