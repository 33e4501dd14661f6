import type { EndpointName } from '@gitferry/core/wire'
import type { Differences, KindName } from './kinds.ts'

/** What stands at a place where any text may be sent. */
export interface Fed {
  readonly is: readonly KindName[]
  /** Where the error says it stands, when that is not the place’s own name. */
  readonly named?: string
  readonly differs?: Differences
  /** Where the value is put, when the place stands for many: `body.config.*`. */
  readonly at?: string
}

/** Tried elsewhere, and why. */
export interface Elsewhere {
  readonly none: string
}

/** These vectors are fed here. */
export const is = (kind: KindName, more: Omit<Fed, 'is'> = {}): Fed => ({ is: [kind], ...more })
export const none = (reason: string): Elsewhere => ({ none: reason })

const emptyPath = ['refused', 'an empty name is another address'] as const

const mirror = {
  'body.refs[]': is('selection', { named: 'refs' }),
  'body.exclude[]': is('selection', { named: 'exclude' }),
}
const task = {
  'body.name': is('line'),
  'body.cron_expression': is('cron'),
  'body.cron': is('cron', { named: 'cron_expression' }),
  'body.timezone': is('timeZone'),
  ...mirror,
  'body.source_remote': is('remoteName'),
  'body.target_remote': is('remoteName'),
  'body.target_branch': is('optionalRef'),
}
const remote = {
  'body.fetch_url': is('remoteUrl'),
  'body.push_url': is('remoteUrl'),
  'body.url': is('remoteUrl', { named: 'fetch_url' }),
}
const channel = {
  'body.name': is('line'),
  'body.config.webhook_url': is('notifierUrl', { named: 'config.webhook' }),
  'body.config.*': is('notifierUrl', { at: 'body.config.webhook', named: 'config.webhook' }),
  'body.template': is('template'),
  'body.content_template': is('template', { named: 'template' }),
}
const standing = { 'body.name': is('line'), 'body.description': is('line') }
const publicKey = { 'body.title': is('line'), 'body.key': is('publicKey') }
const grant = { 'body.name': is('line'), 'body.expires_at': is('word') }

/**
 * Every place where any text may be sent: what it means, and so with what it is tried. Places for numbers, words of a
 * list, yes and no are not here: the schema alone refuses every other value, which the fuzz over the description and
 * `bad-input.test.ts` try. `hostile-inputs.test.ts` fails when the contract has a place that is missing here.
 */
