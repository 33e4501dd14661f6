import type {
  Channel,
  ChannelTest,
  CreateChannel,
  Delivery,
  DeliveryQuery,
  Preview,
  PreviewTemplate,
  UpdateChannel,
} from '../channel.ts'
import type { Deleted } from '../deleted.ts'
import type { Page, PageQuery } from '../page.ts'
import type { CallOptions } from './call-options.ts'

export interface ChannelsApi {
  /** One page, or everything as page 1 when neither `page` nor `page_size` is given. */
  list(query?: PageQuery, options?: CallOptions): Promise<Page<Channel>>
  all(options?: CallOptions): AsyncIterable<Channel>
  /** @throws CHANNEL_NOT_FOUND */
  get(id: number, options?: CallOptions): Promise<Channel>
  /** @throws INVALID_INPUT, URL_FORBIDDEN, TEMPLATE_INVALID, SECRETS_UNAVAILABLE */
  create(input: CreateChannel, options?: CallOptions): Promise<Channel>
  /** Changes only the fields that `input` carries. Throws what `create` throws, and CHANNEL_NOT_FOUND. */
  update(id: number, input: UpdateChannel, options?: CallOptions): Promise<Channel>
  /** What is still to be sent to it is not sent any more. @throws CHANNEL_NOT_FOUND */
  delete(id: number, options?: CallOptions): Promise<Deleted>
  /**
   * Sends a real message. That the provider refuses is an answer.
   * @throws CHANNEL_NOT_FOUND; RATE_LIMITED with `details.retry_after_seconds` while the provider takes no further one
   */
  test(id: number, options?: CallOptions): Promise<ChannelTest>
}

export interface DeliveriesApi {
  /** One page, newest first. `page` defaults to 1, `page_size` to 20. */
  list(query?: DeliveryQuery, options?: CallOptions): Promise<Page<Delivery>>
  /** Every delivery that the query matches, newest first. */
  all(query?: Omit<DeliveryQuery, 'page' | 'page_size'>, options?: CallOptions): AsyncIterable<Delivery>
  /** @throws DELIVERY_NOT_FOUND */
  get(id: number, options?: CallOptions): Promise<Delivery>
  /**
   * Sends a failed one again, as soon as its turn comes.
   * @throws DELIVERY_NOT_FOUND, DELIVERY_NOT_FAILED, CHANNEL_NOT_FOUND when its channel was deleted
   */
  retry(id: number, options?: CallOptions): Promise<Delivery>
}

export interface NotificationsApi {
  readonly channels: ChannelsApi
  readonly deliveries: DeliveriesApi
  /** What a template makes of example values. @throws TEMPLATE_INVALID */
  preview(input: PreviewTemplate, options?: CallOptions): Promise<Preview>
}
