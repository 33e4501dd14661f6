import assert from 'node:assert/strict'
import type { Page, Repo } from '@gitferry/core/contract'
import { rule } from './rule.ts'
import { data, refused } from './world.ts'

const nouns = [
  ['/repos', 'repos'],
  ['/repos/1/branches', 'branches'],
  ['/sync/tasks', 'tasks'],
  ['/ssh-keys', 'keys'],
  ['/notification/channels', 'channels'],
] as const

const pagedOnly = [
  '/audit/logs',
  '/sync/runs',
  '/sync/tasks/1/runs',
  '/repos/1/remotes',
  '/repos/1/tags',
  '/credentials',
  '/notification/deliveries',
  '/host-keys',
  '/users',
  '/tokens',
  '/access-keys',
]

const everyList = [...nouns.map(([path]) => path), ...pagedOnly]

export const listRules = [
  ...nouns.map(([path, noun]) =>
    rule(`without page or page_size ${path} answers { ${noun}, total }`, async (world) => {
      await world.register()
      const list = data<Record<string, unknown>>(await world.get(path))
      assert.deepEqual(Object.keys(list).sort(), [noun, 'total'].sort())
      assert.ok(Array.isArray(list[noun]))
      assert.equal((list[noun] as unknown[]).length, list.total)
    }),
  ),
  rule('with either parameter a list answers { items, total, page, page_size }', async (world) => {
    await world.register()
    await world.registerCopy('second-clone')
    for (const [query, page, pageSize] of [
      ['page=1', 1, 20],
      ['page_size=1', 1, 1],
      ['page=2&page_size=1', 2, 1],
    ] as const) {
      const list = data<Page<Repo>>(await world.get(`/repos?${query}`))
      assert.deepEqual(Object.keys(list).sort(), ['items', 'page', 'page_size', 'total'])
      assert.deepEqual([list.page, list.page_size, list.total], [page, pageSize, 2])
      assert.equal(list.items.length, Math.min(pageSize, 2))
    }
    const second = data<Page<Repo>>(await world.get('/repos?page=2&page_size=1'))
    assert.equal(second.items[0]?.name, 'second-clone')
  }),
  rule('a page_size of 100 is taken, 0, -1, 101, 1e9 and x are 400', async (world) => {
    assert.equal(data<Page<Repo>>(await world.get('/repos?page_size=100')).page_size, 100)
    for (const size of ['0', '-1', '101', '1e9', '1000000000', 'x', '', '1.5']) {
      refused(await world.get(`/repos?page_size=${size}`), 400, { field: 'page_size' })
    }
  }),
  rule('every list takes a page_size from 1 to 100', async (world) => {
    await world.register()
    await world.task()
    for (const path of everyList) {
      for (const size of [1, 100]) {
        assert.equal(data<Page<unknown>>(await world.get(`${path}?page_size=${size}`)).page_size, size)
      }
      for (const size of [0, 101]) {
        refused(await world.get(`${path}?page_size=${size}`), 400, { field: 'page_size' })
      }
    }
  }),
  rule('every list is paged when a page is asked for', async (world) => {
    await world.register()
    await world.task()
    for (const path of everyList) {
      for (const query of ['page=1', 'page_size=20']) {
        const list = data<Page<unknown>>(await world.get(`${path}?${query}`))
        assert.deepEqual(Object.keys(list).sort(), ['items', 'page', 'page_size', 'total'])
        assert.deepEqual([list.page, list.page_size], [1, 20])
      }
    }
  }),
  rule('a page of 0, -1, 1e9 or x is 400; one past the end is empty', async (world) => {
    for (const page of ['0', '-1', '1e9', 'x', '', '1.5']) {
      refused(await world.get(`/sync/tasks?page=${page}`), 400, { field: 'page' })
    }
    assert.deepEqual(data<Page<Repo>>(await world.get('/repos?page=7')).items, [])
  }),
  ...pagedOnly.map((path) =>
    rule(`${path} is always paged, 20 to a page`, async (world) => {
      await world.register()
      await world.task()
      const list = data<Page<unknown>>(await world.get(path))
      assert.deepEqual([list.page, list.page_size], [1, 20])
      assert.ok(Array.isArray(list.items))
    }),
  ),
  rule('runs and audit logs are newest first', async (world) => {
    await world.register()
    const task = await world.task()
    await world.run(task.id)
    await world.run(task.id)
    for (const path of ['/sync/runs', `/sync/tasks/${task.id}/runs`, '/audit/logs']) {
      const ids = data<Page<{ id: number }>>(await world.get(path)).items.map(({ id }) => id)
      assert.ok(ids.length >= 2)
      assert.deepEqual(
        ids,
        ids.toSorted((a, b) => b - a),
      )
    }
  }),
  rule('an empty list is [], never null', async (world) => {
    assert.deepEqual(data(await world.get('/repos')), { repos: [], total: 0 })
    assert.deepEqual(data<Page<unknown>>(await world.get('/sync/runs')).items, [])
  }),
  rule('every list of nothing is []', async (world) => {
    data(await world.post('/repos', { path: world.sandbox.bareBackupPath }))
    await world.storage.collection('audit_log').deleteWhere({})
    for (const [path, noun] of nouns) {
      if (path === '/repos') continue
      assert.deepEqual(data(await world.get(path)), { [noun]: [], total: 0 })
    }
    for (const path of everyList.filter((path) => path !== '/repos' && path !== '/sync/tasks/1/runs')) {
      const { items, total } = data<Page<unknown>>(await world.get(`${path}?page=1`))
      assert.deepEqual({ items, total }, { items: [], total: 0 })
    }
  }),
]
