import { GitferryError } from '@gitferry/core/errors'
import { type EndpointName, endpoints } from '@gitferry/core/wire'
import { describe, expect, it } from 'vitest'
import { serveApp } from './served-app.ts'

const fields = { name: 'x' }

/** Request → the method that it calls, and with what. */
const table: readonly (readonly [
  request: string,
  body: object | undefined,
  method: string,
  ...input: unknown[],
])[] = [
  ['GET /api/v1/repos?page=2&page_size=5&other=1', undefined, 'repos.list', { page: 2, page_size: 5 }],
  ['GET /api/v1/repos/7', undefined, 'repos.get', 7],
  ['PUT /api/v1/repos/7', fields, 'repos.update', 7, fields],
  ['DELETE /api/v1/repos/7', undefined, 'repos.delete', 7, {}],
  ['DELETE /api/v1/repos/7?drop_kept=true', undefined, 'repos.delete', 7, { drop_kept: true }],
  ['POST /api/v1/repos/clone', fields, 'repos.clone', fields],
  ['POST /api/v1/repos/create', fields, 'repos.create', fields],
  ['GET /api/v1/jobs?status=running&page=2', undefined, 'jobs.list', { status: 'running', page: 2 }],
  ['GET /api/v1/jobs/7', undefined, 'jobs.get', 7],
  ['POST /api/v1/jobs/7/cancel', undefined, 'jobs.cancel', 7],
  ['GET /api/v1/repos/7/branches?type=remote', undefined, 'branches.list', 7, { type: 'remote' }],
  ['POST /api/v1/repos/7/branches', fields, 'branches.create', 7, fields],
  ['POST /api/v1/repos/7/branches/checkout', fields, 'branches.checkout', 7, fields],
  ['DELETE /api/v1/repos/7/branches/main', undefined, 'branches.delete', 7, 'main', {}],
  [
    'DELETE /api/v1/repos/7/branches/main?force=true',
    undefined,
    'branches.delete',
    7,
    'main',
    { force: true },
  ],
  ['GET /api/v1/repos/7/remotes?page=2', undefined, 'repos.remotes.list', 7, { page: 2 }],
  ['POST /api/v1/repos/7/remotes', fields, 'repos.remotes.add', 7, fields],
  ['PUT /api/v1/repos/7/remotes/back.up', fields, 'repos.remotes.update', 7, 'back.up', fields],
  ['DELETE /api/v1/repos/7/remotes/backup', undefined, 'repos.remotes.delete', 7, 'backup'],
  ['POST /api/v1/repos/7/remotes/backup/test', undefined, 'repos.remotes.test', 7, 'backup'],
  ['GET /api/v1/repos/7/tags?page=2&page_size=5', undefined, 'tags.list', 7, { page: 2, page_size: 5 }],
  ['GET /api/v1/repos/7/tags/release/v1', undefined, 'tags.get', 7, 'release/v1'],
  ['POST /api/v1/repos/7/tags', fields, 'tags.create', 7, fields],
  ['DELETE /api/v1/repos/7/tags/v1', undefined, 'tags.delete', 7, 'v1'],
  ['POST /api/v1/repos/7/fork', fields, 'repos.fork', 7, fields],
  [
    'GET /api/v1/repos/7/commits?ref=a/b&path=c&author=d&message=e&since=f&until=g&page=2',
    undefined,
    'content.commits',
    7,
    { ref: 'a/b', path: 'c', author: 'd', message: 'e', since: 'f', until: 'g', page: 2 },
  ],
  [
    'GET /api/v1/repos/7/tree?ref=a&path=b%20c&last_commits=true',
    undefined,
    'content.tree',
    7,
    { ref: 'a', path: 'b c', last_commits: true },
  ],
  ['GET /api/v1/repos/7/blob?ref=a&path=b', undefined, 'content.blob', 7, { ref: 'a', path: 'b' }],
  ['GET /api/v1/repos/7/compare?base=a&head=b', undefined, 'content.compare', 7, { base: 'a', head: 'b' }],
  ['POST /api/v1/repos/7/commits', fields, 'content.createCommit', 7, fields],
  ['GET /api/v1/repos/7/stats', undefined, 'stats.get', 7],
  ['GET /api/v1/projects?page=2', undefined, 'projects.list', { page: 2 }],
  ['GET /api/v1/projects/7', undefined, 'projects.get', 7],
  ['POST /api/v1/projects', fields, 'projects.create', fields],
  ['DELETE /api/v1/projects/7', undefined, 'projects.delete', 7],
  ['GET /api/v1/projects/7/members?name=a', undefined, 'projects.members.list', 7, { name: 'a' }],
  ['PUT /api/v1/projects/7/members/8', fields, 'projects.members.set', 7, 8, fields],
  ['DELETE /api/v1/projects/7/members/8', undefined, 'projects.members.delete', 7, 8],
  ['GET /api/v1/repos/7/members?page=2', undefined, 'members.list', 7, { page: 2 }],
  ['PUT /api/v1/repos/7/members/8', fields, 'members.set', 7, 8, fields],
  ['DELETE /api/v1/repos/7/members/x', undefined, 'members.delete', 7, 'x'],
  ['GET /api/v1/public-keys', undefined, 'publicKeys.list', {}],
  ['POST /api/v1/public-keys', fields, 'publicKeys.add', fields],
  ['DELETE /api/v1/public-keys/7', undefined, 'publicKeys.delete', 7],
  ['POST /api/v1/repos/7/verify-key', fields, 'publicKeys.verify', 7, fields],
  ['GET /api/v1/repos/7/deploy-keys', undefined, 'deployKeys.list', 7, {}],
  ['POST /api/v1/repos/7/deploy-keys', fields, 'deployKeys.add', 7, fields],
  ['DELETE /api/v1/repos/7/deploy-keys/8', undefined, 'deployKeys.delete', 7, 8],
  ['GET /api/v1/repos/7/protected-refs?kind=tag', undefined, 'protection.list', 7, { kind: 'tag' }],
  ['PUT /api/v1/repos/7/protected-refs', fields, 'protection.set', 7, fields],
  ['DELETE /api/v1/repos/7/protected-refs/8', undefined, 'protection.delete', 7, 8],
  ['GET /api/v1/sync/tasks', undefined, 'sync.tasks.list', {}],
  ['GET /api/v1/sync/tasks/7', undefined, 'sync.tasks.get', 7],
  ['PUT /api/v1/sync/tasks/7', fields, 'sync.tasks.update', 7, fields],
  ['DELETE /api/v1/sync/tasks/7?cancel=false', undefined, 'sync.tasks.delete', 7, { cancel: false }],
  ['POST /api/v1/sync/tasks/7/run', undefined, 'sync.tasks.run', 7, {}],
  ['POST /api/v1/sync/tasks/7/run?wait=true', undefined, 'sync.tasks.run', 7, { wait: true }],
  ['POST /api/v1/sync/tasks/7/plan', undefined, 'sync.tasks.plan', 7],
  ['POST /api/v1/sync/tasks/7/pause', undefined, 'sync.tasks.pause', 7],
  ['POST /api/v1/sync/tasks/7/resume', undefined, 'sync.tasks.resume', 7],
  [
    'GET /api/v1/sync/plans?task_id=7&status=open&page_size=5',
    undefined,
    'sync.plans.list',
    { task_id: 7, status: 'open', page_size: 5 },
  ],
  ['GET /api/v1/sync/plans/7', undefined, 'sync.plans.get', 7],
  ['POST /api/v1/sync/plans/7/apply', undefined, 'sync.plans.apply', 7, {}],
  ['POST /api/v1/sync/plans/7/apply?wait=true', undefined, 'sync.plans.apply', 7, { wait: true }],
  [
    'GET /api/v1/sync/kept?repo_id=7&task_id=8&run_id=9&page=2',
    undefined,
    'sync.kept.list',
    { repo_id: 7, task_id: 8, run_id: 9, page: 2 },
  ],
  [
    'GET /api/v1/sync/tasks/7/runs?status=failed',
    undefined,
    'sync.runs.list',
    { status: 'failed', task_id: 7 },
  ],
  [
    'GET /api/v1/sync/runs?task_id=7&trigger=cron',
    undefined,
    'sync.runs.list',
    { task_id: 7, trigger: 'cron' },
  ],
  ['GET /api/v1/sync/runs/7', undefined, 'sync.runs.get', 7],
  ['GET /api/v1/sync/runs/7/log', undefined, 'sync.runs.log', 7],
  ['POST /api/v1/sync/runs/7/cancel', undefined, 'sync.runs.cancel', 7],
  ['POST /api/v1/sync/runs/7/retry', undefined, 'sync.runs.retry', 7],
  ['POST /api/v1/sync/runs/7/restore', fields, 'sync.runs.restore', 7, fields, {}],
  ['POST /api/v1/sync/runs/7/restore?wait=true', {}, 'sync.runs.restore', 7, {}, { wait: true }],
  ['GET /api/v1/ssh-keys?page=2', undefined, 'keys.list', { page: 2 }],
  ['GET /api/v1/ssh-keys/7', undefined, 'keys.get', 7],
  ['POST /api/v1/ssh-keys', fields, 'keys.create', fields],
  ['POST /api/v1/ssh-keys/generate', fields, 'keys.generate', fields],
  ['PUT /api/v1/ssh-keys/7', fields, 'keys.update', 7, fields],
  ['DELETE /api/v1/ssh-keys/7', undefined, 'keys.delete', 7],
  ['POST /api/v1/ssh-keys/7/test', fields, 'keys.test', 7, fields],
  ['GET /api/v1/credentials?page=2', undefined, 'credentials.list', { page: 2 }],
  ['GET /api/v1/credentials/7', undefined, 'credentials.get', 7],
  ['POST /api/v1/credentials', fields, 'credentials.create', fields],
  ['DELETE /api/v1/credentials/7', undefined, 'credentials.delete', 7],
  ['GET /api/v1/host-keys?page=2', undefined, 'hostKeys.list', { page: 2 }],
  ['POST /api/v1/host-keys', fields, 'hostKeys.create', fields],
  ['POST /api/v1/host-keys/7/accept', undefined, 'hostKeys.accept', 7, {}],
  ['POST /api/v1/host-keys/7/accept?fingerprint=x', undefined, 'hostKeys.accept', 7, { fingerprint: 'x' }],
  ['DELETE /api/v1/host-keys/7', undefined, 'hostKeys.delete', 7],
  ['GET /api/v1/notification/channels?page=2', undefined, 'notifications.channels.list', { page: 2 }],
  ['GET /api/v1/notification/channels/7', undefined, 'notifications.channels.get', 7],
  ['POST /api/v1/notification/channels', fields, 'notifications.channels.create', fields],
  ['PUT /api/v1/notification/channels/7', fields, 'notifications.channels.update', 7, fields],
  ['DELETE /api/v1/notification/channels/7', undefined, 'notifications.channels.delete', 7],
  ['POST /api/v1/notification/channels/7/test', undefined, 'notifications.channels.test', 7],
  [
    'GET /api/v1/notification/deliveries?channel_id=7&run_id=8&event=sync_failure&status=failed&page=2',
    undefined,
    'notifications.deliveries.list',
    { channel_id: 7, run_id: 8, event: 'sync_failure', status: 'failed', page: 2 },
  ],
  ['GET /api/v1/notification/deliveries/7', undefined, 'notifications.deliveries.get', 7],
  ['POST /api/v1/notification/deliveries/7/retry', undefined, 'notifications.deliveries.retry', 7],
  ['POST /api/v1/notification/preview', fields, 'notifications.preview', fields],
  ['GET /api/v1/users?page=2', undefined, 'users.list', { page: 2 }],
  ['POST /api/v1/users', fields, 'users.create', fields],
  ['DELETE /api/v1/users/7', undefined, 'users.delete', 7],
  ['GET /api/v1/tokens?page=2', undefined, 'tokens.list', { page: 2 }],
  ['POST /api/v1/tokens', fields, 'tokens.create', fields],
  ['DELETE /api/v1/tokens/7', undefined, 'tokens.delete', 7],
  ['GET /api/v1/access-keys?page=2', undefined, 'accessKeys.list', { page: 2 }],
  ['POST /api/v1/access-keys', fields, 'accessKeys.create', fields],
  ['DELETE /api/v1/access-keys/7', undefined, 'accessKeys.delete', 7],
  [
    'GET /api/v1/audit/logs?type=create&object_id=7&start_time=2024-01-01',
    undefined,
    'audit.list',
    { type: 'create', object_id: 7, start_time: '2024-01-01' },
  ],
  ['GET /api/v1/audit/logs/7', undefined, 'audit.get', 7],
  ['GET /api/v1/audit/verify', undefined, 'audit.verify'],
  ['GET /api/v1/events?names=run.*', undefined, 'eventsOf', ['run.*']],
  ['GET /api/health', undefined, 'system.health'],
  ['GET /api/v1/system/version', undefined, 'system.version'],
  // what is not what it should be is handed on, for the service to refuse
  ['GET /api/v1/repos/x', undefined, 'repos.get', 'x'],
  ['GET /api/v1/repos/-1', undefined, 'repos.get', '-1'],
  ['GET /api/v1/repos/1%0d%0a', undefined, 'repos.get', '1\r\n'],
  ['GET /api/v1/repos/0', undefined, 'repos.get', '0'],
  ['GET /api/v1/repos/01', undefined, 'repos.get', '01'],
  ['GET /api/v1/repos/+1', undefined, 'repos.get', '+1'],
  ['GET /api/v1/repos/1.0', undefined, 'repos.get', '1.0'],
  ['GET /api/v1/repos/%EF%BC%91', undefined, 'repos.get', '１'],
  ['GET /api/v1/repos?page=0&page_size=010', undefined, 'repos.list', { page: '0', page_size: '010' }],
  ['GET /api/v1/sync/runs?task_id=01', undefined, 'sync.runs.list', { task_id: '01' }],
  ['DELETE /api/v1/repos/7/branches/main?force=1', undefined, 'branches.delete', 7, 'main', { force: '1' }],
  ['DELETE /api/v1/repos/7?drop_kept=yes', undefined, 'repos.delete', 7, { drop_kept: 'yes' }],
  ['POST /api/v1/sync/tasks/7/run?wait=', undefined, 'sync.tasks.run', 7, { wait: '' }],
]

