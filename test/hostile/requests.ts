import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { EndpointName } from '@gitferry/core/wire'
import { plainSshKey } from './plain-key.ts'
import type { ApiRequest } from './request.ts'
import type { Stage } from './stage.ts'

type Request = (stage: Stage, place: string) => ApiRequest

/** No name of this kind resolves anywhere (RFC 6761). */
const nowhere = 'https://nowhere.example/x.git'
/** A public key that is good. */
export const someHostKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'
const mirrorOf = (place: string) => (/refs|exclude/.test(place) ? { mode: 'mirror' } : {})
const passwordFor = (place: string) =>
  place === 'body.token'
    ? { type: 'token' }
    : { type: 'password', username: 'somebody', password: 'a secret' }

/** A commit on a branch of its own, with one action. */
export const commitActions = (place: string) => ({
  body: {
    branch: 'written',
    start_branch: /^body\.(?:branch|actions\[\]\.previous_path)$/.test(place) ? 'main' : 'links',
    message: 'a commit',
    actions: [
      place.endsWith('previous_path')
        ? { action: 'move', path: 'moved' }
        : { action: 'create', path: 'new', content: 'new\n' },
    ] as const,
  },
})

/** In a repository that gitferry hosts, or in a registered one. */
const commitOf = ({ ids }: Stage, place: string): ApiRequest => ({
  path: { id: place === 'body.branch' ? ids.fresh : /actions|body$/.test(place) ? ids.hosted : ids.contents },
  ...commitActions(place),
})

