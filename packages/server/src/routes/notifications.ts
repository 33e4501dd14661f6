import type {
  CreateChannel,
  DeliveryQuery,
  PageQuery,
  PreviewTemplate,
  UpdateChannel,
} from '@gitferry/core/contract'
import type { Route } from './route.ts'

export const notificationRoutes = {
  'notifications.channels.list': ({ gitferry, query, signal }) =>
    gitferry.notifications.channels.list(query<PageQuery>('page', 'page_size'), { signal }),
  'notifications.channels.get': ({ gitferry, id, signal }) =>
    gitferry.notifications.channels.get(id, { signal }),
  'notifications.channels.create': async ({ gitferry, body }) =>
    gitferry.notifications.channels.create(await body<CreateChannel>()),
  'notifications.channels.update': async ({ gitferry, id, body }) =>
    gitferry.notifications.channels.update(id, await body<UpdateChannel>()),
  'notifications.channels.delete': ({ gitferry, id }) => gitferry.notifications.channels.delete(id),
  'notifications.channels.test': ({ gitferry, id, signal }) =>
    gitferry.notifications.channels.test(id, { signal }),
  'notifications.deliveries.list': ({ gitferry, query, signal }) =>
    gitferry.notifications.deliveries.list(
      query<DeliveryQuery>('channel_id', 'run_id', 'event', 'status', 'page', 'page_size'),
      { signal },
    ),
  'notifications.deliveries.get': ({ gitferry, id, signal }) =>
    gitferry.notifications.deliveries.get(id, { signal }),
  'notifications.deliveries.retry': ({ gitferry, id }) => gitferry.notifications.deliveries.retry(id),
  'notifications.preview': async ({ gitferry, body, signal }) =>
    gitferry.notifications.preview(await body<PreviewTemplate>(), { signal }),
} as const satisfies Record<string, Route>
