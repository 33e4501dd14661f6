import assert from 'node:assert/strict'
import type { CallOptions, GitferryApi } from '../../contract/api/index.ts'
import { collect, mainToBackup } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules } from './subject.ts'

type Call = (
  api: GitferryApi,
  ids: { repo: number; task: number; plan: number; run: number; job: number },
  options: CallOptions,
) => Promise<unknown>

const calls: Record<string, Call> = {
  'repos.list': (api, _, options) => api.repos.list({}, options),
  'repos.all': (api, _, options) => collect(api.repos.all(options)),
  'repos.get': (api, { repo }, options) => api.repos.get(repo, options),
  'repos.register': (api, _, options) => api.repos.register({ path: '/' }, options),
  'repos.update': (api, { repo }, options) => api.repos.update(repo, { name: 'changed' }, options),
  'repos.delete': (api, { repo }, options) => api.repos.delete(repo, {}, options),
  'repos.clone': (api, _, options) => api.repos.clone({ url: '/' }, options),
  'repos.create': (api, _, options) => api.repos.create({ name: 'new' }, options),
  'jobs.list': (api, _, options) => api.jobs.list({}, options),
  'jobs.all': (api, _, options) => collect(api.jobs.all({}, options)),
  'jobs.get': (api, { job }, options) => api.jobs.get(job, options),
  'jobs.wait': (api, { job }, options) => api.jobs.wait(job, options),
  'jobs.cancel': (api, { job }, options) => api.jobs.cancel(job, options),
  'branches.list': (api, { repo }, options) => api.branches.list(repo, {}, options),
  'branches.all': (api, { repo }, options) => collect(api.branches.all(repo, {}, options)),
  'branches.create': (api, { repo }, options) => api.branches.create(repo, { name: 'x' }, options),
  'branches.checkout': (api, { repo }, options) => api.branches.checkout(repo, { branch: 'other' }, options),
  'branches.delete': (api, { repo }, options) => api.branches.delete(repo, 'other', {}, options),
  'repos.remotes.list': (api, { repo }, options) => api.repos.remotes.list(repo, {}, options),
  'repos.remotes.all': (api, { repo }, options) => collect(api.repos.remotes.all(repo, options)),
  'repos.remotes.add': (api, { repo }, options) =>
    api.repos.remotes.add(repo, { name: 'x', fetch_url: '/' }, options),
  'repos.remotes.update': (api, { repo }, options) =>
    api.repos.remotes.update(repo, 'origin', { fetch_url: '/' }, options),
  'repos.remotes.delete': (api, { repo }, options) => api.repos.remotes.delete(repo, 'origin', options),
  'repos.remotes.test': (api, { repo }, options) => api.repos.remotes.test(repo, 'origin', options),
  'tags.list': (api, { repo }, options) => api.tags.list(repo, {}, options),
  'tags.all': (api, { repo }, options) => collect(api.tags.all(repo, options)),
  'tags.get': (api, { repo }, options) => api.tags.get(repo, 'v1', options),
  'tags.create': (api, { repo }, options) => api.tags.create(repo, { name: 'x' }, options),
  'tags.delete': (api, { repo }, options) => api.tags.delete(repo, 'v1', options),
  'sync.tasks.list': (api, _, options) => api.sync.tasks.list({}, options),
  'sync.tasks.all': (api, _, options) => collect(api.sync.tasks.all(options)),
  'sync.tasks.get': (api, { task }, options) => api.sync.tasks.get(task, options),
  'sync.tasks.create': (api, { repo }, options) =>
    api.sync.tasks.create({ repo_id: repo, source_branch: 'develop', target_remote: 'backup' }, options),
  'sync.tasks.update': (api, { task }, options) => api.sync.tasks.update(task, { name: 'changed' }, options),
  'sync.tasks.delete': (api, { task }, options) => api.sync.tasks.delete(task, {}, options),
  'sync.tasks.run': (api, { task }, options) => api.sync.tasks.run(task, {}, options),
  'sync.tasks.run and wait': (api, { task }, options) => api.sync.tasks.run(task, { wait: true }, options),
  'sync.tasks.plan': (api, { task }, options) => api.sync.tasks.plan(task, options),
  'sync.tasks.pause': (api, { task }, options) => api.sync.tasks.pause(task, options),
  'sync.tasks.resume': (api, { task }, options) => api.sync.tasks.resume(task, options),
  'sync.plans.list': (api, _, options) => api.sync.plans.list({}, options),
  'sync.plans.all': (api, _, options) => collect(api.sync.plans.all({}, options)),
  'sync.plans.get': (api, { plan }, options) => api.sync.plans.get(plan, options),
  'sync.plans.apply': (api, { plan }, options) => api.sync.plans.apply(plan, {}, options),
  'sync.plans.apply and wait': (api, { plan }, options) =>
    api.sync.plans.apply(plan, { wait: true }, options),
  'sync.kept.list': (api, _, options) => api.sync.kept.list({}, options),
  'sync.kept.all': (api, _, options) => collect(api.sync.kept.all({}, options)),
  'sync.runs.list': (api, _, options) => api.sync.runs.list({}, options),
  'sync.runs.all': (api, _, options) => collect(api.sync.runs.all({}, options)),
  'sync.runs.get': (api, { run }, options) => api.sync.runs.get(run, options),
  'sync.runs.wait': (api, { run }, options) => api.sync.runs.wait(run, options),
  'sync.runs.log': (api, { run }, options) => api.sync.runs.log(run, options),
  'sync.runs.follow': (api, { run }, options) => collect(api.sync.runs.follow(run, options)),
  'sync.runs.cancel': (api, { run }, options) => api.sync.runs.cancel(run, options),
  'sync.runs.retry': (api, { run }, options) => api.sync.runs.retry(run, options),
  'sync.runs.restore': (api, { run }, options) => api.sync.runs.restore(run, {}, {}, options),
  'sync.runs.restore and wait': (api, { run }, options) =>
    api.sync.runs.restore(run, {}, { wait: true }, options),
  'keys.list': (api, _, options) => api.keys.list({}, options),
  'keys.all': (api, _, options) => collect(api.keys.all(options)),
  'keys.get': (api, _, options) => api.keys.get(1, options),
  'keys.create': (api, _, options) => api.keys.create({ name: 'x', private_key: 'x' }, options),
  'keys.generate': (api, _, options) => api.keys.generate({ name: 'x' }, options),
  'keys.update': (api, _, options) => api.keys.update(1, { name: 'x' }, options),
  'keys.delete': (api, _, options) => api.keys.delete(1, options),
  'keys.test': (api, _, options) => api.keys.test(1, { repo_url: 'git@host:a' }, options),
  'credentials.list': (api, _, options) => api.credentials.list({}, options),
  'credentials.all': (api, _, options) => collect(api.credentials.all(options)),
  'credentials.get': (api, _, options) => api.credentials.get(1, options),
  'credentials.create': (api, _, options) =>
    api.credentials.create({ name: 'x', type: 'token', origin: 'https://host.example', token: 'x' }, options),
  'credentials.delete': (api, _, options) => api.credentials.delete(1, options),
  'hostKeys.list': (api, _, options) => api.hostKeys.list({}, options),
  'hostKeys.all': (api, _, options) => collect(api.hostKeys.all(options)),
  'hostKeys.delete': (api, _, options) => api.hostKeys.delete(1, options),
  'users.list': (api, _, options) => api.users.list({}, options),
  'users.all': (api, _, options) => collect(api.users.all(options)),
  'users.create': (api, _, options) => api.users.create({ name: 'x' }, options),
  'users.delete': (api, _, options) => api.users.delete(1, options),
  'tokens.list': (api, _, options) => api.tokens.list({}, options),
  'tokens.all': (api, _, options) => collect(api.tokens.all(options)),
  'tokens.create': (api, _, options) => api.tokens.create({ name: 'x', scope: 'read' }, options),
  'tokens.delete': (api, _, options) => api.tokens.delete(1, options),
  'accessKeys.list': (api, _, options) => api.accessKeys.list({}, options),
  'accessKeys.all': (api, _, options) => collect(api.accessKeys.all(options)),
  'accessKeys.create': (api, _, options) => api.accessKeys.create({ name: 'x', scope: 'read' }, options),
  'accessKeys.delete': (api, _, options) => api.accessKeys.delete(1, options),
  'channels.list': (api, _, options) => api.notifications.channels.list({}, options),
  'channels.all': (api, _, options) => collect(api.notifications.channels.all(options)),
  'channels.get': (api, _, options) => api.notifications.channels.get(1, options),
  'channels.create': (api, _, options) =>
    api.notifications.channels.create({ type: 'memory', name: 'x', config: {} }, options),
  'channels.update': (api, _, options) => api.notifications.channels.update(1, { name: 'x' }, options),
  'channels.delete': (api, _, options) => api.notifications.channels.delete(1, options),
  'channels.test': (api, _, options) => api.notifications.channels.test(1, options),
  'deliveries.list': (api, _, options) => api.notifications.deliveries.list({}, options),
  'deliveries.all': (api, _, options) => collect(api.notifications.deliveries.all({}, options)),
  'deliveries.get': (api, _, options) => api.notifications.deliveries.get(1, options),
  'deliveries.retry': (api, _, options) => api.notifications.deliveries.retry(1, options),
  'notifications.preview': (api, _, options) => api.notifications.preview({}, options),
  'audit.get': (api, _, options) => api.audit.get(1, options),
  'audit.verify': (api, _, options) => api.audit.verify(options),
  'audit.export': (api, _, options) => collect(api.audit.export({}, options)),
  'audit.list': (api, _, options) => api.audit.list({}, options),
  'audit.all': (api, _, options) => collect(api.audit.all({}, options)),
  'system.health': (api, _, options) => api.system.health(options),
  'system.version': (api, _, options) => api.system.version(options),
}

