import { type Operation, operations } from '@gitferry/core/contract'
import { type EndpointName, endpoints } from '@gitferry/core/wire'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { apiDocument, apiDocumentText } from '../src/openapi/document.ts'

// not strict: OpenAPI has keywords of its own (example, deprecated, x-…)
const ajv = new Ajv2020({ strict: false })
addFormats.default(ajv)
ajv.addSchema(apiDocument(), 'api')

/** What the service says of a body, and what the description says. */
function judgements(name: EndpointName, body: unknown): { served: boolean; described: boolean } {
  const { method, path } = endpoints[name]
  const keys = ['paths', path, method.toLowerCase(), 'requestBody', 'content', 'application/json', 'schema']
  const pointer = keys.map((key) => encodeURIComponent(key.replaceAll('/', '~1'))).join('/')
  const validate = ajv.getSchema(`api#/${pointer}`)
  if (validate === undefined) throw new Error(`no schema at ${pointer}`)
  const { body: sent } = operations[name] as Operation
  return { served: sent!.schema.safeParse(body).success, described: validate(body) === true }
}

const task = { repo_id: 1, source_branch: 'main' }
const channel = { type: 'dingtalk', name: 'x', config: { webhook: 'https://example.org/x' } }
const grant = { name: 'x', scope: 'read' }
const spaced = `  ${'n'.repeat(100)}  `

const accepted: readonly (readonly [EndpointName, ...unknown[]])[] = [
  ['repos.register', { path: '/x' }, { path: '/x', name: null }, { path: '/x', name: spaced }],
  ['repos.update', {}, { ssh_key_id: null }, { name: spaced }],
  [
    'repos.clone',
    { url: 'https://x/y' },
    { url: '/x', name: null, path: null, branch: null, ssh_key_id: null, credential_id: null },
    { url: 'git@x:y', name: spaced, path: '/y', branch: 'main', ssh_key_id: 1, timeout_ms: 1_000 },
  ],
  ['repos.create', { name: 'x' }, { name: spaced, default_branch: 'trunk', object_format: 'sha256' }],
  ['repos.fork', {}, { name: 'x', project_id: 3, visibility: 20, import_members: true, description: 'd' }],
  [
    'content.createCommit',
    { branch: 'x', message: 'm', actions: [{ action: 'delete', path: 'a' }] },
    {
      ...{ branch: 'x', start_branch: null, message: 'm', author_name: 'a', author_email: 'b@c' },
      actions: [{ action: 'create', path: 'a', content: 'YQ==', encoding: 'base64', is_executable: true }],
    },
  ],
  ['projects.create', { name: 'x' }, { name: 'x', kind: 'normal', description: 'd' }],
  ['projects.members.set', { role: 20 }, { role: 40 }],
  ['members.set', { role: 30 }],
  ['publicKeys.add', { title: 't', key: 'k' }, { title: 't', key: 'k', user_id: 3 }],
  ['publicKeys.verify', { private_key: 'k' }],
  ['deployKeys.add', { title: 't', key: 'k' }, { title: 't', key: 'k', can_push: true, application: '' }],
  [
    'protection.set',
    { kind: 'tag', name: 'v*' },
    { kind: 'branch', name: 'x', push_level: 0, merge_level: 0 },
  ],
  ['branches.create', { name: 'x' }, { name: 'x', base_ref: 'main' }, { name: 'x', base_branch: '' }],
  ['branches.checkout', { branch: 'x' }, { name: 'x' }],
  ['tags.create', { name: 'x', ref: null }, { name: 'x', ref: '', message: 'a\nb' }],
  ['repos.remotes.add', { name: 'x', fetch_url: '/x' }, { name: 'x', url: '/x', push_url: null }],
  ['repos.remotes.update', {}, { url: '/x' }, { push_url: null }],
  [
    'sync.tasks.create',
    task,
    { ...task, source_remote: null, target_remote: '', target_branch: '', target_repo_id: null, name: '' },
    { ...task, source_remote: '', target_remote: null, target_branch: null, name: null },
    { ...task, cron: '@hourly', mode: 'single' },
    { ...task, cron_expression: null, mode: 'all-branch' },
    { repo_id: 1, mode: 'mirror' },
    { repo_id: 1, mode: 'mirror', refs: ['refs/heads/*:refs/heads/up/*'], exclude: [], follow_head: true },
  ],
  [
    'sync.tasks.update',
    {},
    { ...task, source_remote: null, target_remote: '', target_branch: '', target_repo_id: null, name: '' },
    { mode: 'single', cron: null, paused_at: null, name: null, target_branch: null },
  ],
  ['sync.runs.restore', {}, { refs: ['refs/heads/main'] }, { overwrite: true }],
  ['webhooks.taskSync', { task_id: 1 }, { task_id: '1' }],
  ['keys.create', { name: 'x', private_key: 'x', type: null, passphrase: null }],
  ['keys.generate', { name: spaced, type: 'ed25519' }, { name: 'x', type: null }],
  ['keys.update', {}, { name: spaced, description: null }],
  ['keys.test', { repo_url: 'git@x:y' }, { url: 'git@x:y' }],
  [
    'credentials.create',
    { name: 'x', type: 'token', origin: 'https://x', token: 'y' },
    { name: 'x', type: 'password', origin: 'https://x', username: 'u', password: 'p' },
  ],
  [
    'notifications.channels.create',
    channel,
    { ...channel, config: { webhook_url: 'https://example.org/x' } },
    { ...channel, trigger_events: ['sync_success'], content_template: null },
  ],
  ['notifications.channels.update', {}, { config: { webhook_url: 'x' }, content_template: '' }],
  ['notifications.preview', {}, { template: null }],
  ['hostKeys.create', { known_host: 'git.example.org ssh-ed25519 AAAA' }],
  ['users.create', { name: 'ci' }, { name: 'a.b_c@d-e' }],
  [
    'tokens.create',
    grant,
    { ...grant, user_id: null, repo_ids: null, expires_at: null },
    { ...grant, scope: 'admin', user_id: 1, repo_ids: [1, 2], expires_at: '2030-01-02T03:04:05Z' },
  ],
  ['accessKeys.create', grant, { ...grant, scope: 'write', repo_ids: [7] }],
]

