import { type EndpointName, endpoints } from '@gitferry/core/wire'
import { describe, expect, it } from 'vitest'
import { createClient } from '../src/index.ts'
import { scriptedServer, success } from './scripted-server.ts'

type Client = ReturnType<typeof createClient>

const run = { id: 7, status: 'success', refs: [] }
const calls: [string, (client: Client) => Promise<unknown>, string, string, unknown?][] = [
  ['repos.list', (c) => c.repos.list({ page: 2, page_size: 5 }), 'GET', '/api/v1/repos?page=2&page_size=5'],
  ['repos.get', (c) => c.repos.get(3), 'GET', '/api/v1/repos/3'],
  ['repos.register', (c) => c.repos.register({ path: '/r' }), 'POST', '/api/v1/repos', { path: '/r' }],
  ['repos.update', (c) => c.repos.update(3, { name: 'n' }), 'PUT', '/api/v1/repos/3', { name: 'n' }],
  ['repos.delete', (c) => c.repos.delete(3), 'DELETE', '/api/v1/repos/3'],
  [
    'repos.delete, with what is kept',
    (c) => c.repos.delete(3, { drop_kept: true }),
    'DELETE',
    '/api/v1/repos/3?drop_kept=true',
  ],
  [
    'repos.clone',
    (c) => c.repos.clone({ url: 'https://host/a.git', path: null }),
    'POST',
    '/api/v1/repos/clone',
    { url: 'https://host/a.git', path: null },
  ],
  ['repos.create', (c) => c.repos.create({ name: 'n' }), 'POST', '/api/v1/repos/create', { name: 'n' }],
  [
    'jobs.list',
    (c) => c.jobs.list({ status: 'running', page: 2 }),
    'GET',
    '/api/v1/jobs?status=running&page=2',
  ],
  ['jobs.get', (c) => c.jobs.get(5), 'GET', '/api/v1/jobs/5'],
  ['jobs.wait', (c) => c.jobs.wait(5), 'GET', '/api/v1/jobs/5'],
  ['jobs.cancel', (c) => c.jobs.cancel(5), 'POST', '/api/v1/jobs/5/cancel'],
  ['branches.list', (c) => c.branches.list(3, { type: 'all' }), 'GET', '/api/v1/repos/3/branches?type=all'],
  [
    'branches.create',
    (c) => c.branches.create(3, { name: 'a', base_branch: null }),
    'POST',
    '/api/v1/repos/3/branches',
    { name: 'a', base_branch: null },
  ],
  [
    'branches.checkout',
    (c) => c.branches.checkout(3, { branch: 'a/b' }),
    'POST',
    '/api/v1/repos/3/branches/checkout',
    { branch: 'a/b' },
  ],
  ['branches.delete', (c) => c.branches.delete(3, 'a'), 'DELETE', '/api/v1/repos/3/branches/a'],
  [
    'branches.delete, forced',
    (c) => c.branches.delete(3, 'a', { force: true }),
    'DELETE',
    '/api/v1/repos/3/branches/a?force=true',
  ],
  ['repos.remotes.list', (c) => c.repos.remotes.list(3), 'GET', '/api/v1/repos/3/remotes'],
  [
    'repos.remotes.add',
    (c) => c.repos.remotes.add(3, { name: 'a', fetch_url: '/r' }),
    'POST',
    '/api/v1/repos/3/remotes',
    { name: 'a', fetch_url: '/r' },
  ],
  [
    'repos.remotes.update',
    (c) => c.repos.remotes.update(3, 'back.up', { push_url: null }),
    'PUT',
    '/api/v1/repos/3/remotes/back.up',
    { push_url: null },
  ],
  ['repos.remotes.delete', (c) => c.repos.remotes.delete(3, 'a'), 'DELETE', '/api/v1/repos/3/remotes/a'],
  ['repos.remotes.test', (c) => c.repos.remotes.test(3, 'a'), 'POST', '/api/v1/repos/3/remotes/a/test'],
  ['repos.fork', (c) => c.repos.fork(3, { name: 'n' }), 'POST', '/api/v1/repos/3/fork', { name: 'n' }],
  [
    'content.commits',
    (c) => c.content.commits(3, { ref: 'a/b', page: 2 }),
    'GET',
    '/api/v1/repos/3/commits?ref=a%2Fb&page=2',
  ],
  [
    'content.tree',
    (c) => c.content.tree(3, { path: 'a b', last_commits: true }),
    'GET',
    '/api/v1/repos/3/tree?path=a+b&last_commits=true',
  ],
  ['content.blob', (c) => c.content.blob(3, { path: 'a' }), 'GET', '/api/v1/repos/3/blob?path=a'],
  [
    'content.compare',
    (c) => c.content.compare(3, { base: 'a', head: 'b' }),
    'GET',
    '/api/v1/repos/3/compare?base=a&head=b',
  ],
  [
    'content.createCommit',
    (c) => c.content.createCommit(3, { branch: 'a', message: 'm', actions: [] }),
    'POST',
    '/api/v1/repos/3/commits',
    { branch: 'a', message: 'm', actions: [] },
  ],
  ['stats.get', (c) => c.stats.get(3), 'GET', '/api/v1/repos/3/stats'],
  ['projects.list', (c) => c.projects.list({ page: 2 }), 'GET', '/api/v1/projects?page=2'],
  ['projects.get', (c) => c.projects.get(4), 'GET', '/api/v1/projects/4'],
  ['projects.create', (c) => c.projects.create({ name: 'n' }), 'POST', '/api/v1/projects', { name: 'n' }],
  ['projects.delete', (c) => c.projects.delete(4), 'DELETE', '/api/v1/projects/4'],
  [
    'projects.members.list',
    (c) => c.projects.members.list(4, { name: 'mi' }),
    'GET',
    '/api/v1/projects/4/members?name=mi',
  ],
  [
    'projects.members.set',
    (c) => c.projects.members.set(4, 5, { role: 30 }),
    'PUT',
    '/api/v1/projects/4/members/5',
    { role: 30 },
  ],
  [
    'projects.members.delete',
    (c) => c.projects.members.delete(4, 5),
    'DELETE',
    '/api/v1/projects/4/members/5',
  ],
  ['members.list', (c) => c.members.list(3, { page: 2 }), 'GET', '/api/v1/repos/3/members?page=2'],
  ['members.set', (c) => c.members.set(3, 5, { role: 20 }), 'PUT', '/api/v1/repos/3/members/5', { role: 20 }],
  ['members.delete', (c) => c.members.delete(3, 5), 'DELETE', '/api/v1/repos/3/members/5'],
  ['publicKeys.list', (c) => c.publicKeys.list(), 'GET', '/api/v1/public-keys'],
  [
    'publicKeys.add',
    (c) => c.publicKeys.add({ title: 't', key: 'k' }),
    'POST',
    '/api/v1/public-keys',
    { title: 't', key: 'k' },
  ],
  ['publicKeys.delete', (c) => c.publicKeys.delete(6), 'DELETE', '/api/v1/public-keys/6'],
  [
    'publicKeys.verify',
    (c) => c.publicKeys.verify(3, { private_key: 'k' }),
    'POST',
    '/api/v1/repos/3/verify-key',
    { private_key: 'k' },
  ],
  ['deployKeys.list', (c) => c.deployKeys.list(3), 'GET', '/api/v1/repos/3/deploy-keys'],
  [
    'deployKeys.add',
    (c) => c.deployKeys.add(3, { title: 't', key: 'k' }),
    'POST',
    '/api/v1/repos/3/deploy-keys',
    { title: 't', key: 'k' },
  ],
  ['deployKeys.delete', (c) => c.deployKeys.delete(3, 6), 'DELETE', '/api/v1/repos/3/deploy-keys/6'],
  [
    'protection.list',
    (c) => c.protection.list(3, { kind: 'tag' }),
    'GET',
    '/api/v1/repos/3/protected-refs?kind=tag',
  ],
  [
    'protection.set',
    (c) => c.protection.set(3, { kind: 'tag', name: 'v*' }),
    'PUT',
    '/api/v1/repos/3/protected-refs',
    { kind: 'tag', name: 'v*' },
  ],
  ['protection.delete', (c) => c.protection.delete(3, 7), 'DELETE', '/api/v1/repos/3/protected-refs/7'],
  ['tags.list', (c) => c.tags.list(3, { page: 2 }), 'GET', '/api/v1/repos/3/tags?page=2'],
  ['tags.get', (c) => c.tags.get(3, 'release/v1'), 'GET', '/api/v1/repos/3/tags/release/v1'],
  ['tags.create', (c) => c.tags.create(3, { name: 'v1' }), 'POST', '/api/v1/repos/3/tags', { name: 'v1' }],
  ['tags.delete', (c) => c.tags.delete(3, 'v1'), 'DELETE', '/api/v1/repos/3/tags/v1'],
  ['sync.tasks.list', (c) => c.sync.tasks.list(), 'GET', '/api/v1/sync/tasks'],
  ['sync.tasks.get', (c) => c.sync.tasks.get(4), 'GET', '/api/v1/sync/tasks/4'],
  [
    'sync.tasks.create',
    (c) => c.sync.tasks.create({ repo_id: 1, source_branch: 'main' }),
    'POST',
    '/api/v1/sync/tasks',
    { repo_id: 1, source_branch: 'main' },
  ],
  [
    'sync.tasks.update',
    (c) => c.sync.tasks.update(4, { enabled: false }),
    'PUT',
    '/api/v1/sync/tasks/4',
    { enabled: false },
  ],
  [
    'sync.tasks.delete',
    (c) => c.sync.tasks.delete(4, { cancel: true }),
    'DELETE',
    '/api/v1/sync/tasks/4?cancel=true',
  ],
  ['sync.tasks.run', (c) => c.sync.tasks.run(4), 'POST', '/api/v1/sync/tasks/4/run'],
  ['sync.tasks.plan', (c) => c.sync.tasks.plan(4), 'POST', '/api/v1/sync/tasks/4/plan'],
  ['sync.tasks.pause', (c) => c.sync.tasks.pause(4), 'POST', '/api/v1/sync/tasks/4/pause'],
  ['sync.tasks.resume', (c) => c.sync.tasks.resume(4), 'POST', '/api/v1/sync/tasks/4/resume'],
  [
    'sync.plans.list',
    (c) => c.sync.plans.list({ task_id: 4, status: 'open' }),
    'GET',
    '/api/v1/sync/plans?task_id=4&status=open',
  ],
  ['sync.plans.get', (c) => c.sync.plans.get(6), 'GET', '/api/v1/sync/plans/6'],
  ['sync.plans.apply', (c) => c.sync.plans.apply(6), 'POST', '/api/v1/sync/plans/6/apply'],
  [
    'sync.kept.list',
    (c) => c.sync.kept.list({ repo_id: 3, task_id: 4, run_id: 7 }),
    'GET',
    '/api/v1/sync/kept?repo_id=3&task_id=4&run_id=7',
  ],
  [
    'sync.runs.list',
    (c) => c.sync.runs.list({ task_id: 4, status: 'failed', since: '2026-01-01T00:00:00.000Z' }),
    'GET',
    '/api/v1/sync/runs?task_id=4&status=failed&since=2026-01-01T00%3A00%3A00.000Z',
  ],
  ['sync.runs.get', (c) => c.sync.runs.get(7), 'GET', '/api/v1/sync/runs/7'],
  ['sync.runs.cancel', (c) => c.sync.runs.cancel(7), 'POST', '/api/v1/sync/runs/7/cancel'],
  ['sync.runs.retry', (c) => c.sync.runs.retry(7), 'POST', '/api/v1/sync/runs/7/retry'],
  ['sync.runs.restore', (c) => c.sync.runs.restore(7), 'POST', '/api/v1/sync/runs/7/restore', {}],
  [
    'sync.runs.restore, of some refs',
    (c) => c.sync.runs.restore(7, { refs: ['refs/heads/a'], overwrite: true }, { wait: false }),
    'POST',
    '/api/v1/sync/runs/7/restore',
    { refs: ['refs/heads/a'], overwrite: true },
  ],
  ['sync.runs.wait', (c) => c.sync.runs.wait(7), 'GET', '/api/v1/sync/runs/7'],
  [
    'audit.list',
    (c) => c.audit.list({ type: 'create', start_time: '2026-01-01 00:00:00' }),
    'GET',
    '/api/v1/audit/logs?type=create&start_time=2026-01-01+00%3A00%3A00',
  ],
  ['audit.get', (c) => c.audit.get(8), 'GET', '/api/v1/audit/logs/8'],
  ['audit.verify', (c) => c.audit.verify(), 'GET', '/api/v1/audit/verify'],
  ['keys.list', (c) => c.keys.list(), 'GET', '/api/v1/ssh-keys'],
  ['keys.get', (c) => c.keys.get(5), 'GET', '/api/v1/ssh-keys/5'],
  [
    'keys.create',
    (c) => c.keys.create({ name: 'k', private_key: 'pem' }),
    'POST',
    '/api/v1/ssh-keys',
    { name: 'k', private_key: 'pem' },
  ],
  [
    'keys.generate',
    (c) => c.keys.generate({ name: 'k' }),
    'POST',
    '/api/v1/ssh-keys/generate',
    { name: 'k' },
  ],
  ['keys.update', (c) => c.keys.update(5, { name: 'n' }), 'PUT', '/api/v1/ssh-keys/5', { name: 'n' }],
  ['keys.delete', (c) => c.keys.delete(5), 'DELETE', '/api/v1/ssh-keys/5'],
  [
    'keys.test',
    (c) => c.keys.test(5, { repo_url: 'git@host:a' }),
    'POST',
    '/api/v1/ssh-keys/5/test',
    { repo_url: 'git@host:a' },
  ],
  ['credentials.list', (c) => c.credentials.list({ page: 2 }), 'GET', '/api/v1/credentials?page=2'],
  ['credentials.get', (c) => c.credentials.get(6), 'GET', '/api/v1/credentials/6'],
  [
    'credentials.create',
    (c) => c.credentials.create({ name: 'c', type: 'token', origin: 'https://host', token: 't' }),
    'POST',
    '/api/v1/credentials',
    { name: 'c', type: 'token', origin: 'https://host', token: 't' },
  ],
  ['credentials.delete', (c) => c.credentials.delete(6), 'DELETE', '/api/v1/credentials/6'],
  ['hostKeys.list', (c) => c.hostKeys.list(), 'GET', '/api/v1/host-keys'],
  [
    'hostKeys.create',
    (c) => c.hostKeys.create({ known_host: 'git.example.org ssh-ed25519 AAAA' }),
    'POST',
    '/api/v1/host-keys',
    { known_host: 'git.example.org ssh-ed25519 AAAA' },
  ],
  [
    'hostKeys.accept',
    (c) => c.hostKeys.accept(6, { fingerprint: 'SHA256:+/' }),
    'POST',
    '/api/v1/host-keys/6/accept?fingerprint=SHA256%3A%2B%2F',
  ],
  ['hostKeys.delete', (c) => c.hostKeys.delete(6), 'DELETE', '/api/v1/host-keys/6'],
  ['users.list', (c) => c.users.list({ page: 2 }), 'GET', '/api/v1/users?page=2'],
  ['users.create', (c) => c.users.create({ name: 'ci' }), 'POST', '/api/v1/users', { name: 'ci' }],
  ['users.delete', (c) => c.users.delete(6), 'DELETE', '/api/v1/users/6'],
  ['tokens.list', (c) => c.tokens.list({ page: 2 }), 'GET', '/api/v1/tokens?page=2'],
  [
    'tokens.create',
    (c) => c.tokens.create({ name: 'ci', scope: 'read' }),
    'POST',
    '/api/v1/tokens',
    { name: 'ci', scope: 'read' },
  ],
  ['tokens.delete', (c) => c.tokens.delete(6), 'DELETE', '/api/v1/tokens/6'],
  ['accessKeys.list', (c) => c.accessKeys.list({ page: 2 }), 'GET', '/api/v1/access-keys?page=2'],
  [
    'accessKeys.create',
    (c) => c.accessKeys.create({ name: 'ci', scope: 'read' }),
    'POST',
    '/api/v1/access-keys',
    { name: 'ci', scope: 'read' },
  ],
  ['accessKeys.delete', (c) => c.accessKeys.delete(6), 'DELETE', '/api/v1/access-keys/6'],
  [
    'notifications.channels.list',
    (c) => c.notifications.channels.list(),
    'GET',
    '/api/v1/notification/channels',
  ],
  [
    'notifications.channels.get',
    (c) => c.notifications.channels.get(9),
    'GET',
    '/api/v1/notification/channels/9',
  ],
  [
    'notifications.channels.create',
    (c) => c.notifications.channels.create({ type: 'slack', name: 'n', config: {}, events: [] }),
    'POST',
    '/api/v1/notification/channels',
    { type: 'slack', name: 'n', config: {}, events: [] },
  ],
  [
    'notifications.channels.update',
    (c) => c.notifications.channels.update(9, { enabled: false }),
    'PUT',
    '/api/v1/notification/channels/9',
    { enabled: false },
  ],
  [
    'notifications.channels.delete',
    (c) => c.notifications.channels.delete(9),
    'DELETE',
    '/api/v1/notification/channels/9',
  ],
  [
    'notifications.channels.test',
    (c) => c.notifications.channels.test(9),
    'POST',
    '/api/v1/notification/channels/9/test',
  ],
  [
    'notifications.deliveries.list',
    (c) => c.notifications.deliveries.list({ channel_id: 9, status: 'failed' }),
    'GET',
    '/api/v1/notification/deliveries?channel_id=9&status=failed',
  ],
  [
    'notifications.deliveries.get',
    (c) => c.notifications.deliveries.get(2),
    'GET',
    '/api/v1/notification/deliveries/2',
  ],
  [
    'notifications.deliveries.retry',
    (c) => c.notifications.deliveries.retry(2),
    'POST',
    '/api/v1/notification/deliveries/2/retry',
  ],
  [
    'notifications.preview',
    (c) => c.notifications.preview({ template: 't' }),
    'POST',
    '/api/v1/notification/preview',
    { template: 't' },
  ],
  ['system.version', (c) => c.system.version(), 'GET', '/api/v1/system/version'],
]

