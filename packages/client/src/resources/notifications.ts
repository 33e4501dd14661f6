import type { ChannelsApi, DeliveriesApi, NotificationsApi } from '@gitferry/core/contract'
import { all } from '../pages.ts'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const notifications = (transport: Transport): NotificationsApi => {
  const { list, method, unlimited } = resource(transport)
  const channels: ChannelsApi['list'] = list('notifications.channels.list', 'query')
  const deliveries: DeliveriesApi['list'] = list('notifications.deliveries.list', 'query')
  return {
    channels: {
      list: channels,
      all: (options) => all((query) => channels(query, options)),
      get: method('notifications.channels.get', 'id'),
      create: method('notifications.channels.create', 'body'),
      update: method('notifications.channels.update', 'id', 'body'),
      delete: method('notifications.channels.delete', 'id'),
      // as long as the provider takes
      test: unlimited('notifications.channels.test', 'id'),
    },
    deliveries: {
      list: deliveries,
      all: (query, options) => all((paging) => deliveries({ ...query, ...paging }, options)),
      get: method('notifications.deliveries.get', 'id'),
      retry: method('notifications.deliveries.retry', 'id'),
    },
    preview: method('notifications.preview', 'body'),
  }
}
