import assert from 'node:assert/strict'
import type { GitferryApi } from '../../contract/api/index.ts'
import type { ErrorCode } from '../../wire/error-codes.ts'
import { collect } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules } from './subject.ts'

const hostile: unknown[] = [
  0,
  -1,
  1.5,
  2 ** 53,
  1e21,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  'abc',
  '1;2',
  '..',
  '',
]

const calls: Record<string, [ErrorCode, (api: GitferryApi, id: number) => Promise<unknown>]> = {
  'repos.get': ['REPO_NOT_FOUND', (api, id) => api.repos.get(id)],
  'repos.update': ['REPO_NOT_FOUND', (api, id) => api.repos.update(id, { name: 'x' })],
  'repos.delete': ['REPO_NOT_FOUND', (api, id) => api.repos.delete(id)],
  'repos.delete with what is kept': [
    'REPO_NOT_FOUND',
    (api, id) => api.repos.delete(id, { drop_kept: true }),
  ],
  'repos.fork': ['REPO_NOT_FOUND', (api, id) => api.repos.fork(id)],
  'projects.get': ['PROJECT_NOT_FOUND', (api, id) => api.projects.get(id)],
  'projects.delete': ['PROJECT_NOT_FOUND', (api, id) => api.projects.delete(id)],
  'projects.members.list': ['PROJECT_NOT_FOUND', (api, id) => api.projects.members.list(id)],
  'projects.members.all': ['PROJECT_NOT_FOUND', (api, id) => collect(api.projects.members.all(id))],
  'projects.members.set': ['PROJECT_NOT_FOUND', (api, id) => api.projects.members.set(id, 1, { role: 20 })],
  'projects.members.delete': ['PROJECT_NOT_FOUND', (api, id) => api.projects.members.delete(id, 1)],
  'members.list': ['REPO_NOT_FOUND', (api, id) => api.members.list(id)],
  'members.all': ['REPO_NOT_FOUND', (api, id) => collect(api.members.all(id))],
  'members.set': ['REPO_NOT_FOUND', (api, id) => api.members.set(id, 1, { role: 20 })],
  'members.delete': ['REPO_NOT_FOUND', (api, id) => api.members.delete(id, 1)],
  'publicKeys.delete': ['PUBLIC_KEY_NOT_FOUND', (api, id) => api.publicKeys.delete(id)],
  'publicKeys.verify': ['REPO_NOT_FOUND', (api, id) => api.publicKeys.verify(id, { private_key: 'x' })],
  'deployKeys.list': ['REPO_NOT_FOUND', (api, id) => api.deployKeys.list(id)],
  'deployKeys.all': ['REPO_NOT_FOUND', (api, id) => collect(api.deployKeys.all(id))],
  'deployKeys.add': ['REPO_NOT_FOUND', (api, id) => api.deployKeys.add(id, { title: 'x', key: 'x' })],
  'deployKeys.delete': ['REPO_NOT_FOUND', (api, id) => api.deployKeys.delete(id, 1)],
  'jobs.get': ['JOB_NOT_FOUND', (api, id) => api.jobs.get(id)],
  'jobs.wait': ['JOB_NOT_FOUND', (api, id) => api.jobs.wait(id)],
  'jobs.cancel': ['JOB_NOT_FOUND', (api, id) => api.jobs.cancel(id)],
  'branches.list': ['REPO_NOT_FOUND', (api, id) => api.branches.list(id)],
  'branches.all': ['REPO_NOT_FOUND', (api, id) => collect(api.branches.all(id))],
  'branches.create': ['REPO_NOT_FOUND', (api, id) => api.branches.create(id, { name: 'x' })],
  'branches.checkout': ['REPO_NOT_FOUND', (api, id) => api.branches.checkout(id, { branch: 'main' })],
  'branches.delete': ['REPO_NOT_FOUND', (api, id) => api.branches.delete(id, 'x')],
  'repos.remotes.list': ['REPO_NOT_FOUND', (api, id) => api.repos.remotes.list(id)],
  'repos.remotes.all': ['REPO_NOT_FOUND', (api, id) => collect(api.repos.remotes.all(id))],
  'repos.remotes.add': [
    'REPO_NOT_FOUND',
    (api, id) => api.repos.remotes.add(id, { name: 'x', fetch_url: 'https://host.example/x.git' }),
  ],
  'repos.remotes.update': ['REPO_NOT_FOUND', (api, id) => api.repos.remotes.update(id, 'origin', {})],
  'repos.remotes.delete': ['REPO_NOT_FOUND', (api, id) => api.repos.remotes.delete(id, 'origin')],
  'repos.remotes.test': ['REPO_NOT_FOUND', (api, id) => api.repos.remotes.test(id, 'origin')],
  'tags.list': ['REPO_NOT_FOUND', (api, id) => api.tags.list(id)],
  'tags.all': ['REPO_NOT_FOUND', (api, id) => collect(api.tags.all(id))],
  'tags.get': ['REPO_NOT_FOUND', (api, id) => api.tags.get(id, 'v1')],
  'tags.create': ['REPO_NOT_FOUND', (api, id) => api.tags.create(id, { name: 'x' })],
  'tags.delete': ['REPO_NOT_FOUND', (api, id) => api.tags.delete(id, 'v1')],
  'sync.tasks.get': ['TASK_NOT_FOUND', (api, id) => api.sync.tasks.get(id)],
  'sync.tasks.update': ['TASK_NOT_FOUND', (api, id) => api.sync.tasks.update(id, { enabled: false })],
  'sync.tasks.delete': ['TASK_NOT_FOUND', (api, id) => api.sync.tasks.delete(id)],
  'sync.tasks.run': ['TASK_NOT_FOUND', (api, id) => api.sync.tasks.run(id)],
  'sync.tasks.run and wait': ['TASK_NOT_FOUND', (api, id) => api.sync.tasks.run(id, { wait: true })],
  'sync.tasks.plan': ['TASK_NOT_FOUND', (api, id) => api.sync.tasks.plan(id)],
  'sync.tasks.pause': ['TASK_NOT_FOUND', (api, id) => api.sync.tasks.pause(id)],
  'sync.tasks.resume': ['TASK_NOT_FOUND', (api, id) => api.sync.tasks.resume(id)],
  'sync.plans.get': ['PLAN_NOT_FOUND', (api, id) => api.sync.plans.get(id)],
  'sync.plans.apply': ['PLAN_NOT_FOUND', (api, id) => api.sync.plans.apply(id)],
  'sync.plans.apply and wait': ['PLAN_NOT_FOUND', (api, id) => api.sync.plans.apply(id, { wait: true })],
  'sync.runs.get': ['RUN_NOT_FOUND', (api, id) => api.sync.runs.get(id)],
  'sync.runs.wait': ['RUN_NOT_FOUND', (api, id) => api.sync.runs.wait(id)],
  'sync.runs.log': ['RUN_NOT_FOUND', (api, id) => api.sync.runs.log(id)],
  'sync.runs.follow': ['RUN_NOT_FOUND', (api, id) => collect(api.sync.runs.follow(id))],
  'sync.runs.cancel': ['RUN_NOT_FOUND', (api, id) => api.sync.runs.cancel(id)],
  'sync.runs.retry': ['RUN_NOT_FOUND', (api, id) => api.sync.runs.retry(id)],
  'sync.runs.restore': ['RUN_NOT_FOUND', (api, id) => api.sync.runs.restore(id)],
  'sync.runs.restore and wait': ['RUN_NOT_FOUND', (api, id) => api.sync.runs.restore(id, {}, { wait: true })],
  'keys.get': ['SSH_KEY_NOT_FOUND', (api, id) => api.keys.get(id)],
  'keys.update': ['SSH_KEY_NOT_FOUND', (api, id) => api.keys.update(id, { name: 'x' })],
  'keys.delete': ['SSH_KEY_NOT_FOUND', (api, id) => api.keys.delete(id)],
  'keys.test': ['SSH_KEY_NOT_FOUND', (api, id) => api.keys.test(id, { repo_url: 'git@host.example:a' })],
  'credentials.get': ['CREDENTIAL_NOT_FOUND', (api, id) => api.credentials.get(id)],
  'credentials.delete': ['CREDENTIAL_NOT_FOUND', (api, id) => api.credentials.delete(id)],
  'hostKeys.accept': ['HOST_KEY_NOT_FOUND', (api, id) => api.hostKeys.accept(id)],
  'hostKeys.delete': ['HOST_KEY_NOT_FOUND', (api, id) => api.hostKeys.delete(id)],
  'users.delete': ['USER_NOT_FOUND', (api, id) => api.users.delete(id)],
  'tokens.delete': ['TOKEN_NOT_FOUND', (api, id) => api.tokens.delete(id)],
  'accessKeys.delete': ['ACCESS_KEY_NOT_FOUND', (api, id) => api.accessKeys.delete(id)],
  'channels.get': ['CHANNEL_NOT_FOUND', (api, id) => api.notifications.channels.get(id)],
  'channels.update': ['CHANNEL_NOT_FOUND', (api, id) => api.notifications.channels.update(id, { name: 'x' })],
  'channels.delete': ['CHANNEL_NOT_FOUND', (api, id) => api.notifications.channels.delete(id)],
  'channels.test': ['CHANNEL_NOT_FOUND', (api, id) => api.notifications.channels.test(id)],
  'deliveries.get': ['DELIVERY_NOT_FOUND', (api, id) => api.notifications.deliveries.get(id)],
  'deliveries.retry': ['DELIVERY_NOT_FOUND', (api, id) => api.notifications.deliveries.retry(id)],
  'audit.get': ['AUDIT_ENTRY_NOT_FOUND', (api, id) => api.audit.get(id)],
}

export const idRules: ApiRules = {
  'an unknown id is not found, and the message names it': async ({ api }) => {
    for (const [name, [notFound, call]] of Object.entries(calls)) {
      for (const id of [999_999, Number.MAX_SAFE_INTEGER]) {
        const error = await refuses(call(api, id), notFound, { of: name })
        assert.match(error.message, new RegExp(String(id)), name)
      }
    }
  },

  'what cannot be an id is refused, and the field named': async ({ api }) => {
    for (const [name, [, call]] of Object.entries(calls)) {
      for (const id of hostile) {
        await refuses(call(api, id as number), 'INVALID_INPUT', { field: 'id', of: `${name} ${id}` })
      }
    }
  },
}
