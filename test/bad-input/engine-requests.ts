import { join } from 'node:path'
import type { ApiSandbox } from '@gitferry/core/testing'
import type { BadRequest } from './bad-request.ts'
import { badGlobs, badUrls } from './hostile-values.ts'

const badIds = ['0', '-1', '1.5', 'abc', '9007199254740992']

/** What takes an id: method, address, body. */
const byId: readonly [method: string, path: (id: string) => string, body?: unknown][] = [
  ['GET', (id) => `/jobs/${id}`],
  ['POST', (id) => `/jobs/${id}/cancel`],
  ['POST', (id) => `/sync/tasks/${id}/pause`],
  ['POST', (id) => `/sync/tasks/${id}/resume`],
  ['GET', (id) => `/sync/plans/${id}`],
  ['POST', (id) => `/sync/plans/${id}/apply`],
  ['POST', (id) => `/sync/runs/${id}/restore`, {}],
]

const unknown: readonly [code: string, method: string, path: string, body?: unknown][] = [
  ['JOB_NOT_FOUND', 'GET', '/jobs/99'],
  ['JOB_NOT_FOUND', 'POST', '/jobs/99/cancel'],
  ['TASK_NOT_FOUND', 'POST', '/sync/tasks/99/pause'],
  ['TASK_NOT_FOUND', 'POST', '/sync/tasks/99/resume'],
  ['PLAN_NOT_FOUND', 'GET', '/sync/plans/99'],
  ['PLAN_NOT_FOUND', 'POST', '/sync/plans/99/apply'],
  ['RUN_NOT_FOUND', 'POST', '/sync/runs/99/restore', {}],
  ['REPO_NOT_FOUND', 'DELETE', '/repos/99?drop_kept=true'],
]