/** Creations, of which the contract’s own rules are tested; what is called otherwise; what has rules of its own. */
const elsewhere: EndpointName[] = [
  'repos.register',
  'content.archive',
  'sync.tasks.create',
  'sync.tasks.runs',
  'webhooks.taskSync',
  'audit.export',
  'events',
]

/** Changes that may take long, and can be given up. */
const canBeGivenUp = [
  'repos.fork',
  'publicKeys.verify',
  'protection.set',
  'repos.remotes.test',
  'sync.tasks.run',
  'sync.tasks.plan',
  'sync.plans.apply',
  'sync.runs.cancel',
  'sync.runs.restore',
  'jobs.cancel',
  'keys.test',
  'notifications.channels.test',
  'notifications.preview',
]

describe('every address', () => {
  for (const [request, body, method, ...input] of table) {
    it(request, async () => {
      const app = await serveApp()
      // the services' rules have their own tests
      app.behaviour[method] = () => (method === 'sync.runs.log' ? '' : { items: [], total: 0 })
      const { status } = await app.send(request, body === undefined ? {} : { body })
      expect(status).toBe(200)
      expect(app.calls.at(-1)).toMatchObject({ method })
      expect(app.calls.at(-1)?.input).toEqual(input)
      // a short change is not left half asked for
      const endsWithItsCaller = request.startsWith('GET ') || canBeGivenUp.includes(method)
      expect(app.calls.at(-1)?.signal instanceof AbortSignal).toBe(endsWithItsCaller)
    })
  }

  it('is in the table above, or in a test of its own', () => {
    const called = new Set(table.map(([, , method]) => method))
    const missing = (Object.keys(endpoints) as EndpointName[]).filter((name) => !called.has(name))
    expect(missing).toEqual(elsewhere)
  })

  it('HEAD answers what GET would, without a body', async () => {
    const app = await serveApp()
    const { status, text, headers } = await app.send('HEAD /api/v1/repos')
    expect({ status, text, type: headers['content-type'] }).toEqual({
      status: 200,
      text: '',
      type: 'application/json',
    })
  })
})

