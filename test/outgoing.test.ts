import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import tls from 'node:tls'
import { dingtalkNotifier } from '@gitferry/adapters/notifier/dingtalk'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, type Gitferry, isGitferryError } from '@gitferry/core'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { serveGit } from './git-http-server.ts'
import { type HttpsFront, makeCertificate, serveHttps, type TestCertificate } from './https-front.ts'
import { LfsServer } from './lfs-server.ts'
import { makeKey, type SshGitServer, serveGitOverSsh } from './ssh-git-server.ts'
import { testSecrets } from './test-secrets.ts'

/** Known to no resolver but ours: whoever reaches it was told the address. */
const madeUp = 'git.example.test'
const key = makeKey()
const hostKey = makeKey()

/** What the name resolves to: one list for each time it is asked, and the last one from then on. */
const resolver = vi.hoisted(() => ({ answers: [] as string[][], asked: 0 }))
vi.mock('node:dns/promises', () => ({
  lookup: async () => {
    const { answers } = resolver
    const found = answers[Math.min(resolver.asked, answers.length - 1)] ?? []
    resolver.asked += 1
    return found.map((address) => ({ address, family: 4 }))
  },
}))

const allowed = ['127.0.0.1']
/** Of this machine as well, and named by no rule. */
const inside = ['127.0.0.2']

const hasGitLfs = (() => {
  try {
    execFileSync('git', ['lfs', 'version'], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
})()

let folder: string
let certificate: TestCertificate
/** The real git, which believes the certificate. */
let git: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gitferry-outgoing-'))
  certificate = makeCertificate(folder, madeUp)
  git = join(folder, 'git')
  const script = `#!/bin/sh\nGIT_SSL_CAINFO='${certificate.path}' exec /usr/bin/git "$@"\n`
  writeFileSync(git, script, { mode: 0o755 })
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), certificate.cert])
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let sandbox: ApiSandbox
let api: Gitferry
let server: SshGitServer
let web: HttpsFront
let lfs: LfsServer
let keyId: number
let ended: (() => unknown)[]
/** How many connections were opened to where nobody may. */
let connections: number
beforeEach(async () => {
  ended = []
  connections = 0
  sandbox = createApiSandbox()
  server = await besideInside(() => serveGitOverSsh({ hostKey, authorized: [key] }))
  const plain = await serveGit(sandbox.root)
  ended.push(() => plain.close())
  const isLfs = (path: string) => /^\/storage\/|\/info\/lfs\//.test(path)
  web = await besideInside(() => serveHttps(certificate, (path) => (isLfs(path) ? lfs.port : plain.port)))
  lfs = await LfsServer.start({ storageUrl: `https://${madeUp}:${web.port}` })
  ended.push(() => lfs.close())
  Object.assign(resolver, { answers: [allowed], asked: 0 })
  await open()
})

/** A server on 127.0.0.1, and at the same port of 127.0.0.2 somebody who counts connections. */
async function besideInside<Started extends { readonly port: number; close(): Promise<void> }>(
  start: () => Promise<Started>,
): Promise<Started> {
  for (;;) {
    const started = await start()
    const listener = createServer((socket) => {
      connections += 1
      socket.destroy()
    }).listen(started.port, inside[0])
    try {
      await once(listener, 'listening')
    } catch (error) {
      await started.close()
      // the port is free on one of the two addresses alone
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') continue
      throw error
    }
    ended.push(
      () => listener.close(),
      () => started.close(),
    )
    return started
  }
}

async function open({ strictHostKeys = false } = {}): Promise<void> {
  api = createGitferry({
    storage: memoryStorage(),
    dataDir: sandbox.dataDir,
    repoRoots: [sandbox.root],
    secrets: testSecrets(),
    notifiers: [dingtalkNotifier()],
    allowOutgoing: allowed,
    git,
    strictHostKeys,
    forkServer: false,
    networkRetries: 0,
    // no wait between tries of a delivery
    random: () => 0,
  })
  await api.start()
  keyId = (await api.keys.create({ name: 'key', private_key: key.private })).id
}

afterEach(async () => {
  await api.stop()
  for (const end of ended.reverse()) await end()
  sandbox.remove()
})

type Transport = 'ssh' | 'https'

