import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Gitferry } from '@gitferry/core'
import type { Repo } from '@gitferry/core/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ListeningOverSsh, openHostKey, serveGitOverSsh } from '../packages/server/src/node.ts'
import { type ClientKey, SshClient } from '../packages/server/test/git-ssh/ssh-client.ts'
import { officialClient } from './codearts/official-client.ts'
import { inProcess } from './in-process.ts'
import { startServer, stopServer } from './server-process.ts'

let api: Gitferry
let client: SshClient
let listening: ListeningOverSsh
let dispose: () => Promise<void>
let repo: Repo
let other: Repo
/** An admin, a developer and a viewer of the repository, and nobody of it. */
let ada: ClientKey
let dev: ClientKey
let vic: ClientKey
let eve: ClientKey

async function user(name: string): Promise<{ readonly id: number; readonly key: ClientKey }> {
  const { id } = await api.users.create({ name })
  const key = client.key(name)
  await api.publicKeys.add({ title: 'laptop', key: key.line, user_id: id })
  return { id, key }
}

beforeAll(async () => {
  const world = await inProcess({ inMemory: true })
  dispose = world.dispose
  api = world.api
  client = new SshClient(mkdtempSync(join(tmpdir(), 'git-over-ssh-')))
  const hostKey = await openHostKey(join(client.folder, 'ssh_host_ed25519_key'))
  listening = await serveGitOverSsh(api, { hostKey, port: 0 })
  client.trust(listening.port, client.line(join(client.folder, 'ssh_host_ed25519_key')))
  const project = await api.projects.create({ name: 'team' })
  repo = await api.repos.create({ name: 'code', project_id: project.id, visibility: 0 })
  other = await api.repos.create({ name: 'other', project_id: project.id, visibility: 0 })
  const users = await Promise.all(['ada', 'dev', 'vic', 'eve'].map(user))
  for (const [index, role] of ([40, 30, 20] as const).entries()) {
    await api.members.set(repo.id, users[index]!.id, { role })
  }
  ;[ada, dev, vic, eve] = users.map(({ key }) => key) as [ClientKey, ClientKey, ClientKey, ClientKey]
  const first = join(client.folder, 'first')
  for (const step of [
    ['init', '-qb', 'main', first],
    ['-C', first, 'commit', '-qm', 'one', '--allow-empty'],
    ['-C', first, 'push', '-q', client.url('team/code'), 'HEAD:refs/heads/main', 'HEAD:refs/heads/side'],
  ]) {
    expect(await client.git(dev, step)).toMatchObject({ status: 0 })
  }
})
afterAll(async () => {
  await listening.close({ timeoutMs: 0 })
  await dispose()
  await rm(client.folder, { recursive: true })
})

let clones = 0
async function clone(key: ClientKey, path = 'team/code') {
  clones += 1
  const folder = join(client.folder, `clone-${clones}`)
  return { folder, ...(await client.git(key, ['clone', '-q', client.url(path), folder])) }
}

async function commit(key: ClientKey, text: string): Promise<string> {
  const { folder } = await clone(key)
  writeFileSync(join(folder, 'file'), text)
  for (const step of [
    ['add', '.'],
    ['commit', '-qm', text],
  ])
    await client.git(key, ['-C', folder, ...step])
  return folder
}

describe('a hosted repository over ssh', () => {
  it('is cloned, pushed to and fetched by those whose role says so', async () => {
    const folder = await commit(dev, 'two')
    expect(await client.git(dev, ['-C', folder, 'push', '-q'])).toMatchObject({ status: 0 })
    const seen = await client.git(vic, ['ls-remote', client.url('team/code'), 'main'])
    const head = await client.git(dev, ['-C', folder, 'rev-parse', 'HEAD'])
    expect(seen.stdout.split('\t')[0]).toBe(head.stdout.trim())
    const refused = await client.git(vic, [
      '-C',
      folder,
      'push',
      client.url('team/code'),
      'HEAD:refs/heads/x',
    ])
    expect(refused.status).toBe(128)
    expect(refused.stderr).toContain('gitferry: You may read team/code and not push to it')
  })

  it('leaves an entry of a push in the audit log, in the name of the user and from their address', async () => {
    const folder = await commit(dev, 'audited')
    await client.git(dev, ['-C', folder, 'push', '-q', 'origin', 'HEAD:refs/heads/audited'])
    const { items } = await api.audit.list({ type: 'push' })
    expect(items[0]).toMatchObject({ operator: 'dev', ip: '127.0.0.1', object_id: repo.id })
  })

  it('is not there for a user who may not read it', async () => {
    const [hidden, missing] = [
      await client.git(eve, ['ls-remote', client.url('team/code')]),
      await client.git(eve, ['ls-remote', client.url('team/none')]),
    ]
    expect(hidden.stderr).toContain('gitferry: There is no repository team/code here that this key may read.')
    expect(missing.stderr).toBe(hidden.stderr.replaceAll('team/code', 'team/none'))
  })

  it('takes no push that breaks its protection, and says why', async () => {
    await api.protection.set(repo.id, { kind: 'branch', name: 'main', push_level: 40 })
    const folder = await commit(dev, 'protected')
    const refused = await client.git(dev, ['-C', folder, 'push'])
    expect(refused.status).not.toBe(0)
    expect(refused.stderr).toMatch(/remote: main is protected: only admins may push/)
    expect(await client.git(ada, ['-C', folder, 'push', '-q'])).toMatchObject({ status: 0 })
    const forced = await client.git(ada, ['-C', folder, 'push', '-f', 'origin', 'HEAD~1:main'])
    expect(forced.stderr).toContain('its history cannot be rewritten')
  })

  it('takes what a deploy key may do, at each of its repositories', async () => {
    const key = client.key('deploy')
    await api.deployKeys.add(repo.id, { title: 'ci', key: key.line })
    await api.deployKeys.add(other.id, { title: 'ci', key: key.line, can_push: true })
    const { folder, status } = await clone(key)
    expect(status).toBe(0)
    const refused = await client.git(key, ['-C', folder, 'push', 'origin', 'HEAD:refs/heads/x'])
    expect(refused.stderr).toContain('You may read team/code and not push to it')
    const push = ['-C', folder, 'push', '-q', client.url('team/other'), 'HEAD:refs/heads/main']
    expect(await client.git(key, push)).toMatchObject({ status: 0 })
    expect((await client.ssh(key, [], ['-T'])).stderr).toContain('Hi! This is a deploy key.')
  })

  it('opens no more to a key that was removed', async () => {
    const key = client.key('gone')
    const { id } = await api.deployKeys.add(repo.id, { title: 'gone', key: key.line })
    expect((await client.git(key, ['ls-remote', client.url('team/code')])).status).toBe(0)
    await api.deployKeys.delete(repo.id, id)
    const refused = await client.git(key, ['ls-remote', client.url('team/code')])
    expect(refused.stderr).toContain('Permission denied (publickey)')
  })

  it('is not one that was only registered', async () => {
    const { stderr } = await client.git(ada, ['ls-remote', client.url('local/code')])
    expect(stderr).toContain('There is no repository local/code here')
  })

  it('waits, when everybody comes at once, and fails for nobody', async () => {
    const told = await Promise.all(Array.from({ length: 10 }, () => clone(vic)))
    expect(told.map(({ status }) => status)).toEqual(Array(10).fill(0))
  })
})

