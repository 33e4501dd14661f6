import { describe, expect, it } from 'vitest'
import { createClient, type GitferryClient } from '../src/index.ts'
import { scriptedServer, success } from './scripted-server.ts'

const newestFirst = (count: number) => Array.from({ length: count }, (_, index) => ({ id: count - index }))

/** A server that pages through what `records` answers at each request. */
const paging = (records: (request: number) => object[]) => {
  let request = 0
  return scriptedServer(({ url }) => {
    const query = new URL(url, 'http://host').searchParams
    const page = Number(query.get('page'))
    const page_size = Number(query.get('page_size'))
    const items = records(request++)
    const start = (page - 1) * page_size
    return success({ items: items.slice(start, start + page_size), total: items.length, page, page_size })
  })
}

const ids = async (records: AsyncIterable<{ id: number }>): Promise<number[]> => {
  const found: number[] = []
  for await (const { id } of records) found.push(id)
  return found
}

describe('list', () => {
  it('without page fields is page 1 of everything', async () => {
    await using server = await scriptedServer([success({ repos: [{ id: 1 }, { id: 2 }], total: 2 })])
    expect(await createClient({ baseUrl: server.baseUrl }).repos.list()).toEqual({
      items: [{ id: 1 }, { id: 2 }],
      total: 2,
      page: 1,
      page_size: 2,
    })
  })

  it('without page fields and without records has page size 1', async () => {
    await using server = await scriptedServer([success({ tasks: [], total: 0 })])
    expect(await createClient({ baseUrl: server.baseUrl }).sync.tasks.list()).toEqual({
      items: [],
      total: 0,
      page: 1,
      page_size: 1,
    })
  })

  it('with page fields is as it was answered', async () => {
    const page = { items: [{ name: 'main' }], total: 41, page: 3, page_size: 20 }
    await using server = await scriptedServer([success(page)])
    const { branches } = createClient({ baseUrl: server.baseUrl })
    expect(await branches.list(1, { page: 3, page_size: 20 })).toEqual(page)
  })
})

describe('all', () => {
  it('goes through 250 records in three pages', async () => {
    await using server = await paging(() => newestFirst(250))
    expect(await ids(createClient({ baseUrl: server.baseUrl }).sync.runs.all({ task_id: 4 }))).toEqual(
      newestFirst(250).map(({ id }) => id),
    )
    expect(server.received.map(({ url }) => url)).toEqual(
      [1, 2, 3].map((page) => `/api/v1/sync/runs?task_id=4&page=${page}&page_size=100`),
    )
  })

  const lists: Record<string, [path: string, all: (api: GitferryClient) => AsyncIterable<{ id: number }>]> = {
    repos: ['/api/v1/repos', ({ repos }) => repos.all()],
    tasks: ['/api/v1/sync/tasks', ({ sync }) => sync.tasks.all()],
    runs: ['/api/v1/sync/runs', ({ sync }) => sync.runs.all()],
    audit: ['/api/v1/audit/logs', ({ audit }) => audit.all()],
    keys: ['/api/v1/ssh-keys', ({ keys }) => keys.all()],
    credentials: ['/api/v1/credentials', ({ credentials }) => credentials.all()],
    'host keys': ['/api/v1/host-keys', ({ hostKeys }) => hostKeys.all()],
    channels: ['/api/v1/notification/channels', ({ notifications }) => notifications.channels.all()],
    deliveries: ['/api/v1/notification/deliveries', ({ notifications }) => notifications.deliveries.all()],
  }

  it.each(Object.entries(lists))('of %s starts with page 1', async (_, [path, all]) => {
    await using server = await paging(() => newestFirst(1))
    expect(await ids(all(createClient({ baseUrl: server.baseUrl })))).toEqual([1])
    expect(server.received[0]?.url).toBe(`${path}?page=1&page_size=100`)
  })

  it.each<[string, (api: GitferryClient) => AsyncIterable<{ readonly name: string }>]>([
    ['tags', ({ tags }) => tags.all(7)],
    ['remotes', ({ repos }) => repos.remotes.all(7)],
  ])('of %s, which have no id, answers each name once while new ones shift the pages', async (noun, all) => {
    const named = (count: number) => newestFirst(count).map(({ id }) => ({ name: `n${id}` }))
    await using server = await paging((request) => named(150 + request * 30))
    const found: string[] = []
    for await (const { name } of all(createClient({ baseUrl: server.baseUrl }))) found.push(name)
    expect(found).toEqual(named(150).map(({ name }) => name))
    expect(server.received[0]?.url).toBe(`/api/v1/repos/7/${noun}?page=1&page_size=100`)
  })

  it('hands a query on, page after page', async () => {
    await using server = await paging(() => newestFirst(150))
    const { notifications } = createClient({ baseUrl: server.baseUrl })
    expect(await ids(notifications.deliveries.all({ channel_id: 3 }))).toHaveLength(150)
    expect(server.received.map(({ url }) => url)).toEqual(
      [1, 2].map((page) => `/api/v1/notification/deliveries?channel_id=3&page=${page}&page_size=100`),
    )
  })

  it('asks for no further page when the total is reached', async () => {
    await using server = await paging(() => newestFirst(100))
    expect(await ids(createClient({ baseUrl: server.baseUrl }).repos.all())).toHaveLength(100)
    expect(server.received).toHaveLength(1)
  })

  it('asks for nothing before the loop, and for no page that the loop does not reach', async () => {
    await using server = await paging(() => newestFirst(250))
    const records = createClient({ baseUrl: server.baseUrl }).repos.all()
    expect(server.received).toHaveLength(0)
    for await (const { id } of records) if (id === 200) break
    expect(server.received).toHaveLength(1)
  })

  it('answers each record once while new ones shift the pages', async () => {
    await using server = await paging((request) => newestFirst(250 + request * 30))
    expect(await ids(createClient({ baseUrl: server.baseUrl }).audit.all())).toEqual(
      newestFirst(250).map(({ id }) => id),
    )
  })

  it('answers what was there at first, not what is appended meanwhile', async () => {
    const oldestFirst = (count: number) => newestFirst(count).reverse()
    await using server = await paging((request) => oldestFirst(150 + request * 100))
    expect(await ids(createClient({ baseUrl: server.baseUrl }).repos.all())).toEqual(
      oldestFirst(150).map(({ id }) => id),
    )
  })

  it('ends, with an error, when records arrive faster than they can be read', async () => {
    await using server = await paging((request) => newestFirst(150 + request * 100))
    await expect(ids(createClient({ baseUrl: server.baseUrl }).audit.all())).rejects.toMatchObject({
      code: 'UNEXPECTED_RESPONSE',
    })
  })

  it('ends at a short page when records were deleted meanwhile', async () => {
    await using server = await paging((request) => newestFirst(request === 0 ? 250 : 120))
    expect(await ids(createClient({ baseUrl: server.baseUrl }).repos.all())).toHaveLength(120)
  })

  it('ends with ABORTED', async () => {
    await using server = await paging(() => newestFirst(250))
    const controller = new AbortController()
    const walk = async () => {
      for await (const { id } of createClient({ baseUrl: server.baseUrl }).repos.all(controller)) {
        if (id === 151) controller.abort()
      }
    }
    await expect(walk()).rejects.toMatchObject({ code: 'ABORTED' })
    expect(server.received).toHaveLength(1)
  })
})
