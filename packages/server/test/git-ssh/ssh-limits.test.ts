import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import type { GitExchange } from '@gitferry/core'
import ssh2 from 'ssh2'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ClientKey } from './ssh-client.ts'
import { SshWorld } from './ssh-world.ts'

let world: SshWorld
afterEach(() => world[Symbol.asyncDispose]())

const command = "git-upload-pack '/group/repo-1.git'"

/** Opens a connection of ssh2’s, signed in. */
async function signIn(key: ClientKey): Promise<ssh2.Client> {
  const client = new ssh2.Client()
  const privateKey = readFileSync(key.file)
  client.on('error', () => {})
  client.connect({ host: '127.0.0.1', port: world.listening.port, username: 'git', privateKey })
  await once(client, 'ready')
  return client
}

const exec = (client: ssh2.Client) =>
  new Promise<ssh2.ClientChannel>((resolve, reject) => {
    client.exec(command, (error, channel) => (error ? reject(error) : resolve(channel)))
  })

/** In the place of git: goes on until its client has gone. */
function untilGone(): { readonly begun: Promise<GitExchange>; readonly ended: Promise<unknown> } {
  const begun = Promise.withResolvers<GitExchange>()
  const ended = Promise.withResolvers<unknown>()
  world.converse = (exchange) =>
    new Promise((_resolve, reject) => {
      exchange.signal?.addEventListener('abort', () => {
        ended.resolve(exchange.signal?.reason)
        reject(exchange.signal?.reason)
      })
      begun.resolve(exchange)
    })
  return { begun: begun.promise, ended: ended.promise }
}

describe('a client', () => {
  it('that has not signed in after 30 seconds is left', async () => {
    world = await SshWorld.open()
    const silent = connect(world.listening.port, '127.0.0.1')
    await once(silent, 'data')
    const closed = once(silent, 'close')
    await world.clock.advance(29_999)
    expect(silent.readyState).toBe('open')
    await world.clock.advance(1)
    await closed
    expect(world.clock.pending).toBe(0)
  })

  it('that runs nothing for a minute is left, and one that runs something is not', async () => {
    world = await SshWorld.open()
    const client = await signIn(world.userKey('mia'))
    const closed = once(client, 'close')
    const { begun } = untilGone()
    const channel = await exec(client)
    await begun
    await world.clock.advance(600_000)
    world.repository('group/repo-1')
    channel.close()
    await vi.waitFor(() => expect(world.clock.pending).toBe(1))
    await world.clock.advance(59_999)
    expect(world.log.map(({ message }) => message)).toEqual(['git over ssh left by its client'])
    await world.clock.advance(1)
    await closed
  })

  it('may try six keys', async () => {
    world = await SshWorld.open()
    const mia = world.userKey('mia')
    const others = Array.from({ length: 6 }, (_, index) => world.key(`other-${index}`))
    const { status } = await world.ssh([...others, mia], [command], ['-n'])
    expect(status).toBe(255)
    expect(world.callers).toEqual([])
  })

  it('whose sign-ins fail too often is not let in for a minute', async () => {
    world = await SshWorld.open({ maxFailedLogins: 2, clientAddress: () => '203.0.113.7' })
    world.repository('group/repo-1')
    const [mia, stranger] = [world.userKey('mia'), world.key('stranger')]
    for (const _ of [1, 2]) {
      expect((await world.ssh(stranger, [command], ['-n'])).stderr).toContain('Permission denied')
      // the failure is counted when the connection has closed
      await vi.waitFor(() => expect(world.clock.pending).toBe(0))
    }
    expect(await world.ssh(mia, [command], ['-n'])).toMatchObject({ status: 255, stdout: '' })
    await world.clock.advance(60_000)
    expect((await world.ssh(mia, [command], ['-n'])).stdout).toContain('refs/heads/main')
    const refused = world.log.filter(({ message }) => message === 'ssh sign-in refused')
    expect(refused.map(({ fields }) => fields)).toEqual([{ ip: '203.0.113.7', not_logged_since: 0 }])
  })

  it('is not let in before gitferry is ready', async () => {
    world = await SshWorld.open()
    world.ready = false
    expect(await world.ssh(world.userKey('mia'), [command], ['-n'])).toMatchObject({
      status: 255,
      stdout: '',
    })
  })

  it('has ten sessions at a time', async () => {
    world = await SshWorld.open()
    const client = await signIn(world.userKey('mia'))
    untilGone()
    const channels = await Promise.all(Array.from({ length: 10 }, () => exec(client)))
    await expect(exec(client)).rejects.toThrow('Channel open failure')
    channels[0]?.close()
    await vi.waitFor(() => exec(client))
    client.end()
  })

  it('that goes away ends what runs for it, and leaves no process', async () => {
    world = await SshWorld.open()
    world.repository('group/repo-1')
    const key = world.userKey('mia')
    const args = [...world.sshArgs(key), '-p', String(world.listening.port), 'git@127.0.0.1', command]
    const child = spawn('ssh', args, { stdio: ['pipe', 'pipe', 'ignore'] })
    await once(child.stdout, 'data')
    expect(world.gits.size).toBe(1)
    child.kill('SIGKILL')
    await vi.waitFor(() => expect(world.gits.size).toBe(0))
  })

  it('that closes one session ends what runs in that one alone', async () => {
    world = await SshWorld.open()
    const client = await signIn(world.userKey('mia'))
    const first = untilGone()
    const channel = await exec(client)
    await first.begun
    const second = untilGone()
    await exec(client)
    const { signal } = await second.begun
    channel.close()
    expect(await first.ended).toMatchObject({ message: 'the client has closed its session' })
    expect(signal?.aborted).toBe(false)
    client.end()
    expect(await second.ended).toMatchObject({ message: 'the client has gone away' })
  })

  it('that minds no window is left before it fills the memory', async () => {
    world = await SshWorld.open()
    const client = await signIn(world.userKey('mia'))
    const { ended } = untilGone()
    const channel = await exec(client)
    // as one would that sends without being allowed to
    const { outgoing } = channel as unknown as { outgoing: { window: number } }
    outgoing.window = 2 ** 32
    channel.on('error', () => {})
    // ssh2 takes no more when there is exactly nothing left
    for (let sent = 0; sent < 400; sent += 1) channel.write(Buffer.alloc(30_001))
    await ended
    expect(world.log.map(({ message }) => message)).toContain(
      'a client over ssh was left: it minds no window',
    )
  })

  it('that asks over and over and reads no answer is left', async () => {
    const sockets: Socket[] = []
    world = await SshWorld.open({
      clientAddress: (socket) => {
        sockets.push(socket)
        return socket.remoteAddress
      },
    })
    const client = await signIn(world.userKey('mia'))
    const far = (client as unknown as { _sock: Socket })._sock
    far.pause()
    const [socket] = sockets
    // in the place of half a million answers
    socket?.write(Buffer.alloc(32 * 1024 * 1024))
    const closed = once(socket!, 'close')
    client.exec(command, () => {})
    await closed
    expect(world.log.map(({ message }) => message)).toContain(
      'a client over ssh was left: it minds no window',
    )
    client.destroy()
  })
})