export const places: Readonly<Partial<Record<EndpointName, Readonly<Record<string, Fed | Elsewhere>>>>> = {
  'repos.register': {
    'body.path': { is: ['repoPath', 'folderPath'] },
    'body.name': is('line'),
  },
  'repos.list': { 'query.name': is('ignored') },
  'repos.update': standing,
  'repos.clone': {
    'body.url': is('remoteUrl'),
    'body.name': is('line'),
    'body.description': is('line'),
    'body.path': { is: ['newPath', 'newFolderPath'] },
    'body.branch': is('refName'),
  },
  'repos.create': { ...standing, 'body.default_branch': is('refName') },
  'repos.fork': standing,
  'content.commits': {
    'query.ref': is('revision'),
    'query.path': is('pathOfCommits'),
    'query.author': is('searched'),
    'query.message': is('searched'),
    'query.since': is('word'),
    'query.until': is('word'),
  },
  'content.tree': { 'query.ref': is('revision'), 'query.path': is('directory') },
  'content.blob': { 'query.ref': is('revision'), 'query.path': is('file') },
  'content.compare': { 'query.base': is('revision'), 'query.head': is('revision') },
  'content.archive': { 'query.ref': is('revision') },
  'content.createCommit': {
    'body.branch': is('refName'),
    'body.start_branch': is('refName'),
    'body.message': is('text'),
    'body.author_name': is('person'),
    'body.author_email': is('person'),
    'body.actions[].path': is('newFile', { at: 'body.actions.0.path', named: 'actions.0.path' }),
    'body.actions[].previous_path': is('movedFile', {
      at: 'body.actions.0.previous_path',
      named: 'actions.0.previous_path',
    }),
    'body.actions[].content': is('content', {
      at: 'body.actions.0.content',
      named: 'actions.0.content',
    }),
    'body.actions[].last_commit_oid': is('word', {
      at: 'body.actions.0.last_commit_oid',
      named: 'actions.0.last_commit_oid',
    }),
  },
  'members.list': { 'query.name': is('ignored') },
  'deployKeys.add': { ...publicKey, 'body.application': is('line') },
  'protection.set': { 'body.name': is('ruleName') },
  'projects.create': { 'body.name': is('projectName'), 'body.description': is('line') },
  'projects.members.list': { 'query.name': is('ignored') },
  'publicKeys.add': publicKey,
  'publicKeys.verify': { 'body.private_key': is('sshKey') },
  'branches.create': {
    'body.name': is('refName'),
    'body.base_branch': is('optionalRef'),
    'body.base_ref': is('optionalRef', { named: 'base_branch' }),
  },
  'branches.checkout': { 'body.branch': is('refName'), 'body.name': is('refName', { named: 'branch' }) },
  'branches.delete': { 'path.branch': is('refName', { differs: { 'ref-048': emptyPath } }) },
  'repos.remotes.add': { 'body.name': is('remoteName'), ...remote },
  'repos.remotes.update': { 'path.name': is('remoteName'), ...remote },
  'repos.remotes.delete': { 'path.name': is('remoteName') },
  'repos.remotes.test': { 'path.name': is('remoteName') },
  'tags.create': {
    'body.name': is('refName'),
    'body.ref': is('optionalRef'),
    'body.message': is('text'),
  },
  'tags.get': { 'path.tag': is('refName', { differs: { 'ref-048': emptyPath } }) },
  'tags.delete': { 'path.tag': is('refName', { differs: { 'ref-048': emptyPath } }) },
  'sync.tasks.create': { ...task, 'body.source_branch': is('refName') },
  'sync.tasks.update': { ...task, 'body.source_branch': is('refName'), 'body.paused_at': is('ignored') },
  'sync.tasks.runs': { 'query.since': is('word') },
  'sync.runs.list': { 'query.since': is('word') },
  'sync.runs.restore': { 'body.refs[]': is('keptRef', { named: 'refs' }) },
  'webhooks.taskSync': {
    'header.X-Hub-Signature-256': none('every webhook_body comes with the signature that the corpus names'),
    'header.X-GitHub-Delivery': none('every webhook_body is sent twice under one id'),
    'header.X-Request-Id': none('http_header is sent as raw bytes'),
    'body.task_id': none('webhook_body is a whole body'),
  },
  'keys.create': {
    'body.name': is('line'),
    'body.private_key': is('sshKey'),
    // the key is not encrypted
    'body.passphrase': is('ignored'),
    'body.description': is('text'),
  },
  'keys.generate': { 'body.name': is('line'), 'body.description': is('text') },
  'keys.update': { 'body.name': is('line'), 'body.description': is('text') },
  'keys.test': { 'body.repo_url': is('sshUrl'), 'body.url': is('sshUrl', { named: 'repo_url' }) },
  'credentials.create': {
    'body.name': is('line'),
    'body.origin': is('origin'),
    'body.username': is('username'),
    'body.password': is('secret'),
    'body.token': is('secret'),
  },
  'hostKeys.create': { 'body.known_host': is('knownHost') },
  'hostKeys.accept': { 'query.fingerprint': is('word') },
  'notifications.channels.create': { ...channel, 'body.type': is('word') },
  'notifications.channels.update': channel,
  'notifications.preview': { 'body.template': is('template') },
  'users.create': { 'body.name': is('word') },
  'tokens.create': grant,
  'accessKeys.create': grant,
  'audit.list': { 'query.start_time': is('word'), 'query.end_time': is('word') },
  'audit.export': { 'query.start_time': is('word'), 'query.end_time': is('word') },
  events: { 'query.names': is('word') },
}
