import {
  type CallOptions,
  type ChannelsApi,
  type DeliveriesApi,
  type NotificationsApi,
  type Preview,
  type PreviewTemplate,
  previewTemplate,
} from '../contract/index.ts'
import { parseInput } from '../errors/index.ts'
import {
  checkTemplate,
  composeMessage,
  exampleOccurrence,
  exampleRepo,
  exampleValues,
} from '../notifications/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import { ChannelsService } from './channels.ts'
import type { ServiceContext } from './context.ts'
import { DeliveriesService } from './deliveries.ts'

/** Channels, what was sent to them, and what a template makes of a message. */
export class NotificationsService implements NotificationsApi {
  readonly channels: ChannelsApi
  readonly deliveries: DeliveriesApi
  readonly #context: ServiceContext

  constructor(context: ServiceContext) {
    this.channels = new ChannelsService(context)
    this.deliveries = new DeliveriesService(context)
    this.#context = context
  }

  async preview(input: PreviewTemplate, { signal }: CallOptions = {}): Promise<Preview> {
    throwIfAborted(signal)
    const { template, event = 'sync_success' } = parseInput(previewTemplate, input)
    const now = this.#context.clock.now()
    if (template) checkTemplate(template, exampleValues(now))
    const facts = { repo: exampleRepo, now, template: template || null }
    const { title, text } = composeMessage(exampleOccurrence(event), facts)
    return { title, text }
  }
}
