import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GitferryApi, SyncTask } from '@gitferry/core/contract'
import { isGitferryError } from '@gitferry/core/errors'
import { type ApiRules, type ApiSubject, apiRules } from '@gitferry/core/testing'
import { describe, expect, it } from 'vitest'
import { inProcess } from './in-process.ts'

interface Breaks {
  readonly repos?: Partial<GitferryApi['repos']>
  readonly branches?: Partial<GitferryApi['branches']>
  readonly tasks?: Partial<GitferryApi['sync']['tasks']>
  readonly runs?: Partial<GitferryApi['sync']['runs']>
  readonly audit?: Partial<GitferryApi['audit']>
  readonly system?: Partial<GitferryApi['system']>
}

/** `service` with some of its methods replaced. */
function replace<Service extends object>(service: Service, methods: Partial<Service> = {}): Service {
  return new Proxy(service, {
    get: (target, name) => {
      const method: unknown = Reflect.get(Object.hasOwn(methods, name) ? methods : target, name)
      return typeof method === 'function' ? method.bind(target) : method
    },
  })
}

const broken = (api: GitferryApi, breaks: Breaks): GitferryApi => ({
  repos: replace(api.repos, breaks.repos),
  branches: replace(api.branches, breaks.branches),
  sync: { tasks: replace(api.sync.tasks, breaks.tasks), runs: replace(api.sync.runs, breaks.runs) },
  audit: replace(api.audit, breaks.audit),
  system: replace(api.system, breaks.system),
})

type About = keyof typeof apiRules