/** Of each endpoint: a request that would be taken if it were not for the one place; for the place `body`, as it is. */
export const requests: Readonly<Partial<Record<EndpointName, Request>>> = {
  'repos.register': ({ sandbox }, place) =>
    place === 'body.path' ? {} : { body: { path: join(sandbox.root, 'plain-repo') } },
  'repos.update': ({ ids }) => ({ path: { id: ids.fresh } }),
  'repos.clone': ({ sandbox }, place) => ({
    body: {
      name: 'cloned',
      url: place === 'body.path' || place === 'body.branch' ? sandbox.originPath : nowhere,
    },
  }),
  'repos.create': () => ({ body: { name: 'created' } }),
  'repos.fork': ({ ids }) => ({ path: { id: ids.empty }, body: { name: 'forked' } }),
  'content.commits': ({ ids }) => ({ path: { id: ids.hosted } }),
  'content.tree': ({ ids }, place) => ({
    path: { id: ids.contents },
    query: { last_commits: true, ...(place === 'query.path' && { ref: 'folders' }) },
  }),
  'content.blob': ({ ids }, place) => ({
    path: { id: ids.hosted },
    query: place === 'query.path' ? {} : { path: 'readme' },
  }),
  'content.compare': ({ ids }) => ({ path: { id: ids.contents }, query: { base: 'main', head: 'links' } }),
  'content.archive': ({ ids }) => ({ path: { id: ids.contents }, query: { format: 'tar' } }),
  'content.createCommit': commitOf,
  'members.list': ({ ids }) => ({ path: { id: ids.hosted } }),
  'members.set': ({ ids }) => ({ path: { id: ids.hosted, user_id: ids.user }, body: { role: 30 } }),
  'deployKeys.add': ({ ids }) => ({ path: { id: ids.hosted }, body: { title: 'added', key: someHostKey } }),
  'protection.set': ({ ids }) => ({ path: { id: ids.hosted }, body: { kind: 'tag', name: 'v*' } }),
  'projects.create': () => ({ body: { name: 'created' } }),
  'projects.members.list': ({ ids }) => ({ path: { id: ids.project } }),
  'projects.members.set': ({ ids }) => ({
    path: { id: ids.project, user_id: ids.user },
    body: { role: 30 },
  }),
  'publicKeys.add': ({ ids }) => ({ body: { title: 'added', key: someHostKey, user_id: ids.user } }),
  'publicKeys.verify': ({ ids }) => ({ path: { id: ids.hosted }, body: { private_key: plainSshKey() } }),
  'branches.create': ({ ids }, place) =>
    place === 'body.name' || place === 'body'
      ? { path: { id: ids.fresh } }
      : { path: { id: ids.work }, body: { name: 'from-elsewhere' } },
  'branches.checkout': ({ ids }) => ({ path: { id: ids.work } }),
  'branches.delete': ({ ids }) => ({ path: { id: ids.work } }),
  'repos.remotes.add': ({ ids, sandbox }, place) => ({
    path: { id: ids.fresh },
    body: {
      ...(place === 'body.name' ? {} : { name: 'added' }),
      ...(/\burl|fetch_url/.test(place) ? {} : { fetch_url: sandbox.originPath }),
    },
  }),
  'repos.remotes.update': ({ ids }) => ({ path: { id: ids.work, name: 'mine' } }),
  'repos.remotes.delete': ({ ids }) => ({ path: { id: ids.work } }),
  'repos.remotes.test': ({ ids }) => ({ path: { id: ids.work } }),
  'tags.create': ({ ids }, place) =>
    place === 'body.name'
      ? { path: { id: ids.fresh } }
      : { path: { id: ids.work }, body: { name: 'new-tag' } },
  'tags.get': ({ ids }) => ({ path: { id: ids.work } }),
  'tags.delete': ({ ids }) => ({ path: { id: ids.work } }),
  'sync.tasks.create': ({ ids }, place) => ({
    body: {
      repo_id: ids.work,
      source_branch: 'main',
      target_remote: 'backup',
      target_branch: 'copy',
      enabled: false,
      ...mirrorOf(place),
      ...(place === 'body.timezone' && { cron_expression: '@daily' }),
    },
  }),
  'sync.tasks.update': ({ ids }, place) => ({
    path: { id: mirrorOf(place).mode === undefined ? ids.task : ids.mirror },
    body: {
      ...mirrorOf(place),
      ...(place === 'body.timezone' && { cron_expression: '@daily' }),
    },
  }),
  'sync.tasks.runs': ({ ids }) => ({ path: { id: ids.task } }),
  'sync.runs.list': () => ({}),
  'sync.runs.restore': ({ ids }) => ({ path: { id: ids.run } }),
  'keys.create': (_, place) => ({
    body: { name: 'imported', ...(place === 'body.private_key' ? {} : { private_key: plainSshKey() }) },
  }),
  'keys.generate': () => ({ body: { name: 'generated' } }),
  'keys.update': ({ ids }) => ({ path: { id: ids.key } }),
  'keys.test': ({ ids }, place) => ({
    path: { id: ids.key },
    ...(place === 'body' && { body: { repo_url: 'ssh://git@nowhere.example/x.git' } }),
  }),
  'credentials.create': (_, place) => ({
    body: { name: 'stored', origin: 'https://nowhere.example', ...passwordFor(place) },
  }),
  'hostKeys.create': () => ({ body: { known_host: `nowhere.example ${someHostKey}` } }),
  'hostKeys.accept': ({ ids }) => ({ path: { id: ids.hostKey } }),
  'notifications.channels.create': ({ channelTo }, place) => ({
    body: {
      ...channelTo('https://hooks.example/'),
      // the documented name wins where both are sent
      ...(place.startsWith('body.config') && { config: {} }),
      name: 'made',
      events: ['webhook_error'],
    },
  }),
  'notifications.channels.update': ({ ids }) => ({ path: { id: ids.channel } }),
  'notifications.preview': () => ({ body: {} }),
  'users.create': () => ({}),
  'tokens.create': ({ ids }) => ({ body: { name: 'made', scope: 'read', user_id: ids.user } }),
  'accessKeys.create': ({ ids }) => ({ body: { name: 'made', scope: 'read', user_id: ids.user } }),
  'audit.list': () => ({}),
  'audit.export': () => ({}),
  events: () => ({}),
}

interface Made {
  readonly data: { readonly id: number; readonly name: string; readonly path?: string }
}

type Undo = (stage: Stage, made: Made['data'], request: ApiRequest) => unknown

const folderOf = ({ ids, sandbox }: Stage, { path }: ApiRequest): string =>
  path?.id === ids.fresh ? sandbox.secondBarePath : sandbox.clonePath

