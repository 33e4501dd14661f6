import assert from 'node:assert/strict'
import type { Page, PageQuery } from '../../contract/page.ts'
import { mirrorToBackup } from './mirror-rules.ts'
import { allSealed, collect, mainToBackup, registerClone } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules, ApiSubject } from './subject.ts'

interface Listed {
  readonly id: number
}

/** What is paged, filled with three records. */
interface List {
  fill(subject: ApiSubject): Promise<unknown>
  list(subject: ApiSubject, query?: PageQuery): Promise<Page<Listed>>
  all(subject: ApiSubject): AsyncIterable<Listed>
  readonly alwaysPaged: boolean
  readonly newestFirst: boolean
}

const lists: Record<string, List> = {
  repos: {
    fill: async ({ api, sandbox }) => {
      for (const path of [sandbox.originPath, sandbox.secondBarePath, sandbox.clonePath]) {
        await api.repos.register({ path })
      }
    },
    list: ({ api }, query) => api.repos.list(query),
    all: ({ api }) => api.repos.all(),
    alwaysPaged: false,
    newestFirst: false,
  },
  tasks: {
    fill: async (subject) => {
      const { repo_id } = await mainToBackup(subject)
      for (const source_branch of ['develop', 'feature/login']) {
        await subject.api.sync.tasks.create({ repo_id, source_branch, target_remote: 'backup' })
      }
    },
    list: ({ api }, query) => api.sync.tasks.list(query),
    all: ({ api }) => api.sync.tasks.all(),
    alwaysPaged: false,
    newestFirst: false,
  },
  runs: {
    fill: async (subject) => {
      const { id } = await mainToBackup(subject)
      for (let count = 0; count < 3; count++) await subject.api.sync.tasks.run(id, { wait: true })
    },
    list: ({ api }, query) => api.sync.runs.list(query),
    all: ({ api }) => api.sync.runs.all(),
    alwaysPaged: true,
    newestFirst: true,
  },
  plans: {
    fill: async (subject) => {
      const { id } = await mainToBackup(subject)
      for (let count = 0; count < 3; count++) await subject.api.sync.tasks.plan(id)
    },
    list: ({ api }, query) => api.sync.plans.list(query),
    all: ({ api }) => api.sync.plans.all(),
    alwaysPaged: true,
    newestFirst: true,
  },
  'kept refs': {
    fill: async (subject) => {
      const { api, sandbox } = subject
      // the backup has three branches of its own, which one run deletes
      for (const name of ['a', 'b', 'c']) sandbox.commit(sandbox.bareBackupPath, name, 'only in backup\n')
      const fields = { refs: ['refs/heads/*'], prune: true, max_delete_percent: 100 }
      const { id } = await mirrorToBackup(subject, fields)
      await api.sync.tasks.run(id, { wait: true })
    },
    list: ({ api }, query) => api.sync.kept.list(query),
    all: ({ api }) => api.sync.kept.all(),
    alwaysPaged: true,
    newestFirst: true,
  },
  jobs: {
    fill: async ({ api, sandbox }) => {
      // what is no repository is soon found out
      for (const name of ['a', 'b', 'c']) {
        const { id } = await api.repos.clone({ url: sandbox.plainFolderPath, name })
        await api.jobs.wait(id)
      }
    },
    list: ({ api }, query) => api.jobs.list(query),
    all: ({ api }) => api.jobs.all(),
    alwaysPaged: true,
    newestFirst: true,
  },
  keys: {
    fill: async ({ api }) => {
      for (const name of ['a', 'b', 'c']) await api.keys.generate({ name })
    },
    list: ({ api }, query) => api.keys.list(query),
    all: ({ api }) => api.keys.all(),
    alwaysPaged: false,
    newestFirst: false,
  },
  credentials: {
    fill: async ({ api }) => {
      const fields = { type: 'token', origin: 'https://host.example', token: 'x' } as const
      for (const name of ['a', 'b', 'c']) await api.credentials.create({ ...fields, name })
    },
    list: ({ api }, query) => api.credentials.list(query),
    all: ({ api }) => api.credentials.all(),
    alwaysPaged: true,
    newestFirst: false,
  },
  users: {
    fill: async ({ api }) => {
      for (const name of ['a', 'b', 'c']) await api.users.create({ name })
    },
    list: ({ api }, query) => api.users.list(query),
    all: ({ api }) => api.users.all(),
    alwaysPaged: true,
    newestFirst: false,
  },
  tokens: {
    fill: async ({ api }) => {
      for (const name of ['a', 'b', 'c']) await api.tokens.create({ name, scope: 'read' })
    },
    list: ({ api }, query) => api.tokens.list(query),
    all: ({ api }) => api.tokens.all(),
    alwaysPaged: true,
    newestFirst: false,
  },
  'access keys': {
    fill: async ({ api }) => {
      for (const name of ['a', 'b', 'c']) await api.accessKeys.create({ name, scope: 'read' })
    },
    list: ({ api }, query) => api.accessKeys.list(query),
    all: ({ api }) => api.accessKeys.all(),
    alwaysPaged: true,
    newestFirst: false,
  },
  projects: {
    fill: async ({ api }) => {
      for (const name of ['a', 'b', 'c']) await api.projects.create({ name })
    },
    list: ({ api }, query) => api.projects.list(query),
    all: ({ api }) => api.projects.all(),
    alwaysPaged: true,
    newestFirst: false,
  },
  channels: {
    fill: async ({ api }) => {
      const fields = { type: 'memory', config: { webhook: 'https://host.example/' } }
      for (const name of ['a', 'b', 'c']) await api.notifications.channels.create({ ...fields, name })
    },
    list: ({ api }, query) => api.notifications.channels.list(query),
    all: ({ api }) => api.notifications.channels.all(),
    alwaysPaged: false,
    newestFirst: false,
  },
  'audit entries': {
    fill: async (subject) => {
      const { id } = await registerClone(subject)
      for (const name of ['a', 'b']) await subject.api.repos.update(id, { name })
      await allSealed(subject.api)
    },
    list: ({ api }, query) => api.audit.list(query),
    all: ({ api }) => api.audit.all(),
    alwaysPaged: true,
    newestFirst: true,
  },
}

