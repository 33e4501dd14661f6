import type { EndpointName } from './endpoints.ts'

/** A change, as the audit log names it. */
export interface EndpointChange {
  readonly type: string
  readonly object_type: string
}

/**
 * The change that the audit log records under each address that makes one. Webhooks have none here: what is refused
 * before its signature was good is not audited, or strangers could fill the log.
 */
export const endpointChanges = {
  'repos.register': { type: 'create', object_type: 'repo' },
  'repos.update': { type: 'update', object_type: 'repo' },
  'repos.delete': { type: 'delete', object_type: 'repo' },
  'repos.clone': { type: 'create', object_type: 'job' },
  'repos.create': { type: 'create', object_type: 'repo' },
  'repos.fork': { type: 'create', object_type: 'repo' },
  'content.createCommit': { type: 'commit', object_type: 'branch' },
  'members.set': { type: 'update', object_type: 'member' },
  'members.delete': { type: 'delete', object_type: 'member' },
  'projects.create': { type: 'create', object_type: 'project' },
  'projects.delete': { type: 'delete', object_type: 'project' },
  'projects.members.set': { type: 'update', object_type: 'project_member' },
  'projects.members.delete': { type: 'delete', object_type: 'project_member' },
  'deployKeys.add': { type: 'create', object_type: 'deploy_key' },
  'deployKeys.delete': { type: 'delete', object_type: 'deploy_key' },
  'publicKeys.add': { type: 'create', object_type: 'public_key' },
  'publicKeys.delete': { type: 'delete', object_type: 'public_key' },
  'publicKeys.verify': { type: 'test', object_type: 'public_key' },
  'protection.set': { type: 'update', object_type: 'protected_ref' },
  'protection.delete': { type: 'delete', object_type: 'protected_ref' },
  'jobs.cancel': { type: 'cancel', object_type: 'job' },
  'branches.create': { type: 'create', object_type: 'branch' },
  'branches.checkout': { type: 'checkout', object_type: 'branch' },
  'branches.delete': { type: 'delete', object_type: 'branch' },
  'repos.remotes.add': { type: 'create', object_type: 'remote' },
  'repos.remotes.update': { type: 'update', object_type: 'remote' },
  'repos.remotes.delete': { type: 'delete', object_type: 'remote' },
  'repos.remotes.test': { type: 'test', object_type: 'remote' },
  'tags.create': { type: 'create', object_type: 'tag' },
  'tags.delete': { type: 'delete', object_type: 'tag' },
  'sync.tasks.create': { type: 'create', object_type: 'task' },
  'sync.tasks.update': { type: 'update', object_type: 'task' },
  'sync.tasks.delete': { type: 'delete', object_type: 'task' },
  'sync.tasks.run': { type: 'run', object_type: 'task' },
  'sync.tasks.plan': { type: 'plan', object_type: 'task' },
  'sync.tasks.pause': { type: 'pause', object_type: 'task' },
  'sync.tasks.resume': { type: 'resume', object_type: 'task' },
  'sync.plans.apply': { type: 'apply', object_type: 'plan' },
  'sync.runs.cancel': { type: 'cancel', object_type: 'run' },
  'sync.runs.retry': { type: 'retry', object_type: 'run' },
  'sync.runs.restore': { type: 'restore', object_type: 'run' },
  'keys.create': { type: 'create', object_type: 'ssh_key' },
  'keys.generate': { type: 'create', object_type: 'ssh_key' },
  'keys.update': { type: 'update', object_type: 'ssh_key' },
  'keys.delete': { type: 'delete', object_type: 'ssh_key' },
  'keys.test': { type: 'test', object_type: 'ssh_key' },
  'credentials.create': { type: 'create', object_type: 'credential' },
  'credentials.delete': { type: 'delete', object_type: 'credential' },
  'hostKeys.create': { type: 'create', object_type: 'host_key' },
  'hostKeys.accept': { type: 'accept', object_type: 'host_key' },
  'hostKeys.delete': { type: 'delete', object_type: 'host_key' },
  'notifications.channels.create': { type: 'create', object_type: 'channel' },
  'notifications.channels.update': { type: 'update', object_type: 'channel' },
  'notifications.channels.delete': { type: 'delete', object_type: 'channel' },
  'notifications.channels.test': { type: 'test', object_type: 'channel' },
  'notifications.deliveries.retry': { type: 'retry', object_type: 'delivery' },
  'users.create': { type: 'create', object_type: 'user' },
  'users.delete': { type: 'delete', object_type: 'user' },
  'tokens.create': { type: 'create', object_type: 'token' },
  'tokens.delete': { type: 'delete', object_type: 'token' },
  'accessKeys.create': { type: 'create', object_type: 'access_key' },
  'accessKeys.delete': { type: 'delete', object_type: 'access_key' },
} as const satisfies { readonly [Name in EndpointName]?: EndpointChange }

/** The change that an endpoint makes; `undefined`: it makes none. */
export const changeAt = (name: EndpointName): EndpointChange | undefined =>
  (endpointChanges as { readonly [Name in EndpointName]?: EndpointChange })[name]
