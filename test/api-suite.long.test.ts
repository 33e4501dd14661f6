import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GitferryEvents, SyncTask } from '@gitferry/core/contract'
import { isGitferryError } from '@gitferry/core/errors'
import { type ApiRules, apiRules } from '@gitferry/core/testing'
import { describe, expect, it } from 'vitest'
import { type BreakTable, broken } from './api-breaks/broken-api.ts'
import { cloneBreaks } from './api-breaks/clone-breaks.ts'
import { guardBreaks } from './api-breaks/guard-breaks.ts'
import { hostKeyBreaks } from './api-breaks/host-key-breaks.ts'
import { identityBreaks } from './api-breaks/identity-breaks.ts'
import { jobBreaks } from './api-breaks/job-breaks.ts'
import { keptBreaks } from './api-breaks/kept-breaks.ts'
import { mirrorBreaks } from './api-breaks/mirror-breaks.ts'
import { pauseBreaks } from './api-breaks/pause-breaks.ts'
import { planApplyBreaks } from './api-breaks/plan-apply-breaks.ts'
import { projectBreaks } from './api-breaks/project-breaks.ts'
import { publicKeyBreaks } from './api-breaks/public-key-breaks.ts'
import { inProcess } from './in-process.ts'

/** What is broken → the rule that must notice, and how it is broken. */
const general: BreakTable = {
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
  'a loop that leaves the last record out': [
    'lists',
    'credentials: pages hold everything once, in one order, with defaults 1 and 20',
    ({ api }) => ({
      credentials: {
        async *all() {
          yield* (await api.credentials.list()).items.slice(0, -1)
        },
      },
    }),
  ],
  'plans with the oldest first': [
    'lists',
    'plans: pages hold everything once, in one order, with defaults 1 and 20',
    ({ api }) => ({
      plans: {
        list: async (query) => {
          const page = await api.sync.plans.list(query)
          return { ...page, items: page.items.toReversed() }
        },
      },
    }),
  ],
  'a loop over what is kept that begins with the second': [
    'lists',
    'kept refs: pages hold everything once, in one order, with defaults 1 and 20',
    ({ api }) => ({
      kept: {
        async *all() {
          yield* (await api.sync.kept.list()).items.slice(1)
        },
      },
    }),
  ],
  'jobs of which no page is ever the last': [
    'lists',
    'jobs: an empty list is a page without items',
    ({ api }) => ({ jobs: { list: async (query) => ({ ...(await api.jobs.list(query)), total: 1 }) } }),
  ],
  'a loop that ends with its first page': [
    'loops',
    'a loop tells every tag once, by name, over more than one page',
    ({ api }) => ({
      tags: {
        async *all(id) {
          yield* (await api.tags.list(id, { page_size: 100 })).items
        },
      },
    }),
  ],
  'a loop that takes branches of one name for one': [
    'loops',
    'a loop tells every branch of a type once, also where two share a name',
    ({ api }) => ({
      branches: {
        async *all(id, query) {
          const seen = new Set<string>()
          for await (const branch of api.branches.all(id, query)) {
            if (!seen.has(branch.name)) yield branch
            seen.add(branch.name)
          }
        },
      },
    }),
  ],
  'a loop over the remotes of every repository': [
    'loops',
    'a loop tells every remote of one repository once',
    ({ api }) => ({
      remotes: {
        async *all(id) {
          for (let each = 1; each <= id; each++) yield* api.repos.remotes.all(each)
        },
      },
    }),
  ],
  'a loop whose query is ignored': [
    'loops',
    'a loop tells every delivery that matches, newest first',
    ({ api }) => ({ deliveries: { all: () => api.notifications.deliveries.all() } }),
  ],
  'a loop that tells what is not there': [
    'loops',
    'a loop over host keys ends at once where none is known',
    () => ({
      hostKeys: {
        async *all() {
          yield {} as never
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
  'a cancel that is answered too early': [
    'canceling runs',
    'a run under way is given up, and answered once it has ended',
    ({ api }) => ({
      runs: {
        cancel: async (id) => {
          const before = await api.sync.runs.get(id)
          await api.sync.runs.cancel(id)
          return before
        },
      },
    }),
  ],
  'a cancel that is quiet about what has ended': [
    'canceling runs',
    'a run that ended otherwise is refused, and stays what it came to',
    ({ api }) => ({ runs: { cancel: (id) => api.sync.runs.cancel(id).catch(() => api.sync.runs.get(id)) } }),
  ],
  'a retry that nobody can tell from another run': [
    'retrying runs',
    'a retry is a run of its own, answered as a run that is asked for',
    ({ api }) => ({
      runs: { retry: async (id) => api.sync.tasks.run((await api.sync.runs.get(id)).task_id) },
    }),
  ],
  'a tag that is made anew': [
    'tags',
    'create refuses a name that is taken or invalid, and a ref that is nowhere',
    ({ api }) => ({
      tags: {
        create: (id, input) =>
          api.tags.create(id, input).catch(async (error: unknown) => {
            if (!isGitferryError(error, 'TAG_EXISTS')) throw error
            await api.tags.delete(id, input.name)
            return api.tags.create(id, input)
          }),
      },
    }),
  ],
  'a message that gets lost': [
    'tags',
    'create makes a tag that git knows, and answers it',
    ({ api }) => ({ tags: { create: (id, { message: _, ...input }) => api.tags.create(id, input) } }),
  ],
  'a delete of more than one tag': [
    'tags',
    'delete takes the one tag',
    ({ api, sandbox }) => ({
      tags: {
        delete: (id, name) => {
          sandbox.git(sandbox.clonePath, 'tag', '-d', 'v1')
          return api.tags.delete(id, name)
        },
      },
    }),
  ],
  'tags of the whole list on every page': [
    'tags',
    'list shows the tags of the repository as they are now, by name',
    ({ api }) => ({ tags: { list: (id) => api.tags.list(id) } }),
  ],
  'a remote that is written into the configuration': [
    'remotes',
    'the remotes of the repository’s configuration are there, and it is never written',
    ({ api, sandbox }) => ({
      remotes: {
        add: (id, input) => {
          sandbox.git(sandbox.clonePath, 'remote', 'add', input.name, input.fetch_url)
          return api.repos.remotes.add(id, input)
        },
      },
    }),
  ],
  'a remote that nobody can sync from': [
    'remotes',
    'a remote that was added can be synced from',
    ({ api, sandbox }) => ({
      remotes: {
        add: (id, input) => api.repos.remotes.add(id, { ...input, fetch_url: sandbox.originPath }),
      },
    }),
  ],
  'a delete that leaves what was changed': [
    'remotes',
    'update changes a remote, and delete lets the configuration’s own stand again',
    () => ({ remotes: { delete: async (_, name) => ({ name, deleted: true }) } }),
  ],
  'a second remote of one name': [
    'remotes',
    'what cannot be is refused',
    ({ api }) => ({
      remotes: {
        add: (id, input) =>
          api.repos.remotes.add(id, input).catch((error: unknown) => {
            if (!isGitferryError(error, 'REMOTE_EXISTS')) throw error
            return api.repos.remotes.update(id, input.name, input)
          }),
      },
    }),
  ],
  'a test that always goes well': [
    'remotes',
    'test asks the remote for its refs; that it refuses is an answer',
    ({ api }) => ({ remotes: { test: (id) => api.repos.remotes.test(id, 'origin') } }),
  ],
  'a key that shows its private half': [
    'SSH keys',
    'a key that is imported shows its public half as OpenSSH does, and nothing of its private one',
    ({ api }) => ({
      keys: {
        create: async (input) => ({ ...(await api.keys.create(input)), private_key: input.private_key }),
      },
    }),
  ],
  'a key that is generated once for all': [
    'SSH keys',
    'a key that is generated is a new one each time',
    ({ api }) => {
      const first = Promise.withResolvers<Awaited<ReturnType<typeof api.keys.generate>>>()
      return {
        keys: {
          generate: async (input) => {
            first.resolve(api.keys.generate(input).catch(() => first.promise))
            return { ...(await first.promise), name: input.name }
          },
        },
      }
    },
  ],
  'two names for one key': [
    'SSH keys',
    'a name or a key that is there already is refused',
    ({ api }) => ({
      keys: {
        create: (input) =>
          api.keys.create(input).catch(async () => ({ ...(await api.keys.get(1)), name: input.name })),
      },
    }),
  ],
  'a refusal that quotes the key': [
    'SSH keys',
    'what is no private key is refused, and nothing of it told',
    ({ api }) => ({
      keys: {
        create: (input) =>
          api.keys.create(input).catch((error: unknown) => {
            if (isGitferryError(error)) error.message += ` Got ${input.private_key}`
            throw error
          }),
      },
    }),
  ],
  'a key whose description is forgotten': [
    'SSH keys',
    'update changes only the fields that it is given',
    ({ api }) => ({
      keys: { update: (id, input) => api.keys.update(id, { description: null, ...input }) },
    }),
  ],
  'a key that nobody seems to use': [
    'SSH keys',
    'a key in use shows its users, and cannot be deleted',
    ({ api }) => ({ keys: { get: async (id) => ({ ...(await api.keys.get(id)), used_by: [] }) } }),
  ],
  'a test that goes anywhere': [
    'SSH keys',
    'a test goes only where the rules allow, and only by ssh',
    ({ api }) => ({
      keys: {
        test: (id, input) =>
          api.keys.test(id, input).catch((error: unknown) => {
            if (!isGitferryError(error, 'URL_FORBIDDEN')) throw error
            return { success: true, message: 'reached', error_code: null, refs: 1, host_key: null }
          }),
      },
    }),
  ],
  'a credential that shows its secret': [
    'credentials',
    'a credential is shown without its secret',
    ({ api }) => ({
      credentials: {
        create: async (input) => Object.assign(await api.credentials.create(input), input) as never,
      },
    }),
  ],
  'an origin that is not weighed': [
    'credentials',
    'what cannot be is refused, and nothing of it stored',
    ({ api }) => ({
      credentials: {
        create: (input) =>
          api.credentials.create(input).catch((error: unknown) => {
            if (!isGitferryError(error, 'URL_FORBIDDEN')) throw error
            return api.credentials.create({ ...input, origin: 'https://host.example' })
          }),
      },
    }),
  ],
  'a credential that opens everything': [
    'credentials',
    'a credential is bound to its origin, and cannot be deleted while it is used',
    ({ api }) => ({
      remotes: {
        add: (id, { credential_id: _, ...input }) => api.repos.remotes.add(id, input),
      },
    }),
  ],
  'a channel that shows its secrets': [
    'channels',
    'a channel is shown without its secrets',
    ({ api }) => ({
      channels: {
        create: async (input) => ({
          ...(await api.notifications.channels.create(input)),
          config: input.config,
        }),
      },
    }),
  ],
  'a mask that is taken for the secret': [
    'channels',
    'update changes only what it is given, and a mask that is sent back changes nothing',
    ({ api }) => ({
      channels: {
        update: (id, { config, ...input }) =>
          api.notifications.channels.update(id, {
            ...input,
            ...(config && { config: { webhook: config.webhook ?? '', secret: '****' } }),
          }),
      },
    }),
  ],
  'a test that sends nothing': [
    'channels',
    'a test sends a real message; that the provider refuses is an answer',
    () => ({ channels: { test: async () => ({ success: true, message: 'taken' }) } }),
  ],
  'a channel that is told of everything': [
    'channels',
    'a channel is told of what it asked for, and of nothing else',
    ({ api }) => ({
      channels: {
        create: ({ events: _, ...input }) => api.notifications.channels.create(input),
      },
    }),
  ],
  'a delivery that was never sent again': [
    'channels',
    'a failed delivery can be sent again',
    ({ api }) => ({
      deliveries: {
        retry: async (id) => {
          const delivery = await api.notifications.deliveries.get(id)
          return { ...delivery, status: 'failed' }
        },
      },
    }),
  ],
  'a channel of any type': [
    'channels',
    'what cannot be is refused, and nothing of it stored',
    ({ api }) => ({
      channels: {
        create: (input) => api.notifications.channels.create({ ...input, type: 'memory' }),
      },
    }),
  ],
  'a channel that comes back': [
    'channels',
    'delete takes the channel',
    () => ({ channels: { delete: async (id) => ({ id, deleted: true }) } }),
  ],
  'a preview of another template': [
    'channels',
    'preview shows what a template makes of example values',
    ({ api }) => ({ preview: ({ template, ...input }) => api.notifications.preview(input) }),
  ],
  'a host key that is forgotten twice': [
    'SSH keys',
    'no host key is known before the first contact',
    () => ({ hostKeys: { delete: async (id) => ({ id, deleted: true }) } }),
  ],
  'events of other runs': [
    'events',
    'events tell of a run that is asked for here, once it has ended',
    ({ api }) => ({
      events: (name) => {
        const events = api.events(name)
        return {
          [Symbol.asyncIterator]() {
            return this
          },
          next: async () => {
            const { done, value } = (await events.next()) as IteratorResult<GitferryEvents['run.finished']>
            return { done, value: { run: { ...value.run, id: value.run.id + 1_000 } } } as never
          },
          return: async () => (await events.return?.()) as never,
        }
      },
    }),
  ],
  'events that go on after their signal': [
    'events',
    'events end without an error when the signal fires, or their loop is left',
    ({ api }) => ({
      events: (name, options) => {
        const events = api.events(name, options)
        return {
          [Symbol.asyncIterator]() {
            return this
          },
          next: async () => ({ ...(await events.next()), done: false }) as never,
          return: async () => (await events.return?.()) as never,
        }
      },
    }),
  ],
  'a listener that is called twice': [
    'events',
    'a listener gets each event of its name once and in order, and no other',
    ({ api }) => ({
      on: (name, listener) =>
        api.on(name, (event) => {
          listener(event)
          listener(event)
        }),
    }),
  ],
  'a listener that cannot be got rid of': [
    'events',
    'who has unsubscribed hears nothing more',
    ({ api }) => ({
      on: (name, listener) => {
        api.on(name, listener)
        return () => {}
      },
    }),
  ],
  'another plan than the one that was made': [
    'events',
    'a plan that is made is told as it is answered',
    ({ api }) => ({
      on: (name, listener) =>
        api.on(name, (event) => {
          const { plan } = event as GitferryEvents['plan.created']
          listener({ plan: { ...plan, id: plan.id + 1_000 } } as never)
        }),
    }),
  ],
  'a clone that begins twice': [
    'events',
    'a clone is told when it is asked for, when it begins, and when it has ended',
    ({ api }) => ({
      on: (name, listener) =>
        api.on(name, (event) => {
          listener(event)
          if (name === 'job.started') listener(event)
        }),
    }),
  ],
  'a chain that nobody looks at': [
    'the chain of the audit log',
    'every entry is sealed into a chain that holds',
    () => ({
      audit: {
        verify: async () => ({ valid: true, sealed: 0, unsealed: 0, head_seq: null, problems: [] }),
      },
    }),
  ],
  'another entry': [
    'the chain of the audit log',
    'get answers one entry',
    ({ api }) => ({
      audit: { get: async (id) => ({ ...(await api.audit.get(id)), type: 'update' }) },
    }),
  ],
  'an export that is cut off': [
    'the chain of the audit log',
    'export tells every entry that the query matches, oldest first',
    ({ api }) => ({
      audit: {
        async *export(query) {
          let count = 0
          for await (const entry of api.audit.export(query)) if (count++ < 100) yield entry
        },
      },
    }),
  ],
  'two entries for one change': [
    'the audit log',
    'every change leaves one entry, and reading leaves none',
    ({ api }) => ({
      repos: { update: (id, input) => api.repos.update(id, {}).then(() => api.repos.update(id, input)) },
    }),
  ],
  'a task that is paused twice': [
    'the audit log',
    'what is done with plans, with what is kept, and to pause a task leaves one entry each',
    ({ api }) => ({
      tasks: { pause: (id) => api.sync.tasks.pause(id).then(() => api.sync.tasks.pause(id)) },
    }),
  ],
  'a job that is canceled twice': [
    'the audit log',
    'a clone leaves one entry when it is asked for and one when it ends; creating and canceling leave one',
    ({ api }) => ({ jobs: { cancel: (id) => api.jobs.cancel(id).then(() => api.jobs.cancel(id)) } }),
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

const table: BreakTable = {
  ...general,
  ...mirrorBreaks,
  ...guardBreaks,
  ...planApplyBreaks,
  ...projectBreaks,
  ...publicKeyBreaks,
  ...keptBreaks,
  ...cloneBreaks,
  ...jobBreaks,
  ...pauseBreaks,
  ...hostKeyBreaks,
  ...identityBreaks,
}

describe('describeApi rejects', () => {
  it.each(Object.entries(table))('%s', async (_, [about, rule, breaks]) => {
    const rules: ApiRules = apiRules[about]
    const subject = await inProcess()
    try {
      const { signedIn = subject.signedIn, ...broke } = breaks(subject)
      const call = rules[rule]?.({ ...subject, api: broken(subject.api, broke), signedIn })
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
