import type { EndpointName } from './endpoints.ts'

/** How far a credential reaches, each scope further than the one before it. */
export const scopes = ['member', 'read', 'write', 'admin'] as const

export type Scope = (typeof scopes)[number]

/** What a caller must be allowed in order to ask at an address. */
export interface EndpointRight {
  /** `open`: no credential at all is asked for. */
  readonly scope: Scope | 'open'
  /** Whether a credential that is restricted to some repositories may ask, and is then answered of those alone. */
  readonly within: boolean
  /**
   * Whether a caller whose scope does not reach may ask all the same: the service then asks for a role in the repository
   * or project.
   */
  readonly byRole?: true
}

const within = (scope: EndpointRight['scope']): EndpointRight => ({ scope, within: true })
const everywhere = (scope: EndpointRight['scope']): EndpointRight => ({ scope, within: false })
const withinByRole = (scope: Scope): EndpointRight => ({ scope, within: true, byRole: true })
const everywhereByRole = (scope: Scope): EndpointRight => ({ scope, within: false, byRole: true })

/**
 * What each address asks for. `member` reaches no repository or project of others by itself: what its holder may do there
 * is what their roles give, at the addresses that ask for one (`byRole`). Yet every member who is a stored user may make
 * projects, repositories in them, and public keys of their own. The further scopes give a role in every repository
 * (`rights/role-of.ts`). `read` looks; `write` changes repositories, their remotes, refs and tasks, and runs them;
 * `admin` does the rest: keys, credentials, known hosts, channels, users, tokens, and the audit log.
 *
 * `write` reaches further than its own records: whoever has it, and is not restricted, may use every stored key and
 * credential by its id, a key at any URL that the rules allow and a credential at its own origin, and may store a
 * credential by a login in the URL of a remote. To see a secret, or to use one in another way, is nothing for anybody.
 * What binds a key or a credential to a URL is nothing for a restricted credential: it could be turned upon another
 * repository at the same host.
 */
export const endpointRights = {
  'repos.list': withinByRole('read'),
  'repos.get': withinByRole('read'),
  'repos.register': everywhere('write'),
  'repos.update': everywhereByRole('write'),
  'repos.delete': everywhereByRole('write'),
  'repos.clone': everywhere('write'),
  'repos.create': everywhereByRole('write'),
  'repos.fork': everywhereByRole('write'),
  'content.commits': withinByRole('read'),
  'content.tree': withinByRole('read'),
  'content.blob': withinByRole('read'),
  'content.compare': withinByRole('read'),
  'content.createCommit': withinByRole('write'),
  'content.archive': withinByRole('read'),
  'stats.get': withinByRole('read'),
  'members.list': withinByRole('read'),
  'members.set': withinByRole('admin'),
  'members.delete': withinByRole('admin'),
  'deployKeys.list': withinByRole('admin'),
  'deployKeys.add': withinByRole('admin'),
  'deployKeys.delete': withinByRole('admin'),
  'protection.list': withinByRole('read'),
  'protection.set': withinByRole('admin'),
  'protection.delete': withinByRole('admin'),
  'projects.list': everywhereByRole('read'),
  'projects.get': everywhereByRole('read'),
  'projects.create': everywhereByRole('write'),
  'projects.delete': everywhereByRole('admin'),
  'projects.members.list': everywhereByRole('read'),
  'projects.members.set': everywhereByRole('admin'),
  'projects.members.delete': everywhereByRole('admin'),
  'publicKeys.list': everywhereByRole('read'),
  'publicKeys.add': everywhereByRole('write'),
  'publicKeys.delete': everywhereByRole('write'),
  'publicKeys.verify': withinByRole('read'),
  'jobs.list': within('read'),
  'jobs.get': within('read'),
  'jobs.cancel': within('write'),
  'branches.list': withinByRole('read'),
  'branches.create': withinByRole('write'),
  'branches.checkout': within('write'),
  'branches.delete': withinByRole('write'),
  'repos.remotes.list': within('read'),
  'repos.remotes.add': everywhere('write'),
  'repos.remotes.update': everywhere('write'),
  'repos.remotes.delete': everywhere('write'),
  'repos.remotes.test': within('write'),
  'tags.list': withinByRole('read'),
  'tags.get': withinByRole('read'),
  'tags.create': withinByRole('write'),
  'tags.delete': withinByRole('write'),
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

/**
 * Whether a caller of this scope may ask at all; where only a role can give the right, the service asks for it.
 * `read` stays reading, whatever roles its holder has.
 */
export const mayAsk = (held: Scope, { scope, byRole }: EndpointRight): boolean =>
  holdsScope(held, scope) || (byRole === true && (held === 'member' || held === 'write'))

/** Whether one scope holds all that another asks for. */
export const holdsScope = (held: Scope, asked: EndpointRight['scope']): boolean =>
  asked === 'open' || scopes.indexOf(held) >= scopes.indexOf(asked)
