import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { RunWithRefs } from '@gitferry/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type RemoteWorld, remoteWorld } from './remote-world.ts'
import {
  makeKey,
  type SshGitServer,
  type SshGitServerOptions,
  serveGitOverSsh,
  type TestKey,
} from './ssh-git-server.ts'

let world: RemoteWorld
let ended: (() => unknown)[]
beforeEach(async () => {
  ended = []
  world = await remoteWorld()
})
afterEach(async () => {
  await world[Symbol.asyncDispose]()
  for (const end of ended.reverse()) await end()
  vi.unstubAllEnvs()
})

const hostKey = makeKey()

async function serve(
  authorized: readonly TestKey[],
  options: Partial<SshGitServerOptions> = {},
): Promise<SshGitServer> {
  const server = await serveGitOverSsh({ hostKey, ...options, authorized })
  ended.push(() => server.close())
  return server
}

interface Served {
  readonly port: number
}
const urlOf = ({ port }: Served, path: string) => `ssh://git@127.0.0.1:${port}${path}`
const origin = (server: Served) => urlOf(server, world.sandbox.originPath)
const backup = (server: Served) => urlOf(server, world.sandbox.bareBackupPath)
const tip = (repository: string) => world.sandbox.oidOf(repository, 'main')
/** What uses of ssh left in the data directory. */
const leftOver = () => readdirSync(join(world.sandbox.dataDir, 'ssh'))

/** A task from a server that knows one key to a server that knows another; each remote has its own. */
async function twoServers(source: TestKey, target: TestKey) {
  const [from, to] = [await serve([source]), await serve([target])]
  const task = await world.addTask({ origin: origin(from), backup: backup(to) })
  await world.use('origin', { ssh_key_id: await world.addKey(source) })
  await world.use('backup', { ssh_key_id: await world.addKey(target) })
  return { from, to, task }
}

/** A task between two repositories of one server, with the repository's key. */
async function oneServer(authorized: TestKey, key: TestKey | null) {
  const server = await serve([authorized])
  const task = await world.addTask({ origin: origin(server), backup: backup(server) })
  if (key) await world.use('repo', { ssh_key_id: await world.addKey(key) })
  return { server, task, place: { host: '127.0.0.1', port: server.port } }
}

const failure = ({ status, error_code, error_message }: RunWithRefs) => ({
  status,
  error_code,
  error_message,
})

describe('a run over ssh', () => {
  it.each([
    ['ed25519', 256],
    ['rsa', 2048],
    ['ecdsa', 256],
    ['ecdsa', 384],
    ['ecdsa', 521],
  ] as const)(
    'reads and writes with %s keys of %i bits, and offers each server its own',
    async (type, bits) => {
      const [source, target] = [makeKey(type, bits), makeKey(type, bits)]
      const { from, to, task } = await twoServers(source, target)
      expect(failure(await world.run(task))).toMatchObject({ status: 'success' })
      expect(tip(world.sandbox.bareBackupPath)).toBe(tip(world.sandbox.originPath))
      expect(new Set(from.offered)).toEqual(new Set([source.fingerprint]))
      expect(new Set(to.offered)).toEqual(new Set([target.fingerprint]))
      for (const server of [from, to]) {
        expect(new Set(server.hashes)).toEqual(new Set([type === 'rsa' ? 'sha256' : undefined]))
        expect([...server.methods].sort()).toEqual(['none', 'publickey'])
      }
      expect(from.commands.every((command) => command.startsWith('git-upload-pack '))).toBe(true)
      expect(to.commands.at(-1)).toMatch(/^git-receive-pack /)
      expect(leftOver()).toEqual([])
      expect(world.complaints).toEqual([])
    },
  )

  it('uses the repository’s key where a remote has none of its own, and records the use', async () => {
    const key = makeKey()
    const { task } = await oneServer(key, key)
    expect(await world.run(task)).toMatchObject({ status: 'success' })
    const [row] = await world.storage.collection('ssh_keys').find()
    expect(row?.last_used_at).toMatch(/^\d{4}-/)
  })

  it('works through the fork server too', async () => {
    await world[Symbol.asyncDispose]()
    world = await remoteWorld({ forkServer: true })
    const { task } = await twoServers(makeKey(), makeKey())
    expect(failure(await world.run(task))).toMatchObject({ status: 'success' })
  })
})

