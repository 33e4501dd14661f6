/** What a caller who is restricted to one of two repositories can reach in process. */
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, type Gitferry, GitferryError, type GitferryEvent, type Job } from '@gitferry/core'
import { eventNames } from '@gitferry/core/contract'
import type { StorageAdapter, TableName } from '@gitferry/core/ports'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MethodRight, methodRights } from '../packages/core/src/rights/method-rights.ts'
import { endpointRights } from '../packages/core/src/wire/index.ts'

let sandbox: ApiSandbox
let storage: StorageAdapter
let gitferry: Gitferry
/** The caller: of the first repository alone. */
let caller: Gitferry
let one: Place
let two: Place

interface Place {
  readonly id: number
  readonly path: string
}

/** What a task has left behind. */
interface Traces {
  readonly task: number
  readonly runs: readonly number[]
  readonly plan: number
}

/** Within the first repository, within the second, and from each to the other. */
let own: Traces
let other: Traces
let there: Traces
let back: Traces
let jobs: { readonly own: number; readonly other: number; readonly nobodys: number }

beforeAll(async () => {
  sandbox = createApiSandbox()
  storage = memoryStorage()
  gitferry = createGitferry({
    storage,
    dataDir: sandbox.dataDir,
    repoRoots: [sandbox.root],
    secrets: aesGcmSecrets({ key: new Uint8Array(32).fill(7) }),
    forkServer: false,
  })
  await gitferry.start()
  one = await place('one')
  two = await place('two')
  own = await traces(one, one, 'copy')
  other = await traces(two, two, 'copy')
  there = await traces(one, two, 'from-one')
  back = await traces(two, one, 'from-two')
  jobs = { own: await job(one.id), other: await job(two.id), nobodys: await job(null) }
  caller = gitferry.as({ user: 'of one', scope: 'write', repoIds: [one.id] })
})
afterAll(async () => {
  await gitferry.stop()
  sandbox.remove()
})

async function place(name: string): Promise<Place> {
  const { id, path } = await gitferry.repos.create({ name })
  sandbox.commit(path, 'main', 'first\n')
  sandbox.git(path, 'tag', 'v1', 'main')
  return { id, path }
}

/** A task that has run, has overwritten a branch, and has a plan. */
async function traces(source: Place, target: Place, target_branch: string): Promise<Traces> {
  const { id: task } = await gitferry.sync.tasks.create({
    ...{ repo_id: source.id, source_remote: 'local', source_branch: 'main' },
    ...{ target_repo_id: target.id, target_remote: 'local', target_branch, on_diverge: 'overwrite' },
  })
  const run = async () => (await gitferry.sync.tasks.run(task, { wait: true })).id
  const first = await run()
  sandbox.commit(target.path, target_branch, 'theirs\n')
  sandbox.commit(source.path, 'main', `for ${target_branch}\n`)
  const second = await run()
  sandbox.commit(source.path, 'main', `after ${target_branch}\n`)
  return { task, runs: [first, second], plan: (await gitferry.sync.tasks.plan(task)).id }
}