describe('the branch in an address', () => {
  it.each([
    ['feature/new-feature', 'feature/new-feature'],
    ['feature%2Fnew-feature', 'feature/new-feature'],
    ['a/b%2Fc/d', 'a/b/c/d'],
    ['checkout', 'checkout'],
    ['gr%C3%B6%C3%9Fer', 'größer'],
    ['50%25', '50%'],
    ['a%252Fb', 'a%2Fb'],
    ['a%20b', 'a b'],
    ['a%0Ab', 'a\nb'],
    ['a%00b', 'a\0b'],
    ['-rf', '-rf'],
    ['a//b', 'a//b'],
    ['__proto__', '__proto__'],
  ])('%s reaches the service as it was meant', async (path, name) => {
    const app = await serveApp()
    await app.send(`DELETE /api/v1/repos/1/branches/${path}`)
    expect(app.calls.at(-1)).toMatchObject({ method: 'branches.delete', input: [1, name, {}] })
  })
})

describe('who asks', () => {
  it('is told to the service, with the address that a dual-stack socket shows', async () => {
    const app = await serveApp({ clientAddress: () => '::ffff:127.0.0.1' })
    await app.send('GET /api/v1/repos', { headers: { 'User-Agent': 'curl/8', 'X-Request-Id': 'r1' } })
    expect(app.calls[0]?.principal).toEqual({
      user: 'anonymous',
      ip: '127.0.0.1',
      userAgent: 'curl/8',
      requestId: 'r1',
    })
  })
})

describe('the runs of a task', () => {
  it('are not found when the task is not', async () => {
    const app = await serveApp()
    app.behaviour['sync.tasks.get'] = () => {
      throw new GitferryError('TASK_NOT_FOUND', 'There is no task 9.')
    }
    expect((await app.send('GET /api/v1/sync/tasks/9/runs')).status).toBe(404)
  })
})

describe('a caller that goes away', () => {
  it('ends the wait for a run', async () => {
    const app = await serveApp()
    const waiting = Promise.withResolvers<AbortSignal>()
    const ended = Promise.withResolvers<void>()
    app.behaviour['sync.tasks.run'] = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          reject(new GitferryError('ABORTED', 'The caller went away.'))
          ended.resolve()
        })
        waiting.resolve(signal as AbortSignal)
      })
    const caller = new AbortController()
    const answer = fetch(`${app.url}/api/v1/sync/tasks/1/run?wait=true`, {
      method: 'POST',
      signal: caller.signal,
    }).catch(() => 'gone')
    expect((await waiting.promise).aborted).toBe(false)
    caller.abort()
    await ended.promise
    expect(await answer).toBe('gone')
  })
})
