import { type Endpoint, endpoints } from '@gitferry/core/wire'
import { describe, expect, it } from 'vitest'
import { serveApp } from './served-app.ts'

describe('a documented list', () => {
  it.each([
    ['/api/v1/repos', { repos: [{ id: 1 }, { id: 2 }], total: 2 }],
    ['/api/v1/repos/1/branches', { branches: [], total: 0 }],
    ['/api/v1/repos/1/branches?type=all', { branches: [], total: 0 }],
    ['/api/v1/sync/tasks', { tasks: [{ id: 5 }], total: 1 }],
    ['/api/v1/ssh-keys', { keys: [{ id: 3 }], total: 1 }],
    ['/api/v1/notification/channels', { channels: [{ id: 4 }], total: 1 }],
  ])('answers everything under its noun: %s', async (path, data) => {
    const app = await serveApp()
    expect((await app.send(`GET ${path}`)).json.data).toEqual(data)
  })

  it.each(['page=1', 'page_size=20', 'page=1&page_size=20'])(
    'answers a page when asked by %s',
    async (query) => {
      const app = await serveApp()
      const { json } = await app.send(`GET /api/v1/repos?${query}`)
      expect(json.data).toEqual({ items: [{ id: 1 }, { id: 2 }], total: 2, page: 1, page_size: 20 })
    },
  )

  it.each(['page=0', 'page=-1', 'page=x', 'page=', 'page=1.5', 'page=1e1', 'page=1&page=2', 'page_size=101'])(
    'refuses %s and names the field',
    async (query) => {
      const app = await serveApp()
      const { status, json } = await app.send(`GET /api/v1/repos?${query}`)
      expect(status).toBe(400)
      expect(json.error.details.field).toBe(query.split('=')[0])
    },
  )
})

const alwaysPaged = Object.values<Endpoint>(endpoints).filter(({ list }) => list === null)

describe('any other list', () => {
  it.each(alwaysPaged)('is always paged: $path', async ({ path }) => {
    const app = await serveApp()
    expect((await app.send(`GET ${path.replace('{id}', '1')}`)).json.data).toEqual({
      items: [],
      total: 0,
      page: 1,
      page_size: 20,
    })
  })
})