async function job(repo_id: number | null): Promise<number> {
  const at = new Date().toISOString()
  const { id } = await storage.collection('jobs').insert({
    ...{ kind: 'clone', status: 'success', name: 'made', url: 'https://git.example/made.git', repo_id },
    ...{ input: {}, operator: 'system', attempt: 1, stage: null, percent: null, error_code: null },
    ...{ error_message: null, queued_at: at, started_at: at, finished_at: at, duration_ms: 0 },
  })
  return id
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

const idsOf = (items: readonly { readonly id: number }[]) => items.map(({ id }) => id).sort((a, b) => a - b)

const nobodysId = 987_654

type Ask = (api: Gitferry, id: number) => Promise<unknown>

/** By what each method is asked of: what is refused of another repository's reads as if it were not there. */
const asks: Readonly<Record<'repo' | 'task' | 'run' | 'plan' | 'job', Readonly<Record<string, Ask>>>> = {
  repo: {
    'repos.get': (api, id) => api.repos.get(id),
    'repos.remotes.list': (api, id) => api.repos.remotes.list(id),
    'repos.remotes.all': (api, id) => collect(api.repos.remotes.all(id)),
    'repos.remotes.test': (api, id) => api.repos.remotes.test(id, 'origin'),
    'branches.list': (api, id) => api.branches.list(id),
    'branches.all': (api, id) => collect(api.branches.all(id)),
    'branches.create': (api, id) => api.branches.create(id, { name: 'new', base_branch: 'main' }),
    'branches.checkout': (api, id) => api.branches.checkout(id, { branch: 'copy' }),
    'branches.delete': (api, id) => api.branches.delete(id, 'copy', { force: true }),
    'tags.list': (api, id) => api.tags.list(id),
    'tags.all': (api, id) => collect(api.tags.all(id)),
    'tags.get': (api, id) => api.tags.get(id, 'v1'),
    'tags.create': (api, id) => api.tags.create(id, { name: 'v2' }),
    'tags.delete': (api, id) => api.tags.delete(id, 'v1'),
    'content.commits': (api, id) => api.content.commits(id),
    'content.tree': (api, id) => api.content.tree(id),
    'content.blob': (api, id) => api.content.blob(id, { path: 'readme' }),
    'content.compare': (api, id) => api.content.compare(id, { base: 'main', head: 'v1' }),
    'content.createCommit': (api, id) =>
      api.content.createCommit(id, {
        ...{ branch: 'main', message: 'mine' },
        actions: [{ action: 'create', path: 'new', content: 'mine' }],
      }),
    'content.archive': (api, id) => api.content.archive(id),
    'stats.get': (api, id) => api.stats.get(id),
    'members.list': (api, id) => api.members.list(id),
    'members.all': (api, id) => collect(api.members.all(id)),
    'members.set': (api, id) => api.members.set(id, 1, { role: 40 }),
    'members.delete': (api, id) => api.members.delete(id, 1),
    'deployKeys.list': (api, id) => api.deployKeys.list(id),
    'deployKeys.all': (api, id) => collect(api.deployKeys.all(id)),
    'deployKeys.add': (api, id) => api.deployKeys.add(id, { title: 'mine', key: 'x' }),
    'deployKeys.delete': (api, id) => api.deployKeys.delete(id, 1),
    'protection.list': (api, id) => api.protection.list(id),
    'protection.all': (api, id) => collect(api.protection.all(id)),
    'protection.set': (api, id) => api.protection.set(id, { kind: 'tag', name: 'v*' }),
    'protection.delete': (api, id) => api.protection.delete(id, 1),
    'publicKeys.verify': (api, id) => api.publicKeys.verify(id, { private_key: 'x' }),
    'sync.tasks.create': (api, target_repo_id) =>
      api.sync.tasks.create({
        ...{ repo_id: one.id, source_remote: 'local', source_branch: 'main' },
        ...{ target_repo_id, target_remote: 'local', target_branch: 'new' },
      }),
    'sync.tasks.create, source': (api, repo_id) =>
      api.sync.tasks.create({
        ...{ repo_id, source_remote: 'local', source_branch: 'main' },
        ...{ target_repo_id: one.id, target_remote: 'local', target_branch: 'new' },
      }),
    'sync.tasks.update, target': (api, target_repo_id) => api.sync.tasks.update(own.task, { target_repo_id }),
  },
  task: {
    'sync.tasks.get': (api, id) => api.sync.tasks.get(id),
    'sync.tasks.update': (api, id) => api.sync.tasks.update(id, { name: 'mine' }),
    'sync.tasks.delete': (api, id) => api.sync.tasks.delete(id, { cancel: true }),
    'sync.tasks.run': (api, id) => api.sync.tasks.run(id, { wait: true }),
    'sync.tasks.plan': (api, id) => api.sync.tasks.plan(id),
    'sync.tasks.pause': (api, id) => api.sync.tasks.pause(id),
    'sync.tasks.resume': (api, id) => api.sync.tasks.resume(id),
  },
  run: {
    'sync.runs.get': (api, id) => api.sync.runs.get(id),
    'sync.runs.wait': (api, id) => api.sync.runs.wait(id),
    'sync.runs.log': (api, id) => api.sync.runs.log(id),
    'sync.runs.follow': (api, id) => collect(api.sync.runs.follow(id)),
    'sync.runs.cancel': (api, id) => api.sync.runs.cancel(id),
    'sync.runs.retry': (api, id) => api.sync.runs.retry(id),
    'sync.runs.restore': (api, id) => api.sync.runs.restore(id, { overwrite: true }, { wait: true }),
  },
  plan: {
    'sync.plans.get': (api, id) => api.sync.plans.get(id),
    'sync.plans.apply': (api, id) => api.sync.plans.apply(id, { wait: true }),
  },
  job: {
    'jobs.get': (api, id) => api.jobs.get(id),
    'jobs.wait': (api, id) => api.jobs.wait(id),
    'jobs.cancel': (api, id) => api.jobs.cancel(id),
  },
}

/** What each list of the caller must hold, and nothing else. */
const lists: Readonly<Record<string, () => readonly [() => Promise<{ id: number }[]>, readonly number[]]>> = {
  'repos.list': () => [async () => (await caller.repos.list()).items, [one.id]],
  'repos.all': () => [() => collect(caller.repos.all()), [one.id]],
  'jobs.list': () => [async () => (await caller.jobs.list()).items as Job[], [jobs.own]],
  'jobs.all': () => [() => collect(caller.jobs.all()), [jobs.own]],
  'sync.tasks.list': () => [async () => (await caller.sync.tasks.list()).items, [own.task]],
  'sync.tasks.all': () => [() => collect(caller.sync.tasks.all()), [own.task]],
  'sync.plans.list': () => [async () => (await caller.sync.plans.list()).items, [own.plan]],
  'sync.plans.all': () => [() => collect(caller.sync.plans.all()), [own.plan]],
  'sync.runs.list': () => [async () => (await caller.sync.runs.list()).items, own.runs],
  'sync.runs.all': () => [() => collect(caller.sync.runs.all()), own.runs],
}

async function failure(asked: Promise<unknown>): Promise<GitferryError> {
  const thrown: unknown = await asked.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (thrown instanceof GitferryError) return thrown
  throw new Error('it was answered', { cause: thrown })
}

const looked: readonly TableName[] = [
  ...(['repos', 'remotes', 'tasks', 'runs', 'plans', 'kept_refs', 'jobs'] as const),
  ...(['members', 'public_keys', 'protected_refs'] as const),
]

/** Every record, and every ref of the second repository. */
async function everything() {
  const rows = await Promise.all(looked.map((table) => storage.collection(table).find()))
  return { rows, refs: sandbox.git(two.path, 'for-each-ref') }
}

describe('a caller who is restricted to one of two repositories', () => {
  it.each(Object.keys(lists))('finds its own by %s, and nothing else', async (name) => {
    const [list, expected] = lists[name]!()
    expect(idsOf(await list())).toEqual([...expected])
  })

  it('is told totals of its own, whatever it filters by', async () => {
    const { kept, runs } = caller.sync
    expect(await runs.list({ page_size: 1 })).toMatchObject({ total: 2 })
    expect(await runs.list({ repo_id: one.id })).toMatchObject({ total: 2 })
    expect(await runs.list({ repo_id: two.id })).toMatchObject({ total: 0, items: [] })
    for (const { task } of [other, there, back]) {
      expect(await runs.list({ task_id: task })).toMatchObject({ total: 0, items: [] })
      expect(await caller.sync.plans.list({ task_id: task })).toMatchObject({ total: 0 })
      expect(await kept.list({ task_id: task })).toMatchObject({ total: 0 })
    }
    expect((await gitferry.sync.kept.list()).total).toBe(4)
    const [mine, ...more] = (await kept.list()).items
    expect(mine).toMatchObject({ run_id: own.runs[1], repo_id: one.id, target_repo_id: one.id })
    expect(more).toEqual([])
    expect(await collect(kept.all())).toEqual([mine])
  })

  const foreign = {
    repo: () => [two.id],
    task: () => [other.task, there.task, back.task],
    run: () => [other, there, back].flatMap(({ runs }) => runs),
    plan: () => [other.plan, there.plan, back.plan],
    job: () => [jobs.other, jobs.nobodys],
  }

  it.each(Object.keys(asks) as (keyof typeof asks)[])(
    'is answered of the %s of another as if there were none, and changes nothing there',
    async (kind) => {
      const before = await everything()
      for (const [name, ask] of Object.entries(asks[kind])) {
        const unknown = await failure(ask(caller, nobodysId))
        expect(unknown.code, name).toBe(`${kind.toUpperCase()}_NOT_FOUND`)
        for (const id of foreign[kind]()) {
          const { code, details, message } = await failure(ask(caller, id))
          const asUnknown = JSON.stringify({ code, details, message }).replaceAll(`${id}`, `${nobodysId}`)
          const { code: c, details: d, message: m } = unknown
          expect(asUnknown, `${name} ${id}`).toBe(JSON.stringify({ code: c, details: d, message: m }))
        }
      }
      expect(await everything()).toEqual(before)
    },
  )

  it('was asked of every method that such a caller may call', () => {
    const asked = [...Object.values(asks).flatMap(Object.keys), ...Object.keys(lists)]
    const elsewhere = ['sync.kept.list', 'sync.kept.all', 'on', 'events', 'eventsOf']
    const within = (methods: object, path: string[]): string[] =>
      Object.entries(methods).flatMap(([name, found]: [string, MethodRight]) => {
        if (!('refusing' in found)) return within(found, [...path, name])
        return endpointRights[found.endpoint].within ? [[...path, name].join('.')] : []
      })
    const all = within(methodRights, []).filter((name) => !name.startsWith('system.'))
    expect(all.filter((name) => !asked.includes(name) && !elsewhere.includes(name))).toEqual([])
  })

  it('reads what is its own, waits for it and follows it', async () => {
    const [run] = own.runs as [number]
    expect(await caller.repos.get(one.id)).toMatchObject({ id: one.id })
    expect(await caller.sync.runs.wait(run)).toMatchObject({ id: run, refs: [{ outcome: 'updated' }] })
    expect(await caller.sync.runs.log(run)).toContain('refs/heads/copy')
    expect((await collect(caller.sync.runs.follow(run))).at(-1)).toEqual({ type: 'end', status: 'success' })
    expect(await caller.jobs.wait(jobs.own)).toMatchObject({ id: jobs.own })
    expect(await failure(caller.jobs.cancel(jobs.own))).toMatchObject({ code: 'JOB_FINISHED' })
  })

  it('is told of its own repository, and of nothing else that happens', async () => {
    const left = new AbortController()
    const told: GitferryEvent[] = []
    for (const name of eventNames) caller.on(name, (data) => told.push({ name, data } as GitferryEvent))
    const all: GitferryEvent[] = []
    for (const name of eventNames) gitferry.on(name, (data) => all.push({ name, data } as GitferryEvent))
    const streamed = collect(caller.eventsOf(undefined, { signal: left.signal }))
    const stream = caller.events('run.finished', { signal: left.signal })
    await live(two, two)
    await live(one, two)
    await live(two, one)
    await gitferry.credentials.create({
      ...{ name: 'shared', type: 'password', username: 'ana', password: 'pass' },
      origin: 'https://git.example',
    })
    const before = all.length
    expect(told).toEqual([])
    await live(one, one)
    const ownEvents = all.slice(before)
    const names = new Set(ownEvents.map(({ name }) => name))
    expect([...names].sort()).toEqual(lived)
    expect(all.slice(0, before).map(({ name }) => name)).toEqual(expect.arrayContaining(lived))
    expect(told).toEqual(ownEvents)
    expect((await stream.next()).value).toMatchObject({ run: { repo_id: one.id, target_repo_id: one.id } })
    // what a stream holds is read before it ends
    const reading = await Promise.race([streamed, Promise.resolve('still open')])
    expect(reading).toBe('still open')
    left.abort()
    expect(await streamed).toEqual(ownEvents)
  })
})

const lived = [
  ...['branch.created', 'branch.deleted', 'plan.created', 'repo.updated', 'run.finished', 'run.log'],
  ...['run.planned', 'run.progress', 'run.queued', 'run.ref', 'run.started', 'tag.created', 'tag.deleted'],
  ...['task.created', 'task.deleted', 'task.paused', 'task.updated'],
]

/** Whatever happens to a repository and a task, once. */
async function live(source: Place, target: Place): Promise<void> {
  const { branches, repos, sync, tags } = gitferry
  if (source.id === target.id) {
    await repos.update(source.id, { ssh_key_id: null })
    await branches.create(source.id, { name: 'lived', base_branch: 'main' })
    await branches.delete(source.id, 'lived', { force: true })
    await tags.create(source.id, { name: 'lived' })
    await tags.delete(source.id, 'lived')
  }
  const { id } = await sync.tasks.create({
    ...{ repo_id: source.id, source_remote: 'local', source_branch: 'main' },
    ...{ target_repo_id: target.id, target_remote: 'local', target_branch: `lived-${source.id}` },
  })
  await sync.tasks.plan(id)
  await sync.tasks.run(id, { wait: true })
  await sync.tasks.pause(id)
  await sync.tasks.resume(id)
  await sync.tasks.delete(id)
}