describe('a run that is refused', () => {
  it('for its key says so, and has not marked the key as used', async () => {
    const [right, wrong] = [makeKey(), makeKey()]
    const { server, task } = await oneServer(right, wrong)
    const run = failure(await world.run(task))
    expect(run).toMatchObject({ status: 'failed', error_code: 'GIT_AUTH_FAILED' })
    expect(run.error_message).toMatch(/Permission denied \(publickey\).*The remote refused the SSH key/)
    expect(new Set(server.offered)).toEqual(new Set([wrong.fingerprint]))
    expect((await world.storage.collection('ssh_keys').find())[0]?.last_used_at).toBeNull()
    expect(leftOver()).toEqual([])
  })

  it('for another host key names both fingerprints, and shows its own key to nobody', async () => {
    const key = makeKey()
    const { server, task, place } = await oneServer(key, key)
    await world.run(task)
    await server.close()
    const imposter = await serve([key], { hostKey: makeKey(), port: server.port })
    const run = failure(await world.run(task))
    expect(run).toMatchObject({ status: 'failed', error_code: 'HOST_KEY_MISMATCH' })
    expect(run.error_message).toContain(`port ${place.port} is not the one that is known`)
    const shown = /it shows ssh-ed25519 (SHA256:\S{43}), known is ssh-ed25519 (SHA256:\S{43})\./.exec(
      run.error_message ?? '',
    )
    expect(shown?.[2]).toBe(hostKey.fingerprint)
    expect(shown?.[1]).not.toBe(hostKey.fingerprint)
    expect(imposter.offered).toEqual([])
    expect(imposter.commands).toEqual([])
  })

  it('for a host key of another kind than the known one says that too', async () => {
    const key = makeKey()
    const { server, task } = await oneServer(key, key)
    await world.run(task)
    await server.close()
    const imposter = await serve([key], { hostKey: makeKey('rsa'), port: server.port })
    const run = failure(await world.run(task))
    expect(run).toMatchObject({ status: 'failed', error_code: 'HOST_KEY_MISMATCH' })
    expect(run.error_message).toMatch(/it shows ssh-rsa SHA256:\S{43}, known is ssh-ed25519 SHA256:/)
    expect(imposter.offered).toEqual([])
  })

  it('because nobody is there says that it could not be reached', async () => {
    const key = makeKey()
    const { server, task } = await oneServer(key, key)
    await server.close()
    const run = failure(await world.run(task))
    expect(run).toMatchObject({ status: 'failed', error_code: 'GIT_UNREACHABLE' })
    expect(run.error_message).toMatch(/connect to host 127\.0\.0\.1 port \d+: Connection refused/)
    expect(await world.api.hostKeys.list()).toMatchObject({ items: [] })
  })

  it('because the repository is not there says that', async () => {
    const key = makeKey()
    const server = await serve([key])
    const task = await world.addTask({ origin: urlOf(server, '/nowhere.git'), backup: backup(server) })
    await world.use('repo', { ssh_key_id: await world.addKey(key) })
    expect(failure(await world.run(task))).toMatchObject({ error_code: 'GIT_REMOTE_NOT_FOUND' })
  })

  it('because its key is gone says which', async () => {
    const key = makeKey()
    const { task } = await oneServer(key, null)
    await world.use('repo', { ssh_key_id: 77 })
    expect(failure(await world.run(task))).toMatchObject({
      error_code: 'SSH_KEY_NOT_FOUND',
      error_message: 'There is no SSH key with the id 77.',
    })
  })
})