describe('stopping', () => {
  it('lets a transfer that is under way come to its end', async () => {
    const command = "git-upload-pack '/team/code.git'"
    const child = spawn('ssh', [
      ...client.sshArgs(vic),
      '-p',
      String(listening.port),
      'git@127.0.0.1',
      command,
    ])
    await once(child.stdout, 'data')
    const stopped = api.stop({ timeoutMs: 60_000 })
    const closed = listening.close({ timeoutMs: 60_000 })
    const isOver = () => 'stopped'
    const soon = new Promise((resolve) => setTimeout(resolve, 200, 'goes on'))
    expect(await Promise.race([stopped.then(isOver), closed.then(isOver), soon])).toBe('goes on')
    expect((await client.ssh(vic, [command], ['-n'])).status).toBe(255)
    // a client that wants nothing
    child.stdin.end('0000')
    expect(await once(child, 'close')).toEqual([0, null])
    await Promise.all([stopped, closed])
  })
})

describe('gitferry serve --ssh-port', () => {
  it('tells its address and the fingerprint of its key, which is made once, and stops', async () => {
    const dataDir = join(client.folder, 'data')
    const server = await startServer([
      '--data-dir',
      dataDir,
      '--storage',
      'memory',
      '--ssh-port',
      '0',
      '--log-format',
      'json',
    ])
    const [, port] = /^gitferry listening on ssh:\/\/127\.0\.0\.1:(\d+)$/m.exec(server.printed()) ?? []
    const { fingerprint } = await openHostKey(join(dataDir, 'ssh_host_ed25519_key'))
    expect(server.printed()).toContain(`"fingerprint":"${fingerprint}"`)
    client.trust(Number(port), client.line(join(dataDir, 'ssh_host_ed25519_key')))
    expect((await client.ssh(eve, [], ['-T'])).stderr).toContain('Permission denied (publickey)')
    expect(await stopServer(server)).toBe(0)
  })
})

describe('gitferry serve --public-url', () => {
  it('names that address in the URLs of repositories, whatever the request names', async () => {
    const dataDir = join(client.folder, 'named')
    const server = await startServer([
      ...['--data-dir', dataDir, '--storage', 'memory', '--ssh-port', '0'],
      ...['--public-url', 'https://git.example.org/here/'],
    ])
    const post = async (path: string, body: object) => {
      const headers = { 'Content-Type': 'application/json' }
      const init = { method: 'POST', headers, body: JSON.stringify(body) }
      return (await (await server.fetch(`${server.url}${path}`, init)).json()) as { data: { token: string } }
    }
    await post('/api/v1/repos/create', { name: 'code', visibility: 20 })
    const { token } = (await post('/api/v1/tokens', { name: 'ops', scope: 'admin' })).data
    const codearts = officialClient({ endpoint: server.url, token })
    const { body } = await codearts.send({ method: 'GET', url: '/v2/projects/repositories' })
    const [, port] = /^gitferry listening on ssh:\/\/127\.0\.0\.1:(\d+)$/m.exec(server.printed()) ?? []
    expect(body).toMatchObject({
      result: {
        repositories: [
          {
            https_url: 'https://git.example.org/here/local/code.git',
            ssh_url: `ssh://git@git.example.org:${port}/local/code.git`,
          },
        ],
      },
    })
    expect(await stopServer(server)).toBe(0)
  })
})
