import { isGitferryError } from '@gitferry/core/errors'
import { Counter, type Registry } from 'prom-client'
import type { ServedGitferry } from '../served.ts'

/** What comes in by webhook and goes out as a notification. Answers what takes the listeners off again. */
export function deliveryMetrics(
  gitferry: Pick<ServedGitferry, 'notifications' | 'on'>,
  registry: Registry,
): (() => void)[] {
  const registers = [registry]
  const webhooks = new Counter({
    name: 'gitferry_webhook_deliveries_total',
    help: 'Webhook calls, by route.',
    labelNames: ['provider', 'outcome'] as const,
    registers,
  })
  const notifications = new Counter({
    name: 'gitferry_notifications_total',
    help: 'Messages to channels that were sent or given up.',
    labelNames: ['channel_type', 'outcome'] as const,
    registers,
  })
  /** A channel’s type never changes, and its id is not given again. */
  const types = new Map<number, string>()

  const typeOf = async (id: number): Promise<string> => {
    const known = types.get(id)
    if (known !== undefined) return known
    try {
      const { type } = await gitferry.notifications.channels.get(id)
      types.set(id, type)
      return type
    } catch (error) {
      // deleted meanwhile; the message is counted all the same
      if (isGitferryError(error, 'CHANNEL_NOT_FOUND')) return 'unknown'
      throw error
    }
  }

  return [
    gitferry.on('webhook.received', ({ source }) => webhooks.inc({ provider: source, outcome: 'accepted' })),
    gitferry.on('webhook.refused', ({ source }) => webhooks.inc({ provider: source, outcome: 'refused' })),
    gitferry.on('channel.created', ({ channel }) => void types.set(channel.id, channel.type)),
    gitferry.on('delivery.finished', async ({ delivery }) => {
      const channel_type = await typeOf(delivery.channel_id)
      notifications.inc({ channel_type, outcome: delivery.status })
    }),
  ]
}