describe('the key of a server', () => {
  it('is recorded at the first contact, and asked for from then on', async () => {
    const key = makeKey()
    const { task, place } = await oneServer(key, key)
    await world.run(task)
    const { items } = await world.api.hostKeys.list()
    expect(items).toMatchObject([{ ...place, type: 'ssh-ed25519', fingerprint: hostKey.fingerprint }])
    const { items: entries } = await world.api.audit.list({ object_type: 'host_key' })
    expect(entries).toMatchObject([
      { type: 'create', object_id: items[0]?.id, operator: 'system', details: { ...place } },
    ])
    await world.run(task)
    expect((await world.api.hostKeys.list()).total).toBe(1)
  })

  it('is recorded also where the server refuses our key: it has proved who it is', async () => {
    const { task } = await oneServer(makeKey(), makeKey())
    await world.run(task)
    expect((await world.api.hostKeys.list()).total).toBe(1)
  })

  it('is forgotten on a person’s word: then the next contact records what the server shows', async () => {
    const key = makeKey()
    const { server, task, place } = await oneServer(key, key)
    await world.run(task)
    await server.close()
    const changed = makeKey('ecdsa')
    await serve([key], { hostKey: changed, port: server.port })
    expect(failure(await world.run(task))).toMatchObject({ error_code: 'HOST_KEY_MISMATCH' })
    const [known] = (await world.api.hostKeys.list()).items
    const person = world.api.as({ user: 'mia' })
    expect(await person.hostKeys.delete(known!.id)).toEqual({ id: known!.id, deleted: true })
    expect(failure(await world.run(task))).toMatchObject({ status: 'success' })
    expect((await world.api.hostKeys.list()).items).toMatchObject([
      { ...place, fingerprint: changed.fingerprint },
    ])
    const { items } = await world.api.audit.list({ object_type: 'host_key' })
    expect(items.filter(({ type }) => type === 'delete')).toMatchObject([
      { operator: 'mia', object_id: known!.id, result: 'success', details: { ...place } },
    ])
  })

  it('cannot be deleted where there is none, and that leaves an entry too', async () => {
    await expect(world.api.hostKeys.delete(9)).rejects.toMatchObject({ code: 'HOST_KEY_NOT_FOUND' })
    await expect(world.api.hostKeys.delete(0)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    const { items } = await world.api.audit.list({ object_type: 'host_key' })
    expect(items.map(({ error_code }) => error_code).sort()).toEqual(['HOST_KEY_NOT_FOUND', 'INVALID_INPUT'])
  })
})

describe('the keys of the user and of the machine', () => {
  /** A real agent that holds a key and is named in our own environment. */
  async function ambientAgent(key: TestKey): Promise<void> {
    const folder = join(world.sandbox.root, 'ambient')
    mkdirSync(folder)
    const socket = join(folder, 'agent')
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'inherit'] })
    ended.push(() => agent.kill())
    await new Promise((resolve) => agent.stdout.once('data', resolve))
    writeFileSync(join(folder, 'key'), key.private, { mode: 0o600 })
    execFileSync('ssh-add', ['-q', join(folder, 'key')], { env: { SSH_AUTH_SOCK: socket }, stdio: 'pipe' })
    vi.stubEnv('SSH_AUTH_SOCK', socket)
  }

  it('are never offered: a remote without a key of its own has none', async () => {
    const key = makeKey()
    await ambientAgent(key)
    const { server, task } = await oneServer(key, null)
    const run = failure(await world.run(task))
    expect(run).toMatchObject({ status: 'failed', error_code: 'GIT_AUTH_FAILED' })
    expect(run.error_message).toContain('No key was offered: none is set for this remote.')
    expect(server.offered).toEqual([])
    expect([...server.methods]).toEqual(['none'])
  })

  it('are not tried after the remote’s own was refused', async () => {
    const [known, own] = [makeKey(), makeKey()]
    await ambientAgent(known)
    const { server, task } = await oneServer(known, own)
    expect(failure(await world.run(task))).toMatchObject({ error_code: 'GIT_AUTH_FAILED' })
    expect(new Set(server.offered)).toEqual(new Set([own.fingerprint]))
  })

  it('would be used without these measures: the test can fail', async () => {
    const key = makeKey()
    await ambientAgent(key)
    const { server } = await oneServer(key, null)
    const child = spawn('git', ['ls-remote', origin(server)], {
      env: {
        ...process.env,
        GIT_SSH_COMMAND: 'ssh -F /dev/null -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no',
      },
      stdio: 'ignore',
    })
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0)
    expect(server.offered).toContain(key.fingerprint)
  })
})