/** What is broken → the rule that must notice, and how it is broken. */
const table: Record<string, [About, string, (subject: ApiSubject) => Breaks]> = {
  'a record with a field of the storage': [
    'repositories',
    'register answers the whole record',
    ({ api }) => ({
      repos: { register: async (...given) => ({ ...(await api.repos.register(...given)), version: 1 }) },
    }),
  ],
  'no default name': [
    'repositories',
    'register without a name, or with null, takes the folder’s',
    ({ api }) => ({
      repos: {
        register: ({ name, ...input }, options) =>
          api.repos.register({ name: name ?? 'repo', ...input }, options),
      },
    }),
  ],
  'an update that forgets': [
    'repositories',
    'update changes only the fields that it is given',
    ({ api }) => ({ repos: { update: (id, input) => api.repos.update(id, { name: 'unnamed', ...input }) } }),
  ],
  'a delete that takes the files': [
    'repositories',
    'delete takes the record, never the files, and the id is not given again',
    ({ api, sandbox }) => ({
      repos: {
        delete: async (id) => {
          sandbox.git(sandbox.clonePath, 'rm', '-rfq', '.')
          return api.repos.delete(id)
        },
      },
    }),
  ],
  'a path that is not checked': [
    'paths of repositories',
    'register refuses a path that is not the top of a repository under a root, and stores nothing',
    ({ api, sandbox }) => ({
      repos: {
        register: (input, options) =>
          api.repos.register(input, options).catch((error: unknown) => {
            if (!isGitferryError(error, 'NOT_A_REPOSITORY')) throw error
            return api.repos.register({ path: sandbox.clonePath })
          }),
      },
    }),
  ],
  'a page size that is ignored': [
    'lists',
    'repos: pages hold everything once, in one order, with defaults 1 and 20',
    ({ api }) => ({
      repos: {
        list: async (query = {}) => ({
          ...(await api.repos.list()),
          page: query.page ?? 1,
          page_size: query.page_size ?? 20,
        }),
      },
    }),
  ],
  'a page that is corrected in silence': [
    'lists',
    'tasks: a page that cannot be is refused',
    ({ api }) => ({
      tasks: { list: (query) => api.sync.tasks.list(query).catch(() => api.sync.tasks.list()) },
    }),
  ],
  'runs with the oldest first': [
    'lists',
    'runs: pages hold everything once, in one order, with defaults 1 and 20',
    ({ api }) => ({
      runs: {
        list: async (query) => {
          const page = await api.sync.runs.list(query)
          return { ...page, items: page.items.toReversed() }
        },
      },
    }),
  ],
  'an error without the brand': [
    'ids',
    'an unknown id is not found, and the message names it',
    ({ api }) => ({
      repos: {
        get: (id) =>
          api.repos.get(id).catch((error: Error) => {
            throw new Error(error.message)
          }),
      },
    }),
  ],
  'an id that is read generously': [
    'ids',
    'what cannot be an id is refused, and the field named',
    ({ api }) => ({ tasks: { get: (id) => api.sync.tasks.get(Math.trunc(Number(id)) || 1) } }),
  ],
  'branches as they were': [
    'listing branches',
    'list shows the repository as it is now, not as it was registered',
    ({ api }) => ({
      branches: {
        list: async (id) => {
          const page = await api.branches.list(id)
          return { ...page, items: page.items.slice(0, 1) }
        },
      },
    }),
  ],
  'a name that is tidied up': [
    'creating branches',
    'create refuses every name that git or the rules refuse',
    ({ api }) => ({
      branches: {
        create: (id, input) => api.branches.create(id, { ...input, name: input.name.replaceAll(' ', '-') }),
      },
    }),
  ],
  'a checkout by force': [
    'checking out branches',
    'checkout refuses to overwrite a changed file, and loses nothing',
    ({ api, sandbox }) => ({
      branches: {
        checkout: (id, input) => {
          sandbox.git(sandbox.clonePath, 'reset', '--hard', '--quiet')
          return api.branches.checkout(id, input)
        },
      },
    }),
  ],
  'a delete by force': [
    'deleting branches',
    'delete refuses an unmerged branch, unless by force',
    ({ api }) => ({ branches: { delete: (id, name) => api.branches.delete(id, name, { force: true }) } }),
  ],
  'another default': [
    'sync tasks',
    'create fills in every default',
    ({ api }) => ({
      tasks: { create: (input) => api.sync.tasks.create({ on_diverge: 'overwrite', ...input }) },
    }),
  ],
  'a task that takes its runs along': [
    'sync tasks',
    'delete keeps the runs of the task',
    () => ({ runs: { list: async () => ({ items: [], total: 0, page: 1, page_size: 20 }) } }),
  ],
  'fire times in disorder': [
    'schedules',
    'a schedule shows its next five fire times, in the future and in order',
    ({ api }) => ({
      tasks: {
        create: async (input): Promise<SyncTask> => {
          const task = await api.sync.tasks.create(input)
          return { ...task, next_runs: task.next_runs.toReversed() }
        },
      },
    }),
  ],
  'a schedule of four fields': [
    'schedules',
    'what is no schedule, or can never fire, is refused',
    ({ api }) => ({
      tasks: {
        create: (input) =>
          api.sync.tasks.create(
            input.cron_expression === '* * * *' ? { ...input, cron_expression: '* * * * *' } : input,
          ),
      },
    }),
  ],
  'a plan that is carried out': [
    'plans',
    'a new branch is planned as create, and nothing is changed',
    ({ api }) => ({
      tasks: {
        plan: async (id) => {
          const plan = await api.sync.tasks.plan(id)
          await api.sync.tasks.run(id, { wait: true })
          return plan
        },
      },
    }),
  ],
  'a success that was none': [
    'runs',
    'a run that is waited for is answered when it has ended',
    ({ api, sandbox }) => ({
      tasks: {
        run: async (id, query) => {
          const run = await api.sync.tasks.run(id, query)
          sandbox.git(sandbox.bareBackupPath, 'update-ref', '-d', 'refs/heads/main')
          return run
        },
      },
    }),
  ],
  'a conflict that is overwritten': [
    'sides that diverge',
    'sides that have diverged are a conflict, and the target keeps what it had',
    ({ api, sandbox }) => ({
      tasks: {
        run: async (id, query) => {
          const run = await api.sync.tasks.run(id, query)
          if (run.status === 'conflict') {
            sandbox.git(sandbox.originPath, 'push', '--quiet', '--force', sandbox.bareBackupPath, 'main')
          }
          return run
        },
      },
    }),
  ],
  'a run that fetches into the clone': [
    'runs',
    'a run never moves the clone’s own refs or worktree',
    ({ api, sandbox }) => ({
      tasks: {
        run: (id, query) => {
          sandbox.git(sandbox.clonePath, 'fetch', '--quiet')
          return api.sync.tasks.run(id, query)
        },
      },
    }),
  ],
  'a log without times': [
    'runs',
    'a log holds one line a step, each with its time, oldest first',
    ({ api }) => ({ runs: { log: async (id) => (await api.sync.runs.log(id)).replace(/^\S+ /gm, '') } }),
  ],
  'a follow that tells a line twice': [
    'following runs',
    'following a run that goes on tells each line once, as it is written, to everybody',
    ({ api }) => ({
      runs: {
        async *follow(id) {
          for await (const event of api.sync.runs.follow(id)) {
            if (event.type === 'log') yield event
            yield event
          }
        },
      },
    }),
  ],
  'a follow that starts anew': [
    'following runs',
    'following goes on after the line that it is given',
    ({ api }) => ({ runs: { follow: (id) => api.sync.runs.follow(id) } }),
  ],
  'a filter that is ignored': [
    'runs',
    'runs are found by task, repository, status, trigger and time',
    ({ api }) => ({ runs: { list: ({ status: _, ...query } = {}) => api.sync.runs.list(query) } }),
  ],
  'a run that a delete cuts short unasked': [
    'runs under way',
    'deleting a task that runs is refused, unless it is to be canceled',
    ({ api }) => ({ tasks: { delete: (id) => api.sync.tasks.delete(id, { cancel: true }) } }),
  ],
  'a loop that nothing ends': [
    'giving up',
    'a loop ends with the signal, at the latest with the page that it goes through',
    ({ api }) => ({ audit: { all: (query) => api.audit.all(query) } }),
  ],
  'a status that is not checked': [
    'queries for runs',
    'a query that cannot be is refused, and its field named',
    ({ api }) => ({ runs: { list: ({ status: _, ...query } = {}) => api.sync.runs.list(query) } }),
  ],
  'two entries for one change': [
    'the audit log',
    'every change leaves one entry, and reading leaves none',
    ({ api }) => ({
      repos: { update: (id, input) => api.repos.update(id, {}).then(() => api.repos.update(id, input)) },
    }),
  ],
  'no entry for a refusal': [
    'the audit log',
    'a refused change leaves one entry with the error’s code',
    ({ api }) => ({
      audit: {
        async *all() {
          for await (const entry of api.audit.all()) if (entry.result === 'success') yield entry
        },
      },
    }),
  ],
  'an end that is ignored': [
    'the audit log',
    'entries are found by type, object and time, newest first',
    ({ api }) => ({ audit: { list: ({ end_time: _, ...query } = {}) => api.audit.list(query) } }),
  ],
  'another health': [
    'system',
    'health is ok',
    () => ({ system: { health: async () => ({ status: 'up' }) as unknown as { status: 'ok' } } }),
  ],
  'a version without its letter': [
    'system',
    'version says what runs, in strings',
    ({ api }) => ({
      system: { version: async () => ({ ...(await api.system.version()), version: '0.1.0' }) },
    }),
  ],
  'a signal that is ignored': [
    'giving up',
    'a call whose signal is aborted already is ABORTED and changes nothing',
    ({ api }) => ({ branches: { list: (id, query) => api.branches.list(id, query) } }),
  ],
  'a refusal that changes something': [
    'giving up',
    'a call whose signal is aborted already is ABORTED and changes nothing',
    ({ api, sandbox }) => ({
      branches: {
        create: (id, input, options) => {
          writeFileSync(
            join(sandbox.clonePath, '.git', 'refs', 'heads', 'y'),
            `${sandbox.oidOf(sandbox.clonePath, 'main')}\n`,
          )
          return api.branches.create(id, input, options)
        },
      },
    }),
  ],
}

describe('describeApi rejects', () => {
  it.each(Object.entries(table))('%s', async (_, [about, rule, breaks]) => {
    const rules: ApiRules = apiRules[about]
    const subject = await inProcess()
    try {
      const api = broken(subject.api, breaks(subject))
      const call = rules[rule]?.({ ...subject, api })
      // the rule itself must say so, and not something that broke on the way
      await expect(call).rejects.toBeInstanceOf(assert.AssertionError)
    } finally {
      await subject.dispose()
    }
  })

  it('something of every part of the interface', () => {
    expect(new Set(Object.values(table).map(([about]) => about))).toEqual(new Set(Object.keys(apiRules)))
  })
})
