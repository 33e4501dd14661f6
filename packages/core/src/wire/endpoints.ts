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
}

const base = '/api/v1'

/** Every address, by the name of the method that it calls. */
export const endpoints = {
  'repos.list': { method: 'GET', path: `${base}/repos`, list: 'repos' },
  'repos.get': { method: 'GET', path: `${base}/repos/{id}` },
  'repos.register': { method: 'POST', path: `${base}/repos` },
  'repos.update': { method: 'PUT', path: `${base}/repos/{id}` },
  'repos.delete': { method: 'DELETE', path: `${base}/repos/{id}` },
  'repos.clone': { method: 'POST', path: `${base}/repos/clone` },
  'repos.create': { method: 'POST', path: `${base}/repos/create` },
  'jobs.list': { method: 'GET', path: `${base}/jobs`, list: null },
  'jobs.get': { method: 'GET', path: `${base}/jobs/{id}` },
  'jobs.cancel': { method: 'POST', path: `${base}/jobs/{id}/cancel` },
  'branches.list': { method: 'GET', path: `${base}/repos/{id}/branches`, list: 'branches' },
  'branches.create': { method: 'POST', path: `${base}/repos/{id}/branches` },
  'branches.checkout': { method: 'POST', path: `${base}/repos/{id}/branches/checkout` },
  'branches.delete': { method: 'DELETE', path: `${base}/repos/{id}/branches/{+branch}` },
  'repos.remotes.list': { method: 'GET', path: `${base}/repos/{id}/remotes`, list: null },
  'repos.remotes.add': { method: 'POST', path: `${base}/repos/{id}/remotes` },
  'repos.remotes.update': { method: 'PUT', path: `${base}/repos/{id}/remotes/{name}` },
  'repos.remotes.delete': { method: 'DELETE', path: `${base}/repos/{id}/remotes/{name}` },
  'repos.remotes.test': { method: 'POST', path: `${base}/repos/{id}/remotes/{name}/test` },
  'tags.list': { method: 'GET', path: `${base}/repos/{id}/tags`, list: null },
  'tags.get': { method: 'GET', path: `${base}/repos/{id}/tags/{+tag}` },
  'tags.create': { method: 'POST', path: `${base}/repos/{id}/tags` },
  'tags.delete': { method: 'DELETE', path: `${base}/repos/{id}/tags/{+tag}` },
  'sync.tasks.list': { method: 'GET', path: `${base}/sync/tasks`, list: 'tasks' },
  'sync.tasks.get': { method: 'GET', path: `${base}/sync/tasks/{id}` },
  'sync.tasks.create': { method: 'POST', path: `${base}/sync/tasks` },
  'sync.tasks.update': { method: 'PUT', path: `${base}/sync/tasks/{id}` },
  'sync.tasks.delete': { method: 'DELETE', path: `${base}/sync/tasks/{id}` },
  'sync.tasks.run': { method: 'POST', path: `${base}/sync/tasks/{id}/run` },
  'sync.tasks.plan': { method: 'POST', path: `${base}/sync/tasks/{id}/plan` },
  'sync.tasks.pause': { method: 'POST', path: `${base}/sync/tasks/{id}/pause` },
  'sync.tasks.resume': { method: 'POST', path: `${base}/sync/tasks/{id}/resume` },
  'sync.plans.list': { method: 'GET', path: `${base}/sync/plans`, list: null },
  'sync.plans.get': { method: 'GET', path: `${base}/sync/plans/{id}` },
  'sync.plans.apply': { method: 'POST', path: `${base}/sync/plans/{id}/apply` },
  'sync.kept.list': { method: 'GET', path: `${base}/sync/kept`, list: null },
  'sync.tasks.runs': { method: 'GET', path: `${base}/sync/tasks/{id}/runs`, list: null },
  'sync.runs.list': { method: 'GET', path: `${base}/sync/runs`, list: null },
  'sync.runs.get': { method: 'GET', path: `${base}/sync/runs/{id}` },
  'sync.runs.log': { method: 'GET', path: `${base}/sync/runs/{id}/log` },
  'sync.runs.cancel': { method: 'POST', path: `${base}/sync/runs/{id}/cancel` },
  'sync.runs.retry': { method: 'POST', path: `${base}/sync/runs/{id}/retry` },
  'sync.runs.restore': { method: 'POST', path: `${base}/sync/runs/{id}/restore` },
  'webhooks.taskSync': { method: 'POST', path: '/api/webhooks/task-sync' },
  'keys.list': { method: 'GET', path: `${base}/ssh-keys`, list: 'keys' },
  'keys.get': { method: 'GET', path: `${base}/ssh-keys/{id}` },
  'keys.create': { method: 'POST', path: `${base}/ssh-keys` },
  'keys.generate': { method: 'POST', path: `${base}/ssh-keys/generate` },
  'keys.update': { method: 'PUT', path: `${base}/ssh-keys/{id}` },
  'keys.delete': { method: 'DELETE', path: `${base}/ssh-keys/{id}` },
  'keys.test': { method: 'POST', path: `${base}/ssh-keys/{id}/test` },
  'credentials.list': { method: 'GET', path: `${base}/credentials`, list: null },
  'credentials.get': { method: 'GET', path: `${base}/credentials/{id}` },
  'credentials.create': { method: 'POST', path: `${base}/credentials` },
  'credentials.delete': { method: 'DELETE', path: `${base}/credentials/{id}` },
  'hostKeys.list': { method: 'GET', path: `${base}/host-keys`, list: null },
  'hostKeys.create': { method: 'POST', path: `${base}/host-keys` },
  'hostKeys.accept': { method: 'POST', path: `${base}/host-keys/{id}/accept` },
  'hostKeys.delete': { method: 'DELETE', path: `${base}/host-keys/{id}` },
  'notifications.channels.list': { method: 'GET', path: `${base}/notification/channels`, list: 'channels' },
  'notifications.channels.get': { method: 'GET', path: `${base}/notification/channels/{id}` },
  'notifications.channels.create': { method: 'POST', path: `${base}/notification/channels` },
  'notifications.channels.update': { method: 'PUT', path: `${base}/notification/channels/{id}` },
  'notifications.channels.delete': { method: 'DELETE', path: `${base}/notification/channels/{id}` },
  'notifications.channels.test': { method: 'POST', path: `${base}/notification/channels/{id}/test` },
  'notifications.deliveries.list': { method: 'GET', path: `${base}/notification/deliveries`, list: null },
  'notifications.deliveries.get': { method: 'GET', path: `${base}/notification/deliveries/{id}` },
  'notifications.deliveries.retry': { method: 'POST', path: `${base}/notification/deliveries/{id}/retry` },
  'notifications.preview': { method: 'POST', path: `${base}/notification/preview` },
  'users.list': { method: 'GET', path: `${base}/users`, list: null },
  'users.create': { method: 'POST', path: `${base}/users` },
  'users.delete': { method: 'DELETE', path: `${base}/users/{id}` },
  'tokens.list': { method: 'GET', path: `${base}/tokens`, list: null },
  'tokens.create': { method: 'POST', path: `${base}/tokens` },
  'tokens.delete': { method: 'DELETE', path: `${base}/tokens/{id}` },
  'accessKeys.list': { method: 'GET', path: `${base}/access-keys`, list: null },
  'accessKeys.create': { method: 'POST', path: `${base}/access-keys` },
  'accessKeys.delete': { method: 'DELETE', path: `${base}/access-keys/{id}` },
  'audit.list': { method: 'GET', path: `${base}/audit/logs`, list: null },
  'audit.get': { method: 'GET', path: `${base}/audit/logs/{id}` },
  'audit.verify': { method: 'GET', path: `${base}/audit/verify` },
  'audit.export': { method: 'GET', path: `${base}/audit/export` },
  events: { method: 'GET', path: `${base}/events` },
  'system.health': { method: 'GET', path: '/api/health' },
  'system.version': { method: 'GET', path: `${base}/system/version` },
} as const satisfies Record<string, Endpoint>

export type EndpointName = keyof typeof endpoints