const refused: readonly (readonly [EndpointName, ...unknown[]])[] = [
  ['repos.clone', {}, { url: '' }, { url: 5 }, { url: '/x', path: '' }, { url: '/x', timeout_ms: 999 }],
  ['repos.fork', { name: '' }, { visibility: 5 }, { import_members: 1 }],
  [
    'content.createCommit',
    { branch: 'x', message: 'm', actions: [] },
    { branch: 'x', message: ' ', actions: [{ action: 'delete', path: 'a' }] },
    { branch: 'x', message: 'm', actions: [{ action: 'touch', path: 'a' }] },
  ],
  ['projects.create', {}, { name: '1x' }, { name: 'x', kind: 'other' }],
  ['projects.members.set', {}, { role: 10 }],
  ['members.set', { role: '30' }],
  ['publicKeys.add', { title: 't' }, { title: '', key: 'k' }],
  ['publicKeys.verify', {}, { private_key: '' }],
  ['deployKeys.add', { title: 't', key: 'k', can_push: 1 }],
  ['protection.set', { kind: 'tag' }, { kind: 'ref', name: 'v' }, { kind: 'tag', name: 'v', push_level: 20 }],
  ['repos.create', {}, { name: '' }, { name: 'x', object_format: 'md5' }],
  ['sync.runs.restore', { refs: [] }, { refs: 'refs/heads/main' }, { overwrite: 'yes' }],
  ['branches.checkout', {}, { branch: 5 }, { name: 5 }, { base: 'x' }],
  ['repos.remotes.add', { name: 'x' }, { url: '/x' }, { name: 'x', url: '' }],
  ['sync.tasks.create', {}, { ...task, mode: 'all' }, { ...task, source_remote: 5 }, { ...task, name: 5 }],
  ['sync.tasks.update', { repo_id: null }, { target_repo_id: '' }, { target_branch: 5 }, { enabled: null }],
  ['webhooks.taskSync', {}, { task_id: '01' }, { task_id: 'x' }, { task_id: 0 }],
  ['keys.test', {}, { url: '' }],
  ['notifications.channels.create', { ...channel, config: 'x' }, { ...channel, events: ['x'] }],
  ['hostKeys.create', {}, { known_host: '' }],
  ['users.create', {}, { name: '' }, { name: 'a b' }, { name: '-x' }],
  [
    'tokens.create',
    { name: 'x' },
    { scope: 'read' },
    { ...grant, scope: 'root' },
    { ...grant, repo_ids: [] },
    { ...grant, repo_ids: ['1'] },
    { ...grant, expires_at: 5 },
  ],
  ['accessKeys.create', { ...grant, scope: null }, { ...grant, repo_ids: [0] }],
]

const table = (all: typeof accepted) =>
  all.flatMap(([name, ...bodies]) => bodies.map((body) => ({ name, body })))

describe('the described body of a request', () => {
  it.each(table(accepted))('may be what $name accepts: $body', ({ name, body }) => {
    expect(judgements(name, body)).toEqual({ served: true, described: true })
  })

  it.each(table(refused))('may not be what $name refuses: $body', ({ name, body }) => {
    expect(judgements(name, body)).toEqual({ served: false, described: false })
  })

  it('of every endpoint that takes one is tried', () => {
    const taking = Object.entries(operations).filter(([, operation]) => (operation as Operation).body)
    expect(accepted.map(([name]) => name).sort()).toEqual(taking.map(([name]) => name).sort())
  })

  it('holds no keyword of our own', () => {
    expect(apiDocumentText()).not.toMatch(/"(?:aliases|accepts|slashes)":/)
  })
})