describe('closing', () => {
  it('takes nobody in any more, sees out who runs nothing, and waits for what runs', async () => {
    world = await SshWorld.open()
    const key = world.userKey('mia')
    const [idle, busy] = [await signIn(key), await signIn(key)]
    const finish = Promise.withResolvers<{ exitCode: number }>()
    world.converse = () => finish.promise
    const channel = await exec(busy)
    const left = once(idle, 'close')
    let isClosed = false
    const closing = world.listening.close({ timeoutMs: 60_000 }).then(() => {
      isClosed = true
    })
    await left
    await expect(exec(busy)).rejects.toThrow('Channel open failure')
    expect(isClosed).toBe(false)
    const exit = once(channel, 'exit')
    finish.resolve({ exitCode: 7 })
    expect((await exit)[0]).toBe(7)
    await closing
    expect(world.clock.pending).toBe(0)
  })

  it('cuts off what runs too long, and settles when that has ended', async () => {
    world = await SshWorld.open()
    const client = await signIn(world.userKey('mia'))
    const steps: string[] = []
    const begun = Promise.withResolvers<void>()
    world.converse = ({ signal }) =>
      new Promise((_resolve, reject) => {
        begun.resolve()
        signal?.addEventListener('abort', () =>
          setTimeout(() => {
            steps.push('git has ended')
            reject(signal.reason)
          }, 50),
        )
      })
    await exec(client)
    await begun.promise
    void world.listening.close({ timeoutMs: 60_000 })
    await world.listening.close({ timeoutMs: 0 })
    steps.push('closed')
    expect(steps).toEqual(['git has ended', 'closed'])
  })
})

describe('the port', () => {
  it('that is taken is told by its own flag', async () => {
    world = await SshWorld.open()
    await expect(SshWorld.open({ port: world.listening.port })).rejects.toThrow(
      /another program listens there.*--ssh-port/,
    )
  })

  it('takes so many connections, and of another machine half of them', async () => {
    world = await SshWorld.open({ maxConnections: 2 })
    const meet = async () => {
      const socket = connect(world.listening.port, '127.0.0.1')
      socket.on('error', () => {})
      return Promise.race([
        once(socket, 'data').then(() => 'let in'),
        once(socket, 'close').then(() => 'closed'),
      ])
    }
    expect([await meet(), await meet(), await meet()]).toEqual(['let in', 'let in', 'closed'])
  })
})
