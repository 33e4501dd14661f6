import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, type Gitferry } from '@gitferry/core'
import { createApiSandbox } from '@gitferry/core/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type GitHttpServer, serveGit } from './git-http-server.ts'
import { driveRemotes } from './planted-traps/drive-remotes.ts'
import { plantedEnvironment } from './planted-traps/environment.ts'
import { type RemotePlaces, remoteTraps, trapHeader } from './planted-traps/remote-traps.ts'
import { takeSprung } from './planted-traps/trap.ts'
import { makeKey, type SshGitServer, serveGitOverSsh } from './ssh-git-server.ts'
import { testSecrets } from './test-secrets.ts'
import { recordGit } from './wrapped-git.ts'

const login = 'mia:a password'
const key = makeKey()
const transports = ['http', 'ssh'] as const
type Transport = (typeof transports)[number]

let base: string
let places: RemotePlaces
let api: Gitferry
let opens: Readonly<Record<Transport, { ssh_key_id: number } | { credential_id: number }>>
let recorded: ReturnType<typeof recordGit>
let stray: Server
let connections = 0
let http: GitHttpServer
let ssh: SshGitServer

beforeAll(async () => {
  const sandbox = createApiSandbox()
  base = mkdtempSync(join(tmpdir(), 'gitferry-traps-'))
  const folder = (name: string) => {
    mkdirSync(join(base, name))
    return join(base, name)
  }
  stray = createServer((socket) => {
    connections += 1
    socket.destroy()
  }).listen(0, '127.0.0.1')
  await once(stray, 'listening')
  http = await serveGit(sandbox.root, { login })
  ssh = await serveGitOverSsh({ hostKey: makeKey(), authorized: [key] })
  places = {
    sandbox,
    marks: folder('marks'),
    canary: folder('canary'),
    port: (stray.address() as AddressInfo).port,
    servers: {
      http: `http://127.0.0.1:${http.port}`,
      ssh: `ssh://git@127.0.0.1:${ssh.port}${sandbox.root}`,
    },
  }
  recorded = recordGit(folder('git'))
  for (const [name, value] of Object.entries(plantedEnvironment(folder('home')))) vi.stubEnv(name, value)
  // gits are started by the fork server, as they are by default
  api = createGitferry({
    storage: memoryStorage(),
    dataDir: sandbox.dataDir,
    repoRoots: [sandbox.root],
    allowOutgoing: ['127.0.0.1'],
    secrets: testSecrets(),
    git: recorded.path,
    networkRetries: 0,
  })
  await api.start()
  const [username = '', password = ''] = login.split(':')
  const origin = places.servers.http
  const credential = await api.credentials.create({
    name: 'mia',
    type: 'password',
    origin,
    username,
    password,
  })
  opens = {
    http: { credential_id: credential.id },
    ssh: { ssh_key_id: (await api.keys.create({ name: 'key', private_key: key.private })).id },
  }
})
afterAll(async () => {
  await api?.stop()
  vi.unstubAllEnvs()
  await http?.close()
  await ssh?.close()
  stray?.close()
  places?.sandbox.remove()
  rmSync(base, { recursive: true, force: true })
})

/** A clone whose remotes are at that server, with a branch `topic` of its own. */
function makeClone(name: string, server: string): string {
  const { sandbox } = places
  const path = join(sandbox.root, name)
  sandbox.git(sandbox.root, 'clone', '--quiet', '--template=', sandbox.originPath, name)
  sandbox.git(path, 'checkout', '--quiet', '-b', 'topic')
  writeFileSync(join(path, 'readme'), `of topic in ${name}\n`)
  sandbox.git(path, 'commit', '--quiet', '-am', 'topic')
  sandbox.git(path, 'remote', 'set-url', 'origin', `${server}/origin.git`)
  sandbox.git(path, 'remote', 'add', 'backup', `${server}/backup.git`)
  return path
}

