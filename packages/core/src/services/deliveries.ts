import {
  type CallOptions,
  type DeliveriesApi,
  type Delivery,
  type DeliveryQuery,
  deliveryQuery,
  type Page,
} from '../contract/index.ts'
import { GitferryError, parseInput } from '../errors/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { auditId } from './audit-id.ts'
import type { ServiceContext } from './context.ts'
import { findChannel, findDelivery } from './find-or-refuse.ts'
import { findAll, findPage, newestFirst } from './pages.ts'
import { toDelivery } from './to-delivery.ts'

/** What was sent to the channels, and what is still to be. */
export class DeliveriesService implements DeliveriesApi {
  readonly #context: ServiceContext

  constructor(context: ServiceContext) {
    this.#context = context
  }

  async list(query: DeliveryQuery = {}, { signal }: CallOptions = {}): Promise<Page<Delivery>> {
    throwIfAborted(signal)
    const { channel_id, run_id, event, status, ...paging } = parseInput(deliveryQuery, query)
    const where = { channel_id, run_id, event, status }
    const deliveries = this.#context.storage.collection('deliveries')
    const page = await findPage(deliveries, { where, order: newestFirst }, paging, { whole: false })
    return { ...page, items: page.items.map(toDelivery) }
  }

  async *all(
    query: Omit<DeliveryQuery, 'page' | 'page_size'> = {},
    { signal }: CallOptions = {},
  ): AsyncGenerator<Delivery, void, undefined> {
    throwIfAborted(signal)
    const { channel_id, run_id, event, status } = parseInput(deliveryQuery, query)
    const where = { channel_id, run_id, event, status }
    const deliveries = this.#context.storage.collection('deliveries')
    for await (const row of findAll(deliveries, { where, order: newestFirst })) {
      throwIfAborted(signal)
      yield toDelivery(row)
    }
  }

  async get(id: number, { signal }: CallOptions = {}): Promise<Delivery> {
    throwIfAborted(signal)
    return toDelivery(await findDelivery(this.#context.storage, id))
  }

  async retry(id: number, { signal }: CallOptions = {}): Promise<Delivery> {
    const { audit, clock, events, principal, storage, wakeDispatcher } = this.#context
    throwIfAborted(signal)
    const subject = { type: 'retry', object_type: 'delivery', object_id: auditId(id) } as const
    const delivery = await audit.attempt(principal, subject, async (draft) => {
      await findDelivery(storage, id)
      return storage.transaction(async (session) => {
        const before = await findDelivery(session, id)
        draft.note({ details: { channel_id: before.channel_id, event: before.event } })
        if (before.status !== 'failed') throw notFailed(before.status)
        await findChannel(session, before.channel_id)
        const row = await session.collection('deliveries').update(id, {
          status: 'pending',
          attempts: 0,
          next_attempt_at: new Date(clock.now()).toISOString(),
          finished_at: null,
        })
        await draft.write(session)
        return toDelivery(row ?? before)
      })
    })
    events.emit('delivery.queued', { delivery })
    wakeDispatcher()
    return delivery
  }
}

const notFailed = (status: Delivery['status']): GitferryError =>
  new GitferryError(
    'DELIVERY_NOT_FAILED',
    `The delivery is ${status}; only a failed one can be sent again.`,
    { details: { status } },
  )
