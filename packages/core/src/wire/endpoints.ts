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

// Functions rather than objects: the table is a good part of every client, and is smaller so.
const asking =
  <const Method extends HttpMethod>(method: Method) =>
  <const Path extends string>(path: Path) =>
    ({ method, path: `${base}${path}` }) as {
      readonly method: Method
      readonly path: `${typeof base}${Path}`
    }
const get = asking('GET')
const post = asking('POST')
const put = asking('PUT')
const remove = asking('DELETE')
const list = <const Path extends string, const List extends string | null = null>(
  path: Path,
  list: List = null as List,
) => ({
  ...get(path),
  list,
})

/** Every address, by the name of the method that it calls. */
export const endpoints = {
  'repos.list': list('/repos', 'repos'),
  'repos.get': get('/repos/{id}'),
  'repos.register': post('/repos'),
  'repos.update': put('/repos/{id}'),
  'repos.delete': remove('/repos/{id}'),
  'repos.clone': post('/repos/clone'),
  'repos.create': post('/repos/create'),
  'repos.fork': post('/repos/{id}/fork'),
  'content.commits': list('/repos/{id}/commits'),
  'content.tree': list('/repos/{id}/tree'),
  'content.blob': get('/repos/{id}/blob'),
  'content.compare': get('/repos/{id}/compare'),
  'content.createCommit': post('/repos/{id}/commits'),
  'content.archive': get('/repos/{id}/archive'),
  'stats.get': get('/repos/{id}/stats'),
  'members.list': list('/repos/{id}/members'),
  'members.set': put('/repos/{id}/members/{user_id}'),
  'members.delete': remove('/repos/{id}/members/{user_id}'),
  'deployKeys.list': list('/repos/{id}/deploy-keys'),
  'deployKeys.add': post('/repos/{id}/deploy-keys'),
  'deployKeys.delete': remove('/repos/{id}/deploy-keys/{key_id}'),
  'protection.list': list('/repos/{id}/protected-refs'),
  'protection.set': put('/repos/{id}/protected-refs'),
  'protection.delete': remove('/repos/{id}/protected-refs/{rule_id}'),
  'projects.list': list('/projects'),
  'projects.get': get('/projects/{id}'),
  'projects.create': post('/projects'),
  'projects.delete': remove('/projects/{id}'),
  'projects.members.list': list('/projects/{id}/members'),
  'projects.members.set': put('/projects/{id}/members/{user_id}'),
  'projects.members.delete': remove('/projects/{id}/members/{user_id}'),
  'publicKeys.list': list('/public-keys'),
  'publicKeys.add': post('/public-keys'),
  'publicKeys.delete': remove('/public-keys/{id}'),
  'publicKeys.verify': post('/repos/{id}/verify-key'),
  'jobs.list': list('/jobs'),
  'jobs.get': get('/jobs/{id}'),
  'jobs.cancel': post('/jobs/{id}/cancel'),
  'branches.list': list('/repos/{id}/branches', 'branches'),
  'branches.create': post('/repos/{id}/branches'),
  'branches.checkout': post('/repos/{id}/branches/checkout'),
  'branches.delete': remove('/repos/{id}/branches/{+branch}'),
  'repos.remotes.list': list('/repos/{id}/remotes'),
  'repos.remotes.add': post('/repos/{id}/remotes'),
  'repos.remotes.update': put('/repos/{id}/remotes/{name}'),
  'repos.remotes.delete': remove('/repos/{id}/remotes/{name}'),
  'repos.remotes.test': post('/repos/{id}/remotes/{name}/test'),
  'tags.list': list('/repos/{id}/tags'),
  'tags.get': get('/repos/{id}/tags/{+tag}'),
  'tags.create': post('/repos/{id}/tags'),
  'tags.delete': remove('/repos/{id}/tags/{+tag}'),
  'sync.tasks.list': list('/sync/tasks', 'tasks'),
  'sync.tasks.get': get('/sync/tasks/{id}'),
  'sync.tasks.create': post('/sync/tasks'),
  'sync.tasks.update': put('/sync/tasks/{id}'),
  'sync.tasks.delete': remove('/sync/tasks/{id}'),
  'sync.tasks.run': post('/sync/tasks/{id}/run'),
  'sync.tasks.plan': post('/sync/tasks/{id}/plan'),
  'sync.tasks.pause': post('/sync/tasks/{id}/pause'),
  'sync.tasks.resume': post('/sync/tasks/{id}/resume'),
  'sync.plans.list': list('/sync/plans'),
  'sync.plans.get': get('/sync/plans/{id}'),
  'sync.plans.apply': post('/sync/plans/{id}/apply'),
  'sync.kept.list': list('/sync/kept'),
  'sync.tasks.runs': list('/sync/tasks/{id}/runs'),
  'sync.runs.list': list('/sync/runs'),
  'sync.runs.get': get('/sync/runs/{id}'),
  'sync.runs.log': get('/sync/runs/{id}/log'),
  'sync.runs.cancel': post('/sync/runs/{id}/cancel'),
  'sync.runs.retry': post('/sync/runs/{id}/retry'),
  'sync.runs.restore': post('/sync/runs/{id}/restore'),
  'webhooks.taskSync': { method: 'POST', path: '/api/webhooks/task-sync' },
  'keys.list': list('/ssh-keys', 'keys'),
  'keys.get': get('/ssh-keys/{id}'),
  'keys.create': post('/ssh-keys'),
  'keys.generate': post('/ssh-keys/generate'),
  'keys.update': put('/ssh-keys/{id}'),
  'keys.delete': remove('/ssh-keys/{id}'),
  'keys.test': post('/ssh-keys/{id}/test'),
  'credentials.list': list('/credentials'),
  'credentials.get': get('/credentials/{id}'),
  'credentials.create': post('/credentials'),
  'credentials.delete': remove('/credentials/{id}'),
  'hostKeys.list': list('/host-keys'),
  'hostKeys.create': post('/host-keys'),
  'hostKeys.accept': post('/host-keys/{id}/accept'),
  'hostKeys.delete': remove('/host-keys/{id}'),
  'notifications.channels.list': list('/notification/channels', 'channels'),
  'notifications.channels.get': get('/notification/channels/{id}'),
  'notifications.channels.create': post('/notification/channels'),
  'notifications.channels.update': put('/notification/channels/{id}'),
  'notifications.channels.delete': remove('/notification/channels/{id}'),
  'notifications.channels.test': post('/notification/channels/{id}/test'),
  'notifications.deliveries.list': list('/notification/deliveries'),
  'notifications.deliveries.get': get('/notification/deliveries/{id}'),
  'notifications.deliveries.retry': post('/notification/deliveries/{id}/retry'),
  'notifications.preview': post('/notification/preview'),
  'users.list': list('/users'),
  'users.create': post('/users'),
  'users.delete': remove('/users/{id}'),
  'tokens.list': list('/tokens'),
  'tokens.create': post('/tokens'),
  'tokens.delete': remove('/tokens/{id}'),
  'accessKeys.list': list('/access-keys'),
  'accessKeys.create': post('/access-keys'),
  'accessKeys.delete': remove('/access-keys/{id}'),
  'audit.list': list('/audit/logs'),
  'audit.get': get('/audit/logs/{id}'),
  'audit.verify': get('/audit/verify'),
  'audit.export': get('/audit/export'),
  events: get('/events'),
  'system.health': { method: 'GET', path: '/api/health' },
  'system.version': get('/system/version'),
} as const satisfies Record<string, Endpoint>

export type EndpointName = keyof typeof endpoints