/** Git itself, while the servers of this process answer. That it fails is no matter: what is sprung is seldom git. */
async function plainGit(cwd: string, command: string): Promise<void> {
  const env = { PATH: '/usr/bin:/bin', HOME: base, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' }
  const git = spawn('git', command.split(' '), { cwd, env, stdio: 'ignore' })
  await once(git, 'close')
}

let number = 0
const cases = transports.flatMap((transport) =>
  Object.entries(remoteTraps).map(([traps, { plant }], index) => ({
    transport,
    traps,
    plant,
    name: `${transport}-${index}`,
  })),
)

describe('no trap in a clone is sprung by what goes to its remotes', () => {
  it.each(cases)('over $transport: $traps', async ({ transport, plant, name }) => {
    const { sandbox } = places
    const path = makeClone(name, places.servers[transport])
    plant(path, places)
    const url = `${places.servers[transport]}/origin.git`
    const outcomes = await driveRemotes({ api, sandbox, path, name, url, opens: opens[transport] })
    expect(takeSprung(places)).toEqual([])
    expect(connections).toBe(0)
    const { 'test a remote, with nothing that opens it': closed, ...others } = outcomes
    expect(closed).toBe('GIT_AUTH_FAILED')
    expect(Object.entries(others).filter(([, outcome]) => outcome !== 'ok')).toEqual([])
    expect(sandbox.oidOf(sandbox.bareBackupPath, name)).toBe(sandbox.oidOf(sandbox.originPath, 'main'))
    expect(sandbox.oidOf(sandbox.bareBackupPath, `${name}-topic`)).toBe(sandbox.oidOf(path, 'topic'))
  })

  it('nor does one show at the servers', () => {
    expect(http.headers.length).toBeGreaterThan(20)
    for (const headers of http.headers) {
      expect(headers).toMatchObject({ 'user-agent': expect.stringMatching(/^git\//) })
      expect(Object.keys(headers)).not.toContain(trapHeader)
      expect(Object.keys(headers)).not.toContain('cookie')
    }
    expect(new Set(http.logins)).toEqual(new Set([null, login]))
    expect(ssh.commands.length).toBeGreaterThan(10)
    expect(ssh.commands.filter((command) => !/^git-(?:upload|receive)-pack '/.test(command))).toEqual([])
  })

  it.each(
    Object.entries(remoteTraps).flatMap(([traps, { proofs, plant }]) =>
      proofs.map((proof) => ({ traps, plant, ...proof })),
    ),
  )('though by plain git: $traps, over $transport, by $command', async (proof) => {
    number += 1
    const path = makeClone(`plain-${number}`, places.servers[proof.transport])
    proof.plant(path, places)
    const before = http.headers.length
    await plainGit(path, proof.command)
    const sent = http.headers.slice(before).flatMap((headers) => Object.keys(headers))
    const sprung = [...takeSprung(places), ...sent, ...(connections > 0 ? ['connection'] : [])]
    expect(sprung).toEqual(expect.arrayContaining([...proof.springs]))
    connections = 0
  })
})

/** Every command of git that speaks to anybody, and by what: nothing else may be open to it. */
const spoken = {
  'ls-remote': ['file', 'http', 'https', 'ssh'],
  fetch: ['file', 'http', 'ssh'],
  push: ['file', 'http', 'ssh'],
}

it('every git may use the one transport of its URL, and none where it has no URL', async () => {
  const { sandbox } = places
  const path = makeClone('spoken', sandbox.root)
  const { id } = await api.repos.register({ path, name: 'spoken' })
  const task = await api.sync.tasks.create({ repo_id: id, source_branch: 'main', target_remote: 'backup' })
  await api.sync.tasks.run(task.id, { wait: true })
  // no TLS is spoken there: the list fails, and nothing comes after it
  await api.repos.remotes.update(id, 'origin', { fetch_url: `https://127.0.0.1:${http.port}/origin.git` })
  expect(await api.repos.remotes.test(id, 'origin')).toMatchObject({ error_code: 'GIT_UNREACHABLE' })

  const seen = new Map<string, Set<string>>()
  for (const { args, environment } of recorded.calls()) {
    const verb = args.find((argument) => !argument.startsWith('-')) ?? ''
    const allowed = environment.GIT_ALLOW_PROTOCOL ?? 'unset'
    const schemes = args.flatMap((argument) => /^([a-z]+):\/\//.exec(argument)?.[1] ?? [])
    expect([args, schemes]).toEqual([args, allowed === '' ? [] : [allowed]])
    seen.set(verb, (seen.get(verb) ?? new Set()).add(allowed))
  }
  const open = [...seen].filter(([, allowed]) => allowed.size > 1 || !allowed.has(''))
  expect(Object.fromEntries(open.map(([verb, allowed]) => [verb, [...allowed].sort()]))).toEqual(spoken)
})
