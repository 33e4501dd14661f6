export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** One address of the API: what both ends must agree on before types come in. */
export interface Endpoint {
  readonly method: HttpMethod
  /** With `{name}` for each path parameter; `{branch}` may hold slashes. */
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
    path: `${base}/repos/{id}/branches/{branch}`,
    change: { type: 'delete', object_type: 'branch' },
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
  'sync.tasks.runs': { method: 'GET', path: `${base}/sync/tasks/{id}/runs`, list: null },
  'sync.runs.list': { method: 'GET', path: `${base}/sync/runs`, list: null },
  'sync.runs.get': { method: 'GET', path: `${base}/sync/runs/{id}` },
  'sync.runs.log': { method: 'GET', path: `${base}/sync/runs/{id}/log` },
  'audit.list': { method: 'GET', path: `${base}/audit/logs`, list: null },
  'system.health': { method: 'GET', path: '/api/health' },
  'system.version': { method: 'GET', path: `${base}/system/version` },
} as const satisfies Record<string, Endpoint>

export type EndpointName = keyof typeof endpoints