const dropRepo = async ({ gitferry }: Stage, id: number): Promise<void> => {
  await gitferry.repos.delete(id, { drop_kept: true })
}

const taskSides = {
  source_remote: 'origin',
  source_branch: 'main',
  target_remote: 'backup',
  target_branch: 'copy',
  cron_expression: '',
}

/** Of what an endpoint makes or takes away when it succeeds: how it is as before again. */
export const undos: Readonly<Partial<Record<EndpointName, Undo>>> = {
  'repos.register': (stage, { id }) => dropRepo(stage, id),
  'repos.create': (stage, { id }) => dropRepo(stage, id),
  'repos.fork': (stage, { id }) => dropRepo(stage, id),
  'content.createCommit': async ({ gitferry, sandbox }, _, { body, path }) => {
    const repo = await gitferry.repos.get(Number(path?.id))
    sandbox.git(repo.path, 'update-ref', '-d', `refs/heads/${body?.branch}`)
  },
  'deployKeys.add': ({ gitferry, ids }, { id }) => gitferry.deployKeys.delete(ids.hosted, id),
  'protection.set': ({ gitferry, ids }, { id }) => gitferry.protection.delete(ids.hosted, id),
  'projects.create': ({ gitferry }, { id }) => gitferry.projects.delete(id),
  'publicKeys.add': ({ gitferry }, { id }) => gitferry.publicKeys.delete(id),
  'repos.clone': async (stage, { id }, { body }) => {
    const job = await stage.gitferry.jobs.wait(id)
    if (job.error_code === 'INTERNAL') throw new Error(`the clone failed by itself: ${job.error_message}`)
    if (job.repo_id !== null) await dropRepo(stage, job.repo_id)
    if (typeof body?.path === 'string') rmSync(body.path, { recursive: true, force: true })
  },
  // by git itself, which is one process
  'branches.create': (stage, { name }, request) =>
    stage.sandbox.git(folderOf(stage, request), 'branch', '-D', name),
  'branches.checkout': ({ sandbox }) => sandbox.git(sandbox.clonePath, 'checkout', '--quiet', 'main'),
  'branches.delete': ({ sandbox }, { name }) => sandbox.git(sandbox.clonePath, 'branch', name, 'main'),
  'repos.remotes.add': ({ gitferry, ids }, { name }) => gitferry.repos.remotes.delete(ids.fresh, name),
  'repos.remotes.delete': ({ gitferry, ids, sandbox }, { name }) =>
    gitferry.repos.remotes.add(ids.work, { name, fetch_url: sandbox.bareBackupPath }),
  'tags.create': (stage, { name }, request) => stage.sandbox.git(folderOf(stage, request), 'tag', '-d', name),
  'tags.delete': ({ sandbox }, { name }) => sandbox.git(sandbox.clonePath, 'tag', name, 'main'),
  'repos.update': ({ gitferry }, { id }) => gitferry.repos.update(id, { name: 'fresh' }),
  'sync.tasks.update': ({ gitferry, ids }, { id }) =>
    id === ids.task ? gitferry.sync.tasks.update(id, taskSides) : undefined,
  'sync.tasks.create': ({ gitferry }, { id }) => gitferry.sync.tasks.delete(id, { cancel: true }),
  'keys.create': ({ gitferry }, { id }) => gitferry.keys.delete(id),
  'keys.generate': ({ gitferry }, { id }) => gitferry.keys.delete(id),
  'credentials.create': ({ gitferry }, { id }) => gitferry.credentials.delete(id),
  'hostKeys.create': ({ gitferry }, { id }) => gitferry.hostKeys.delete(id),
  'notifications.channels.create': ({ gitferry }, { id }) => gitferry.notifications.channels.delete(id),
  'tokens.create': ({ gitferry }, { id }) => gitferry.tokens.delete(id),
  'accessKeys.create': ({ gitferry }, { id }) => gitferry.accessKeys.delete(id),
  'users.create': ({ gitferry }, { id }) => gitferry.users.delete(id),
}