const url = (path: string, transport: Transport = 'ssh') =>
  transport === 'ssh'
    ? `ssh://git@${madeUp}:${server.port}${path}`
    : `https://${madeUp}:${web.port}/${relative(sandbox.root, path)}`
const opens = (transport: Transport) => (transport === 'ssh' ? { ssh_key_id: keyId } : {})
/** What the servers were asked for. */
const asked = () => server.commands.length + web.requests.length

/** A task from `origin` to `backup`, both by name. */
async function addTask(transport: Transport): Promise<number> {
  const { bareBackupPath, clonePath, originPath } = sandbox
  const { id: repo_id } = await api.repos.register({ path: clonePath, name: 'clone' })
  for (const [name, path] of [
    ['origin', originPath],
    ['backup', bareBackupPath],
  ] as const) {
    await api.repos.remotes.update(repo_id, name, { fetch_url: url(path, transport), ...opens(transport) })
  }
  const task = { repo_id, source_branch: 'main', target_remote: 'backup', on_diverge: 'overwrite' } as const
  return (await api.sync.tasks.create(task)).id
}

interface Way {
  readonly over: readonly Transport[]
  /** Of a run both lists, what is fetched and what is pushed: each time, the name is looked up and weighed. */
  readonly connections: number
  /** What it is set up with, and then what goes there, by its code. */
  readonly prepare: (transport: Transport) => Promise<() => Promise<string | null>>
}

const both = ['ssh', 'https'] as const

/** Every way in which gitferry goes to a host. */
const ways: Readonly<Record<string, Way>> = {
  'a run': {
    over: both,
    connections: 4,
    async prepare(transport) {
      const id = await addTask(transport)
      return async () => (await api.sync.tasks.run(id, { wait: true })).error_code
    },
  },
  'a run that brings LFS objects': {
    over: ['https'],
    // besides: either side once more, and the API of the target; what a try before brought from the source is kept
    connections: 7,
    async prepare(transport) {
      const content = 'what LFS holds'
      const oid = createHash('sha256').update(content).digest('hex')
      lfs.add('origin.git', content)
      const pointer = ['version https://git-lfs.github.com/spec/v1', `oid sha256:${oid}`, 'size 14', '']
      sandbox.commit(sandbox.originPath, 'main', pointer.join('\n'))
      const id = await addTask(transport)
      return async () => {
        const { error_code } = await api.sync.tasks.run(id, { wait: true })
        expect(lfs.objects('backup.git').has(oid)).toBe(error_code === null)
        return error_code
      }
    },
  },
  'a restore': {
    over: both,
    connections: 3,
    async prepare(transport) {
      const id = await addTask(transport)
      const { bareBackupPath, originPath } = sandbox
      sandbox.git(originPath, 'push', '--quiet', bareBackupPath, 'main~1:refs/heads/main')
      const theirs = sandbox.commit(bareBackupPath, 'main', 'of the target\n')
      const overwriting = await api.sync.tasks.run(id, { wait: true })
      expect(overwriting).toMatchObject({ status: 'success' })
      resolver.asked = 0
      return async () => {
        const code = await codeOf(api.sync.runs.restore(overwriting.id, {}, { wait: true }))
        expect(sandbox.oidOf(bareBackupPath, 'main') === theirs).toBe(code === null)
        return code
      }
    },
  },
  'a plan': {
    over: both,
    connections: 3,
    async prepare(transport) {
      const id = await addTask(transport)
      return () => codeOf(api.sync.tasks.plan(id))
    },
  },
  'a clone': {
    over: both,
    connections: 2,
    prepare: async (transport) => async () => {
      const from = { url: url(sandbox.originPath, transport), ...opens(transport) }
      const { id } = await api.repos.clone({ name: 'cloned', ...from })
      return (await api.jobs.wait(id)).error_code
    },
  },
  'a clone with a worktree': {
    over: both,
    connections: 2,
    prepare: async (transport) => async () => {
      const path = join(sandbox.root, 'cloned')
      const from = { url: url(sandbox.originPath, transport), ...opens(transport) }
      const { id } = await api.repos.clone({ path, ...from })
      return (await api.jobs.wait(id)).error_code
    },
  },
  'a test of a remote, which over ssh also looks at the host key': {
    over: both,
    connections: 1,
    async prepare(transport) {
      await addTask(transport)
      return () => codeOf(api.repos.remotes.test(1, 'origin'))
    },
  },
  'a test of a key': {
    over: ['ssh'],
    connections: 1,
    prepare: async () => () => codeOf(api.keys.test(keyId, { repo_url: url(sandbox.originPath) })),
  },
}