export const abortRules: ApiRules = {
  'a call whose signal is aborted already is ABORTED and changes nothing': async (subject) => {
    const { api, sandbox } = subject
    const task = await mainToBackup(subject)
    const run = await api.sync.tasks.run(task.id, { wait: true })
    sandbox.commit(sandbox.originPath, 'main', 'later\n')
    const plan = await api.sync.tasks.plan(task.id)
    const job = await api.repos.clone({ url: sandbox.plainFolderPath })
    await api.jobs.wait(job.id)
    sandbox.git(sandbox.clonePath, 'branch', 'other')
    const state = async () => [
      // the size is measured beside the runs, whenever there is time
      (await api.repos.list()).items.map(({ size_bytes: _, ...repo }) => repo),
      await api.sync.tasks.list(),
      [await api.sync.plans.list(), await api.sync.runs.list(), await api.sync.kept.list()],
      await api.jobs.list(),
      // where in the chain an entry stands is told once it is sealed
      (await api.audit.list({ page_size: 100 })).items.map(({ id }) => id),
      [await api.keys.list(), await api.credentials.list(), await api.notifications.channels.list()],
      [await api.users.list(), await api.tokens.list(), await api.accessKeys.list()],
      sandbox.git(sandbox.clonePath, 'for-each-ref'),
      sandbox.git(sandbox.clonePath, 'symbolic-ref', 'HEAD'),
    ]
    const before = await state()
    const signal = AbortSignal.abort(new Error('enough'))
    for (const [name, call] of Object.entries(calls)) {
      const ids = { repo: task.repo_id, task: task.id, plan: plan.id, run: run.id, job: job.id }
      await refuses(call(api, ids, { signal }), 'ABORTED', { of: name })
    }
    assert.deepEqual(await state(), before)
  },

  'a run that is asked for and given up is whole or was never accepted': async (subject) => {
    const { api } = subject
    const { id } = await mainToBackup(subject)
    const controller = new AbortController()
    const call = api.sync.tasks.run(id, { wait: true }, controller)
    controller.abort()
    await refuses(call, 'ABORTED')
    const { items, total } = await api.sync.runs.list()
    assert.ok(total <= 1)
    for (const run of items) assert.equal((await api.sync.runs.wait(run.id)).status, 'success')
  },

  'a loop ends with the signal, at the latest with the page that it goes through': async ({ api }) => {
    const entries = 101
    for (let count = 0; count < entries; count++) await api.repos.update(999, {}).catch(() => undefined)
    assert.equal((await api.audit.list()).total, entries)
    const controller = new AbortController()
    let seen = 0
    const loop = async () => {
      for await (const _ of api.audit.all({}, controller)) {
        seen++
        controller.abort()
      }
    }
    await refuses(loop(), 'ABORTED')
    assert.ok(seen >= 1 && seen < entries)
  },
}
