import type { NotificationsApi } from '@gitferry/core/contract'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

export const notifications = (transport: Transport): NotificationsApi => {
  const { list, method, unlimited } = resource(transport)
  return {
    channels: {
      list: list('notifications.channels.list', 'query'),
      get: method('notifications.channels.get', 'id'),
      create: method('notifications.channels.create', 'body'),
      update: method('notifications.channels.update', 'id', 'body'),
      delete: method('notifications.channels.delete', 'id'),
      // as long as the provider takes
      test: unlimited('notifications.channels.test', 'id'),
    },
    deliveries: {
      list: list('notifications.deliveries.list', 'query'),
      get: method('notifications.deliveries.get', 'id'),
      retry: method('notifications.deliveries.retry', 'id'),
    },
    preview: method('notifications.preview', 'body'),
  }
}