async function codeOf(answer: Promise<unknown>): Promise<string | null> {
  try {
    const { error_code = null } = ((await answer) ?? {}) as { readonly error_code?: string | null }
    return error_code
  } catch (error) {
    if (isGitferryError(error)) return error.code
    throw error
  }
}

const waysOver = Object.entries(ways).flatMap(([way, { over, ...rest }]) =>
  over.map((transport) => ({ way, transport, ...rest })),
)

describe.each(waysOver)('$way, over $transport,', ({ way, transport, prepare, connections: times }) => {
  beforeEach(({ skip }) => skip(way.includes('LFS') && !hasGitLfs, 'git-lfs is not installed'))

  it('is refused at any of its connections whose name leads inside by then, and nobody is connected to', async () => {
    const go = await prepare(transport)
    expect(resolver.asked).toBe(0)
    for (let looks = 0; ; looks += 1) {
      // it is fine so often, and leads inside at the next look
      Object.assign(resolver, { answers: [...Array<string[]>(looks).fill(allowed), inside], asked: 0 })
      const before = asked()
      const commands = server.commands.length
      const code = await go()
      expect(connections).toBe(0)
      if (resolver.asked <= looks) {
        expect({ code, looks }).toEqual({ code: null, looks: times })
        // it went to the address that was weighed, since nobody else knows one
        expect(asked()).toBeGreaterThan(before)
        break
      }
      expect(code).toMatch(way.includes('LFS') ? /^(?:URL_FORBIDDEN|LFS_FAILED)$/ : /^URL_FORBIDDEN$/)
      expect(server.commands.length - commands).toBeLessThanOrEqual(looks)
    }
  })
})

it('a look at a host key goes no further than any other connection', async () => {
  await api.stop()
  await open({ strictHostKeys: true })
  const look = () => codeOf(api.keys.test(keyId, { repo_url: url(sandbox.originPath) }))
  resolver.answers = [inside]
  expect(await look()).toBe('URL_FORBIDDEN')
  expect(connections).toBe(0)
  resolver.answers = [allowed]
  // it was there: the key is offered to whoever may accept it
  expect(await look()).toBe('HOST_KEY_UNKNOWN')
  expect((await api.hostKeys.list()).items).toMatchObject([
    { host: madeUp, fingerprint: hostKey.fingerprint },
  ])
  expect(server.offered).toEqual([])
})

describe('a channel', () => {
  const addChannel = () =>
    api.notifications.channels.create({
      type: 'dingtalk',
      name: 'robot',
      config: { webhook: `https://${madeUp}:${server.port}/robot/send?access_token=x` },
      events: ['sync_success'],
    })

  it('is stored without its host being looked for, and its test is refused where that leads inside', async () => {
    const { id } = await addChannel()
    expect(resolver.asked).toBe(0)
    resolver.answers = [inside]
    const { message, success } = await api.notifications.channels.test(id)
    expect({ success, message }).toEqual({
      success: false,
      message: expect.stringContaining('private network'),
    })
    expect(connections).toBe(0)
  })

  it('is sent nothing where its host leads inside by now, at any try', async () => {
    await addChannel()
    const { id: repo_id } = await api.repos.register({ path: sandbox.clonePath })
    const task = await api.sync.tasks.create({ repo_id, source_branch: 'main', target_remote: 'backup' })
    resolver.answers = [inside]
    const { promise, resolve } = Promise.withResolvers<unknown>()
    ended.push(api.on('delivery.finished', ({ delivery }) => resolve(delivery)))
    await api.sync.tasks.run(task.id, { wait: true })
    expect(await promise).toMatchObject({
      status: 'failed',
      response: expect.stringContaining('private network'),
    })
    expect(resolver.asked).toBeGreaterThan(0)
    expect(connections).toBe(0)
  })
})
