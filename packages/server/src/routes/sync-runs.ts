import type { RestoreRefs, RunLogEvent, RunQuery } from '@gitferry/core/contract'
import type { StreamedEvent } from './event-stream.ts'
import type { Route } from './route.ts'

async function* streamed(events: AsyncIterable<RunLogEvent>): AsyncGenerator<StreamedEvent, void, undefined> {
  for await (const { type, ...data } of events) {
    yield 'id' in data ? { event: type, id: String(data.id), data } : { event: type, data }
  }
}

export const syncRunRoutes = {
  'sync.runs.list': ({ gitferry, query, signal }) =>
    gitferry.sync.runs.list(
      query<RunQuery>('task_id', 'repo_id', 'status', 'trigger', 'since', 'page', 'page_size'),
      { signal },
    ),
  'sync.runs.get': ({ gitferry, id, signal }) => gitferry.sync.runs.get(id, { signal }),
  'sync.runs.cancel': ({ gitferry, id, signal }) => gitferry.sync.runs.cancel(id, { signal }),
  'sync.runs.retry': ({ gitferry, id }) => gitferry.sync.runs.retry(id),
  'sync.runs.restore': async ({ gitferry, id, body, query, signal }) =>
    gitferry.sync.runs.restore(id, await body<RestoreRefs>(), query<{ wait?: boolean }>('wait'), { signal }),
  'sync.runs.log': async ({ gitferry, id, lastEventId, query, signal, stream, wantsEvents }) => {
    if (wantsEvents) {
      // a caller that comes back sends its first address again; what it got last counts
      const after = lastEventId ?? query<{ after?: number }>('after').after
      return stream((gone) => streamed(gitferry.sync.runs.follow(id, { after, signal: gone })))
    }
    return new Response(await gitferry.sync.runs.log(id, { signal }), {
      headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    })
  },
} as const satisfies Record<string, Route>
