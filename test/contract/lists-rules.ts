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
]

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
    for (const path of ['/sync/runs', '/audit/logs']) {
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
]

const addresses = [
  ['GET', '/repos/{id}', 'REPO_NOT_FOUND'],
  ['GET', '/repos/{id}/branches', 'REPO_NOT_FOUND'],
  ['GET', '/repos/{id}/tags', 'REPO_NOT_FOUND'],
  ['GET', '/repos/{id}/remotes', 'REPO_NOT_FOUND'],
  ['GET', '/sync/tasks/{id}', 'TASK_NOT_FOUND'],
  ['POST', '/sync/tasks/{id}/run', 'TASK_NOT_FOUND'],
  ['GET', '/sync/runs/{id}', 'RUN_NOT_FOUND'],
  ['GET', '/ssh-keys/{id}', 'SSH_KEY_NOT_FOUND'],
  ['GET', '/credentials/{id}', 'CREDENTIAL_NOT_FOUND'],
  ['GET', '/notification/channels/{id}', 'CHANNEL_NOT_FOUND'],
  ['GET', '/notification/deliveries/{id}', 'DELIVERY_NOT_FOUND'],
  ['GET', '/audit/logs/{id}', 'AUDIT_ENTRY_NOT_FOUND'],
] as const

export const idRules = addresses.flatMap(([method, path, code]) => [
  rule(`${method} ${path}: an id that is no positive integer is 400`, async (world) => {
    for (const id of ['0', '-1', '1.5', 'x', '9007199254740993', '1e3', '0x1']) {
      refused(await world.ask(method, path.replace('{id}', id)), 400)
    }
  }),
  rule(`${method} ${path}: an unknown id is 404`, async (world) => {
    refused(await world.ask(method, path.replace('{id}', '4711')), 404, { code })
  }),
])