/** Bad requests to what plans, mirrors, keeps and clones. */
export function engineRequests(sandbox: ApiSandbox): BadRequest[] {
  const bad = { status: 400, code: 'INVALID_INPUT' }
  const ids = byId.flatMap(([method, path, body]) =>
    badIds.map(
      (id): BadRequest => ({
        rule: `${method} ${path(id)}`,
        method,
        path: `/api/v1${path(id)}`,
        body,
        ...bad,
        field: 'id',
      }),
    ),
  )
  const missing = unknown.map(
    ([code, method, path, body]): BadRequest => ({
      rule: `${method} ${path}, which is not there`,
      method,
      path: `/api/v1${path}`,
      body,
      status: 404,
      code,
    }),
  )
  const globs = badGlobs.flatMap(([rule, entry]) =>
    ['refs', 'exclude'].flatMap((field): BadRequest[] => {
      const isText = typeof entry === 'string' && entry !== ''
      const code = isText ? 'REF_INVALID' : 'INVALID_INPUT'
      const named = isText ? field : `${field}.0`
      const mirror = { mode: 'mirror', [field]: [entry] }
      return [
        {
          rule: `a mirror whose ${field} holds one ${rule}`,
          method: 'POST',
          path: '/api/v1/sync/tasks',
          body: { repo_id: 1, target_remote: 'backup', ...mirror },
          status: 400,
          code,
          field: named,
        },
        {
          rule: `making a task a mirror whose ${field} holds one ${rule}`,
          method: 'PUT',
          path: '/api/v1/sync/tasks/1',
          body: mirror,
          status: 400,
          code,
          field: named,
        },
      ]
    }),
  )
  const clone = (rule: string, field: string, body: object, status: number, code: string): BadRequest => ({
    rule: `cloning ${rule}`,
    method: 'POST',
    path: '/api/v1/repos/clone',
    body,
    status,
    code,
    field,
  })
  const url = sandbox.originPath
  const { root } = sandbox
  const clones = [
    ...badUrls.map(([rule, given]) => {
      const code = typeof given === 'string' && given !== '' ? 'URL_FORBIDDEN' : 'INVALID_INPUT'
      return clone(`a URL ${rule}`, 'url', { url: given }, 400, code)
    }),
    clone('from outside the roots', 'url', { url: sandbox.outsidePath }, 400, 'URL_FORBIDDEN'),
    clone('without a URL', 'url', {}, 400, 'INVALID_INPUT'),
    clone('to a relative path', 'path', { url, path: 'new' }, 400, 'PATH_INVALID'),
    clone('to a path that is empty', 'path', { url, path: '' }, 400, 'INVALID_INPUT'),
    clone('to a path that is no text', 'path', { url, path: 7 }, 400, 'INVALID_INPUT'),
    clone('to a path with a line break', 'path', { url, path: `${root}/a\nb` }, 400, 'PATH_INVALID'),
    clone('to a path with NUL', 'path', { url, path: `${root}/a\u0000b` }, 400, 'PATH_INVALID'),
    clone('below what is not there', 'path', { url, path: join(root, 'a', 'b') }, 400, 'PATH_INVALID'),
    clone('into a git directory', 'path', { url, path: join(url, 'hooks') }, 400, 'PATH_INVALID'),
    clone('to a folder ".git"', 'path', { url, path: join(root, 'plain', '.git') }, 400, 'PATH_INVALID'),
    clone('to what is there', 'path', { url, path: sandbox.plainFolderPath }, 409, 'PATH_EXISTS'),
    clone('to a link', 'path', { url, path: sandbox.linkToClonePath }, 409, 'PATH_EXISTS'),
    clone('outside', 'path', { url, path: join(root, '..', 'new') }, 403, 'PATH_OUTSIDE_ROOTS'),
    clone(
      'outside by a link',
      'path',
      { url, path: join(sandbox.linkToOutsidePath, 'new') },
      403,
      'PATH_OUTSIDE_ROOTS',
    ),
    clone('under a taken name', 'name', { url, name: 'clone' }, 409, 'REPO_EXISTS'),
    clone('under a name of two lines', 'name', { url, name: 'a\nb' }, 400, 'INVALID_INPUT'),
    clone('under a name of 101 characters', 'name', { url, name: 'n'.repeat(101) }, 400, 'INVALID_INPUT'),
    clone('a branch that is an option', 'branch', { url, branch: '--x' }, 400, 'REF_INVALID'),
    clone('a branch that holds ".."', 'branch', { url, branch: 'a..b' }, 400, 'REF_INVALID'),
    clone('a branch that is no text', 'branch', { url, branch: 7 }, 400, 'INVALID_INPUT'),
    clone('for no time', 'timeout_ms', { url, timeout_ms: 0 }, 400, 'INVALID_INPUT'),
    clone('for ever', 'timeout_ms', { url, timeout_ms: 1e12 }, 400, 'INVALID_INPUT'),
    clone('by an unknown SSH key', 'ssh_key_id', { url, ssh_key_id: 5 }, 404, 'SSH_KEY_NOT_FOUND'),
  ]
  const create = (rule: string, field: string, body: object, status: number, code: string): BadRequest => ({
    ...clone(rule, field, body, status, code),
    rule: `creating a repository ${rule}`,
    path: '/api/v1/repos/create',
  })
  const creations = [
    create('without a name', 'name', {}, 400, 'INVALID_INPUT'),
    create('under a taken name', 'name', { name: 'clone' }, 409, 'REPO_EXISTS'),
    create('under a name of two lines', 'name', { name: 'a\nb' }, 400, 'INVALID_INPUT'),
    create('on an option', 'default_branch', { name: 'x', default_branch: '-x' }, 400, 'REF_INVALID'),
    create('of another format', 'object_format', { name: 'x', object_format: 'md5' }, 400, 'INVALID_INPUT'),
  ]
  const restore = (
    rule: string,
    body: unknown,
    status: number,
    code: string,
    field?: string,
  ): BadRequest => ({
    rule: `restoring ${rule}`,
    method: 'POST',
    path: '/api/v1/sync/runs/1/restore',
    body,
    status,
    code,
    ...(field !== undefined && { field }),
  })
  const restores = [
    restore('what was not kept', {}, 404, 'KEPT_REF_NOT_FOUND'),
    restore('a ref that is an option', { refs: ['--all'] }, 404, 'KEPT_REF_NOT_FOUND', 'refs'),
    restore('a ref with NUL', { refs: ['refs/heads/a\u0000b'] }, 404, 'KEPT_REF_NOT_FOUND', 'refs'),
    restore('no refs', { refs: [] }, 400, 'INVALID_INPUT', 'refs'),
    restore('refs that are no list', { refs: 'refs/heads/main' }, 400, 'INVALID_INPUT', 'refs'),
    restore('over what is nearly true', { overwrite: 'yes' }, 400, 'INVALID_INPUT', 'overwrite'),
    {
      ...restore('and waiting a little', {}, 400, 'INVALID_INPUT', 'wait'),
      path: '/api/v1/sync/runs/1/restore?wait=maybe',
    },
    { ...restore('with a body that is a list', '[]', 400, 'INVALID_INPUT', 'body') },
  ]
  const others: BadRequest[] = [
    { rule: 'jobs of no status', method: 'GET', path: '/api/v1/jobs?status=x', ...bad, field: 'status' },
    {
      rule: 'plans of no status',
      method: 'GET',
      path: '/api/v1/sync/plans?status=x',
      ...bad,
      field: 'status',
    },
    {
      rule: 'plans of no task',
      method: 'GET',
      path: '/api/v1/sync/plans?task_id=0',
      ...bad,
      field: 'task_id',
    },
    { rule: 'what no run kept', method: 'GET', path: '/api/v1/sync/kept?run_id=x', ...bad, field: 'run_id' },
    {
      rule: 'applying a plan that is closed',
      method: 'POST',
      path: '/api/v1/sync/plans/1/apply',
      status: 409,
      code: 'PLAN_CLOSED',
    },
    {
      rule: 'applying a plan and waiting a little',
      method: 'POST',
      path: '/api/v1/sync/plans/1/apply?wait=maybe',
      ...bad,
      field: 'wait',
    },
    {
      rule: 'dropping a little of what is kept',
      method: 'DELETE',
      path: '/api/v1/repos/1?drop_kept=some',
      ...bad,
      field: 'drop_kept',
    },
    {
      rule: 'a mirror whose HEAD cannot be pushed',
      method: 'POST',
      path: '/api/v1/sync/tasks',
      body: { repo_id: 1, target_remote: 'backup', mode: 'mirror', follow_head: true },
      status: 400,
      code: 'UNSUPPORTED',
      field: 'follow_head',
    },
    {
      rule: 'a mirror onto itself',
      method: 'POST',
      path: '/api/v1/sync/tasks',
      body: { repo_id: 1, target_remote: 'origin', mode: 'mirror' },
      status: 400,
      code: 'SAME_REF',
      field: 'refs',
    },
    {
      rule: 'a task of one branch that excludes',
      method: 'POST',
      path: '/api/v1/sync/tasks',
      body: { repo_id: 1, source_branch: 'main', target_remote: 'backup', exclude: ['refs/heads/x'] },
      ...bad,
      field: 'exclude',
    },
  ]
  return [...ids, ...missing, ...globs, ...clones, ...creations, ...restores, ...others]
}