describe('a call', () => {
  it.each(calls)('%s goes to its documented address', async (_, call, method, url, body) => {
    const everyShape = {
      ...run,
      total: 0,
      items: [],
      repos: [],
      branches: [],
      tasks: [],
      keys: [],
      channels: [],
    }
    await using server = await scriptedServer([success(everyShape)])
    await call(createClient({ baseUrl: server.baseUrl }))
    const [request] = server.received
    expect(server.received).toHaveLength(1)
    expect(`${request?.method} ${request?.url}`).toBe(`${method} ${url}`)
    if (body === undefined) {
      expect(request?.body).toBe('')
      expect(request?.headers['content-type']).toBeUndefined()
    } else {
      expect(JSON.parse(request?.body ?? '')).toEqual(body)
      expect(request?.headers['content-type']).toBe('application/json')
    }
  })

  // what is answered in another shape has tests of its own
  const elsewhere: EndpointName[] = [
    'sync.runs.log',
    'audit.export',
    'events',
    'system.health',
    'content.archive',
  ]
  // a list that is asked for by a task's id, and what only other programs send
  const notHere: EndpointName[] = ['sync.tasks.runs', 'webhooks.taskSync']

  it('is in the table above for every address', () => {
    const called = new Set<string>([...calls.map(([name]) => name), ...elsewhere, ...notHere])
    expect(Object.keys(endpoints).filter((name) => !called.has(name))).toEqual([])
  })

  it('answers what the envelope holds', async () => {
    await using server = await scriptedServer([success({ id: 3, name: 'clone' })])
    expect(await createClient({ baseUrl: server.baseUrl }).repos.get(3)).toEqual({ id: 3, name: 'clone' })
  })

  it('sends the token as a bearer, and no header without one', async () => {
    await using server = await scriptedServer([success({})])
    await createClient({ baseUrl: server.baseUrl, token: 'gf_secret' }).repos.get(1)
    await createClient({ baseUrl: server.baseUrl }).repos.get(1)
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer gf_secret',
      undefined,
    ])
  })

  it('goes through the fetch that is given', async () => {
    await using server = await scriptedServer([success({ id: 1 })])
    const seen: string[] = []
    const client = createClient({
      baseUrl: server.baseUrl,
      fetch: (input, init) => {
        seen.push(new Request(input, init).url)
        return fetch(input, init)
      },
    })
    await client.repos.get(1)
    expect(seen).toEqual([`${server.baseUrl}/api/v1/repos/1`])
  })

  it.each(['', '/', '/api/v1', '/api/v1/'])('takes the documented base URL, "…%s"', async (end) => {
    await using server = await scriptedServer([success({})])
    await createClient({ baseUrl: server.baseUrl + end }).repos.get(1)
    expect(server.received[0]?.url).toBe('/api/v1/repos/1')
  })

  it('keeps the path under which a proxy serves gitferry', async () => {
    await using server = await scriptedServer([success({})])
    await createClient({ baseUrl: `${server.baseUrl}/git/ferry/` }).repos.get(1)
    expect(server.received[0]?.url).toBe('/git/ferry/api/v1/repos/1')
  })

  it('reads health, which has no envelope', async () => {
    await using server = await scriptedServer([{ body: { status: 'ok' } }])
    expect(await createClient({ baseUrl: server.baseUrl }).system.health()).toEqual({ status: 'ok' })
    expect(server.received[0]?.url).toBe('/api/health')
  })

  it('reads a log, which is text', async () => {
    const body = '2026-01-01T00:00:00.000Z listing\n'
    await using server = await scriptedServer([
      { body, headers: { 'content-type': 'text/plain; charset=utf-8' } },
    ])
    expect(await createClient({ baseUrl: server.baseUrl }).sync.runs.log(7)).toBe(body)
    expect(`${server.received[0]?.url} ${server.received[0]?.headers.accept}`).toBe(
      '/api/v1/sync/runs/7/log text/plain',
    )
  })
})

describe('createClient', () => {
  it.each([
    '',
    'localhost:38080',
    '/api',
    'ftp://host',
    'file:///etc',
    'http://user:pass@host',
    'http://host?x=1',
    'http://host#x',
  ])('refuses the base URL "%s"', (baseUrl) => {
    expect(() => createClient({ baseUrl })).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', details: { field: 'baseUrl' } }),
    )
  })

  it.each(['', 'two words', 'line\nbreak', 'schlüssel'])(
    'refuses a token that no header can carry',
    (token) => {
      const create = () => createClient({ baseUrl: 'http://host', token })
      expect(create).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', details: { field: 'token' } }))
      if (token !== '') expect(create).not.toThrow(token)
    },
  )
})
