export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** One address of the API: what both ends must agree on before types come in. */
export interface Endpoint {
  readonly method: HttpMethod
  /** With `{name}` for each path parameter; one that may hold slashes is written `{+name}` (RFC 6570). */
  readonly path: string
  /**
   * What the documented list calls its items when no page is asked for (`{ repos: […], total }`). `null`: a list
   * that is always paged. Absent: not a list.
   */
  readonly list?: string | null
  /** The change that the audit log records under this address. */
  readonly change?: { readonly type: string; readonly object_type: string }
}

const base = '/api/v1'

/** Every address, by the name of the method that it calls. */
export const endpoints = {
  'repos.list': { method: 'GET', path: `${base}/repos`, list: 'repos' },
  'repos.get': { method: 'GET', path: `${base}/repos/{id}` },
  'repos.register': {
    method: 'POST',
    path: `${base}/repos`,
    change: { type: 'create', object_type: 'repo' },
  },
  'repos.update': {
    method: 'PUT',
    path: `${base}/repos/{id}`,
    change: { type: 'update', object_type: 'repo' },
  },
  'repos.delete': {
    method: 'DELETE',
    path: `${base}/repos/{id}`,
    change: { type: 'delete', object_type: 'repo' },
  },
  'repos.clone': {
    method: 'POST',
    path: `${base}/repos/clone`,
    change: { type: 'create', object_type: 'job' },
  },
  'repos.create': {
    method: 'POST',
    path: `${base}/repos/create`,
    change: { type: 'create', object_type: 'repo' },
  },
  'jobs.list': { method: 'GET', path: `${base}/jobs`, list: null },
  'jobs.get': { method: 'GET', path: `${base}/jobs/{id}` },
  'jobs.cancel': {
    method: 'POST',
    path: `${base}/jobs/{id}/cancel`,
    change: { type: 'cancel', object_type: 'job' },
  },
  'branches.list': { method: 'GET', path: `${base}/repos/{id}/branches`, list: 'branches' },
  'branches.create': {
    method: 'POST',
    path: `${base}/repos/{id}/branches`,
    change: { type: 'create', object_type: 'branch' },
  },
  'branches.checkout': {
    method: 'POST',
    path: `${base}/repos/{id}/branches/checkout`,
    change: { type: 'checkout', object_type: 'branch' },
  },
  'branches.delete': {
    method: 'DELETE',
    path: `${base}/repos/{id}/branches/{+branch}`,
    change: { type: 'delete', object_type: 'branch' },
  },
  'repos.remotes.list': { method: 'GET', path: `${base}/repos/{id}/remotes`, list: null },
  'repos.remotes.add': {
    method: 'POST',
    path: `${base}/repos/{id}/remotes`,
    change: { type: 'create', object_type: 'remote' },
  },
  'repos.remotes.update': {
    method: 'PUT',
    path: `${base}/repos/{id}/remotes/{name}`,
    change: { type: 'update', object_type: 'remote' },
  },
  'repos.remotes.delete': {
    method: 'DELETE',
    path: `${base}/repos/{id}/remotes/{name}`,
    change: { type: 'delete', object_type: 'remote' },
  },
  'repos.remotes.test': {
    method: 'POST',
    path: `${base}/repos/{id}/remotes/{name}/test`,
    change: { type: 'test', object_type: 'remote' },
  },
  'tags.list': { method: 'GET', path: `${base}/repos/{id}/tags`, list: null },
  'tags.get': { method: 'GET', path: `${base}/repos/{id}/tags/{+tag}` },
  'tags.create': {
    method: 'POST',
    path: `${base}/repos/{id}/tags`,
    change: { type: 'create', object_type: 'tag' },
  },
  'tags.delete': {
    method: 'DELETE',
    path: `${base}/repos/{id}/tags/{+tag}`,
    change: { type: 'delete', object_type: 'tag' },
  },
  'sync.tasks.list': { method: 'GET', path: `${base}/sync/tasks`, list: 'tasks' },
  'sync.tasks.get': { method: 'GET', path: `${base}/sync/tasks/{id}` },
  'sync.tasks.create': {
    method: 'POST',
    path: `${base}/sync/tasks`,
    change: { type: 'create', object_type: 'task' },
  },
  'sync.tasks.update': {
    method: 'PUT',
    path: `${base}/sync/tasks/{id}`,
    change: { type: 'update', object_type: 'task' },
  },
  'sync.tasks.delete': {
    method: 'DELETE',
    path: `${base}/sync/tasks/{id}`,
    change: { type: 'delete', object_type: 'task' },
  },
  'sync.tasks.run': {
    method: 'POST',
    path: `${base}/sync/tasks/{id}/run`,
    change: { type: 'run', object_type: 'task' },
  },
  'sync.tasks.plan': {
    method: 'POST',
    path: `${base}/sync/tasks/{id}/plan`,
    change: { type: 'plan', object_type: 'task' },
  },
  'sync.tasks.pause': {
    method: 'POST',
    path: `${base}/sync/tasks/{id}/pause`,
    change: { type: 'pause', object_type: 'task' },
  },
  'sync.tasks.resume': {
    method: 'POST',
    path: `${base}/sync/tasks/{id}/resume`,
    change: { type: 'resume', object_type: 'task' },
  },
  'sync.plans.list': { method: 'GET', path: `${base}/sync/plans`, list: null },
  'sync.plans.get': { method: 'GET', path: `${base}/sync/plans/{id}` },
  'sync.plans.apply': {
    method: 'POST',
    path: `${base}/sync/plans/{id}/apply`,
    change: { type: 'apply', object_type: 'plan' },
  },
  'sync.kept.list': { method: 'GET', path: `${base}/sync/kept`, list: null },
  'sync.tasks.runs': { method: 'GET', path: `${base}/sync/tasks/{id}/runs`, list: null },
  'sync.runs.list': { method: 'GET', path: `${base}/sync/runs`, list: null },
  'sync.runs.get': { method: 'GET', path: `${base}/sync/runs/{id}` },
  'sync.runs.log': { method: 'GET', path: `${base}/sync/runs/{id}/log` },
  'sync.runs.cancel': {
    method: 'POST',
    path: `${base}/sync/runs/{id}/cancel`,
    change: { type: 'cancel', object_type: 'run' },
  },
  'sync.runs.retry': {
    method: 'POST',
    path: `${base}/sync/runs/{id}/retry`,
    change: { type: 'retry', object_type: 'run' },
  },
  'sync.runs.restore': {
    method: 'POST',
    path: `${base}/sync/runs/{id}/restore`,
    change: { type: 'restore', object_type: 'run' },
  },
  // without a change: what is refused before its signature was good is not audited, or strangers could fill the log
  'webhooks.taskSync': { method: 'POST', path: '/api/webhooks/task-sync' },
  'keys.list': { method: 'GET', path: `${base}/ssh-keys`, list: 'keys' },
  'keys.get': { method: 'GET', path: `${base}/ssh-keys/{id}` },
  'keys.create': {
    method: 'POST',
    path: `${base}/ssh-keys`,
    change: { type: 'create', object_type: 'ssh_key' },
  },
  'keys.generate': {
    method: 'POST',
    path: `${base}/ssh-keys/generate`,
    change: { type: 'create', object_type: 'ssh_key' },
  },
  'keys.update': {
    method: 'PUT',
    path: `${base}/ssh-keys/{id}`,
    change: { type: 'update', object_type: 'ssh_key' },
  },
  'keys.delete': {
    method: 'DELETE',
    path: `${base}/ssh-keys/{id}`,
    change: { type: 'delete', object_type: 'ssh_key' },
  },
  'keys.test': {
    method: 'POST',
    path: `${base}/ssh-keys/{id}/test`,
    change: { type: 'test', object_type: 'ssh_key' },
  },
  'credentials.list': { method: 'GET', path: `${base}/credentials`, list: null },
  'credentials.get': { method: 'GET', path: `${base}/credentials/{id}` },
  'credentials.create': {
    method: 'POST',
    path: `${base}/credentials`,
    change: { type: 'create', object_type: 'credential' },
  },
  'credentials.delete': {
    method: 'DELETE',
    path: `${base}/credentials/{id}`,
    change: { type: 'delete', object_type: 'credential' },
  },
  'hostKeys.list': { method: 'GET', path: `${base}/host-keys`, list: null },
  'hostKeys.delete': {
    method: 'DELETE',
    path: `${base}/host-keys/{id}`,
    change: { type: 'delete', object_type: 'host_key' },
  },
  'notifications.channels.list': { method: 'GET', path: `${base}/notification/channels`, list: 'channels' },
  'notifications.channels.get': { method: 'GET', path: `${base}/notification/channels/{id}` },
  'notifications.channels.create': {
    method: 'POST',
    path: `${base}/notification/channels`,
    change: { type: 'create', object_type: 'channel' },
  },
  'notifications.channels.update': {
    method: 'PUT',
    path: `${base}/notification/channels/{id}`,
    change: { type: 'update', object_type: 'channel' },
  },
  'notifications.channels.delete': {
    method: 'DELETE',
    path: `${base}/notification/channels/{id}`,
    change: { type: 'delete', object_type: 'channel' },
  },
  'notifications.channels.test': {
    method: 'POST',
    path: `${base}/notification/channels/{id}/test`,
    change: { type: 'test', object_type: 'channel' },
  },
  'notifications.deliveries.list': { method: 'GET', path: `${base}/notification/deliveries`, list: null },
  'notifications.deliveries.get': { method: 'GET', path: `${base}/notification/deliveries/{id}` },
  'notifications.deliveries.retry': {
    method: 'POST',
    path: `${base}/notification/deliveries/{id}/retry`,
    change: { type: 'retry', object_type: 'delivery' },
  },
  'notifications.preview': { method: 'POST', path: `${base}/notification/preview` },
  'audit.list': { method: 'GET', path: `${base}/audit/logs`, list: null },
  'audit.get': { method: 'GET', path: `${base}/audit/logs/{id}` },
  'audit.verify': { method: 'GET', path: `${base}/audit/verify` },
  'audit.export': { method: 'GET', path: `${base}/audit/export` },
  events: { method: 'GET', path: `${base}/events` },
  'system.health': { method: 'GET', path: '/api/health' },
  'system.version': { method: 'GET', path: `${base}/system/version` },
} as const satisfies Record<string, Endpoint>

export type EndpointName = keyof typeof endpoints