const idsOf = (records: readonly Listed[]) => records.map(({ id }) => id)

const rulesOf = (noun: string, { fill, list, all, alwaysPaged, newestFirst }: List): ApiRules => ({
  [`${noun}: an empty list is a page without items`]: async (subject) => {
    const page_size = alwaysPaged ? 20 : 1
    assert.deepEqual(await list(subject), { items: [], total: 0, page: 1, page_size })
    assert.deepEqual(await list(subject, { page: 2, page_size: 5 }), {
      items: [],
      total: 0,
      page: 2,
      page_size: 5,
    })
    assert.deepEqual(await collect(all(subject)), [])
  },

  [`${noun}: pages hold everything once, in one order, with defaults 1 and 20`]: async (subject) => {
    await fill(subject)
    const everything = await list(subject)
    const { items } = everything
    assert.equal(items.length, 3)
    assert.deepEqual(everything, { items, total: 3, page: 1, page_size: alwaysPaged ? 20 : 3 })
    const ascending = idsOf(items).sort((a, b) => a - b)
    assert.deepEqual(idsOf(items), newestFirst ? ascending.reverse() : ascending)
    assert.deepEqual(await list(subject, { page: 1 }), { items, total: 3, page: 1, page_size: 20 })
    assert.deepEqual(await list(subject, { page_size: 2 }), {
      items: items.slice(0, 2),
      total: 3,
      page: 1,
      page_size: 2,
    })
    assert.deepEqual(await list(subject, { page: 2, page_size: 2 }), {
      items: items.slice(2),
      total: 3,
      page: 2,
      page_size: 2,
    })
    assert.deepEqual(await list(subject, { page: 9, page_size: 100 }), {
      items: [],
      total: 3,
      page: 9,
      page_size: 100,
    })
    assert.deepEqual(await collect(all(subject)), items)
  },

  [`${noun}: a page that cannot be is refused`]: async (subject) => {
    const table: [string, unknown][] = [
      ...[0, -1, 1.5, 'two', 2 ** 53, ''].map((page): [string, unknown] => ['page', { page }]),
      ...[0, -1, 1.5, 101, 'all', 1e9].map((page_size): [string, unknown] => ['page_size', { page_size }]),
    ]
    for (const [field, query] of table) {
      await refuses(list(subject, query as PageQuery), 'INVALID_INPUT', { field, of: query })
    }
  },

  [`${noun}: a loop may stop early`]: async (subject) => {
    await fill(subject)
    let count = 0
    for await (const { id } of all(subject)) {
      assert.ok(id > 0)
      count++
      break
    }
    assert.equal(count, 1)
  },
})

export const listRules: ApiRules = Object.assign(
  {},
  ...Object.entries(lists).map(([noun, list]) => rulesOf(noun, list)),
)