describe('while a run is under way', () => {
  /** Every file below a folder, by its path. */
  function filesBelow(folder: string): string[] {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
  }

  /** Environments and command lines of every process of this user that can be read. */
  function processTexts(): string[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .flatMap((pid) => ['cmdline', 'environ'].map((name) => `/proc/${pid}/${name}`))
      .flatMap((path) => {
        try {
          return [readFileSync(path, 'latin1')]
        } catch {
          // gone, or not ours to read
          return []
        }
      })
  }

  it('no private key is on the disk, on a command line or in an environment, and nothing stays', async () => {
    const temporary = join(world.sandbox.root, 'tmp')
    mkdirSync(temporary)
    vi.stubEnv('TMPDIR', temporary)
    const { dataDir } = world.sandbox
    const key = makeKey()
    const { server, task } = await oneServer(key, key)
    const release = server.hold()
    const run = world.run(task)
    await server.waiting

    // what every part of the key looks like, whichever file format it might be in
    const lines = key.private.split('\n').slice(1, -2)
    const secret = [...lines.slice(2), 'PRIVATE KEY']
    const open = leftOver()
    expect(open.length).toBeGreaterThan(0)
    for (const file of [...filesBelow(dataDir), ...filesBelow(temporary)]) {
      const text = readFileSync(file, 'latin1')
      expect(
        secret.filter((part) => text.includes(part)),
        file,
      ).toEqual([])
    }
    for (const text of processTexts()) expect(secret.filter((part) => text.includes(part))).toEqual([])
    for (const name of open) {
      const folder = join(dataDir, 'ssh', name)
      expect(lstatSync(folder).mode & 0o777).toBe(0o700)
      for (const file of filesBelow(folder)) expect(lstatSync(file).mode & 0o777, file).toBe(0o600)
    }

    release()
    expect(failure(await run)).toMatchObject({ status: 'success' })
    expect(leftOver()).toEqual([])
    expect(readdirSync(temporary)).toEqual([])
    expect(openSockets(dataDir)).toEqual([])
  })

  /** Unix sockets below a folder that this process still holds. */
  function openSockets(folder: string): string[] {
    return readFileSync('/proc/net/unix', 'utf8')
      .split('\n')
      .filter((line) => line.includes(join(folder, 'ssh')))
  }

  it('giving it up ends ssh and leaves neither folder nor socket', async () => {
    const key = makeKey()
    const { server, task } = await oneServer(key, key)
    server.hold()
    const controller = new AbortController()
    const plan = world.api.sync.tasks.plan(task, { signal: controller.signal })
    await server.waiting
    expect(leftOver().length).toBeGreaterThan(0)
    expect(openSockets(world.sandbox.dataDir).length).toBeGreaterThan(0)
    controller.abort()
    await expect(plan).rejects.toMatchObject({ code: 'ABORTED' })
    expect(leftOver()).toEqual([])
    expect(openSockets(world.sandbox.dataDir)).toEqual([])
    expect(processesIn(world.sandbox.dataDir)).toEqual([])
  })

  it('a stop that does not wait leaves neither', async () => {
    const key = makeKey()
    const { server, task } = await oneServer(key, key)
    server.hold()
    const run = world.api.sync.tasks.run(task)
    await run
    await server.waiting
    await world.api.stop({ graceful: false })
    expect(leftOver()).toEqual([])
    expect(openSockets(world.sandbox.dataDir)).toEqual([])
    expect(processesIn(world.sandbox.dataDir)).toEqual([])
  })

  /** Processes that work for this gitferry: git and ssh, by their working directory. */
  function processesIn(folder: string): string[] {
    return readdirSync('/proc').filter((pid) => {
      try {
        return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)
      } catch {
        return false
      }
    })
  }
})

describe('a start', () => {
  it('sweeps the folders that a killed gitferry left', async () => {
    const { dataDir } = world.sandbox
    mkdirSync(join(dataDir, 'ssh', 'use-killed'), { recursive: true })
    writeFileSync(join(dataDir, 'ssh', 'use-killed', 'key'), 'left')
    chmodSync(join(dataDir, 'ssh', 'use-killed'), 0o700)
    await world.api.stop()
    await world.startAgain()
    expect(leftOver()).toEqual([])
  })
})
