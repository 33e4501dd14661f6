import type { ChannelsApi, DeliveriesApi, NotificationsApi } from '@gitferry/core/contract'
import { resource } from '../resource.ts'
import type { Transport } from '../transport.ts'

/** A test takes as long as the provider does. */
export const notifications = (transport: Transport): NotificationsApi => ({
  ...resource<NotificationsApi, 'channels' | 'deliveries'>(transport, 'notifications', { preview: 'body' }),
  channels: resource<ChannelsApi>(transport, 'notifications.channels', {
    list: 'query',
    all: '',
    get: 'id',
    create: 'body',
    update: 'id body',
    delete: 'id',
    test: 'id!',
  }),
  deliveries: resource<DeliveriesApi>(transport, 'notifications.deliveries', {
    list: 'query',
    all: 'query',
    get: 'id',
    retry: 'id',
  }),
})
