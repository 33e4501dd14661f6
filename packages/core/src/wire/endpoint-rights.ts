import type { EndpointName } from './endpoints.ts'

/** How far a credential reaches, each scope further than the one before it. */
export const scopes = ['read', 'write', 'admin'] as const

export type Scope = (typeof scopes)[number]

/** What a caller must be allowed in order to ask at an address. */
export interface EndpointRight {
  /** `open`: no credential at all is asked for. */
  readonly scope: Scope | 'open'
  /** Whether a credential that is restricted to some repositories may ask, and is then answered of those alone. */
  readonly within: boolean
}

const within = (scope: EndpointRight['scope']): EndpointRight => ({ scope, within: true })
const everywhere = (scope: EndpointRight['scope']): EndpointRight => ({ scope, within: false })

/**
 * What each address asks for. `read` looks; `write` changes repositories, their remotes, refs and tasks, and runs them;
 * `admin` does the rest: keys, credentials, known hosts, channels, users, tokens, and the audit log.
 *
 * `write` reaches further than its own records: whoever has it, and is not restricted, may use every stored key and
 * credential by its id, a key at any URL that the rules allow and a credential at its own origin, and may store a
 * credential by a login in the URL of a remote. To see a secret, or to use one in another way, is nothing for anybody.
 * What binds a key or a credential to a URL is nothing for a restricted credential: it could be turned upon another
 * repository at the same host.
 */
export const endpointRights = {
  'repos.list': within('read'),
  'repos.get': within('read'),
  'repos.register': everywhere('write'),
  'repos.update': everywhere('write'),
  'repos.delete': everywhere('write'),
  'repos.clone': everywhere('write'),
  'repos.create': everywhere('write'),
  'jobs.list': within('read'),
  'jobs.get': within('read'),
  'jobs.cancel': within('write'),
  'branches.list': within('read'),
  'branches.create': within('write'),
  'branches.checkout': within('write'),
  'branches.delete': within('write'),
  'repos.remotes.list': within('read'),
  'repos.remotes.add': everywhere('write'),
  'repos.remotes.update': everywhere('write'),
  'repos.remotes.delete': everywhere('write'),
  'repos.remotes.test': within('write'),
  'tags.list': within('read'),
  'tags.get': within('read'),
  'tags.create': within('write'),
  'tags.delete': within('write'),
  'sync.tasks.list': within('read'),
  'sync.tasks.get': within('read'),
  'sync.tasks.create': within('write'),
  'sync.tasks.update': within('write'),
  'sync.tasks.delete': within('write'),
  'sync.tasks.run': within('write'),
  'sync.tasks.plan': within('write'),
  'sync.tasks.pause': within('write'),
  'sync.tasks.resume': within('write'),
  'sync.plans.list': within('read'),
  'sync.plans.get': within('read'),
  'sync.plans.apply': within('write'),
  'sync.kept.list': within('read'),
  'sync.tasks.runs': within('read'),
  'sync.runs.list': within('read'),
  'sync.runs.get': within('read'),
  'sync.runs.log': within('read'),
  'sync.runs.cancel': within('write'),
  'sync.runs.retry': within('write'),
  'sync.runs.restore': within('write'),
  'webhooks.taskSync': within('open'),
  'keys.list': everywhere('read'),
  'keys.get': everywhere('read'),
  'keys.create': everywhere('admin'),
  'keys.generate': everywhere('admin'),
  'keys.update': everywhere('admin'),
  'keys.delete': everywhere('admin'),
  'keys.test': everywhere('admin'),
  'credentials.list': everywhere('read'),
  'credentials.get': everywhere('read'),
  'credentials.create': everywhere('admin'),
  'credentials.delete': everywhere('admin'),
  'hostKeys.list': everywhere('read'),
  'hostKeys.create': everywhere('admin'),
  'hostKeys.accept': everywhere('admin'),
  'hostKeys.delete': everywhere('admin'),
  'notifications.channels.list': everywhere('read'),
  'notifications.channels.get': everywhere('read'),
  'notifications.channels.create': everywhere('admin'),
  'notifications.channels.update': everywhere('admin'),
  'notifications.channels.delete': everywhere('admin'),
  'notifications.channels.test': everywhere('admin'),
  'notifications.deliveries.list': everywhere('read'),
  'notifications.deliveries.get': everywhere('read'),
  'notifications.deliveries.retry': everywhere('admin'),
  'notifications.preview': everywhere('admin'),
  'users.list': everywhere('admin'),
  'users.create': everywhere('admin'),
  'users.delete': everywhere('admin'),
  'tokens.list': everywhere('admin'),
  'tokens.create': everywhere('admin'),
  'tokens.delete': everywhere('admin'),
  'accessKeys.list': everywhere('admin'),
  'accessKeys.create': everywhere('admin'),
  'accessKeys.delete': everywhere('admin'),
  'audit.list': everywhere('admin'),
  'audit.get': everywhere('admin'),
  'audit.verify': everywhere('admin'),
  'audit.export': everywhere('admin'),
  events: within('read'),
  'system.health': within('open'),
  'system.version': within('read'),
} as const satisfies Readonly<Record<EndpointName, EndpointRight>>

/** Whether one scope holds all that another asks for. */
export const holdsScope = (held: Scope, asked: EndpointRight['scope']): boolean =>
  asked === 'open' || scopes.indexOf(held) >= scopes.indexOf(asked)
