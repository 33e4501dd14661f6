/** Servers over ssh that show one key and then another, and tasks that meet them. */
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { HostKey, RunWithRefs } from '@gitferry/core'
import { afterEach } from 'vitest'
import { type RemoteWorld, remoteWorld } from './remote-world.ts'
import { makeKey, type SshGitServer, type SshGitServerOptions, serveGitOverSsh } from './ssh-git-server.ts'

/** `key` opens the servers, `hostKey` is what they show unless told otherwise. */
export const [key, hostKey] = [makeKey(), makeKey()]

/** The blob of a key in base64, as it stands in `known_hosts`. */
export const blobOf = ({ public: line }: typeof key) => line.split(' ')[1] ?? ''

/** What a server got of its callers. */
export const received = ({ commands, methods, offered }: SshGitServer) => ({
  commands,
  methods: [...methods],
  offered,
})
export const nothing = { commands: [], methods: [], offered: [] }

export const urlOf = (port: number, path: string) => `ssh://git@127.0.0.1:${port}${path}`

/** A task with its source, or its target, on a server over ssh. */
export async function taskOver(world: RemoteWorld, port: number, end: 'source' | 'target' = 'source') {
  const { bareBackupPath, originPath } = world.sandbox
  const task = await world.addTask(
    end === 'source'
      ? { origin: urlOf(port, originPath), backup: bareBackupPath }
      : { origin: originPath, backup: urlOf(port, bareBackupPath) },
  )
  await world.use('repo', { ssh_key_id: await world.addKey(key) })
  return task
}

export const failure = ({ error_code, failure_class, status }: RunWithRefs) => [
  status,
  error_code,
  failure_class,
]
export const rows = async ({ api }: RemoteWorld): Promise<HostKey[]> => (await api.hostKeys.list()).items

/** The entries of host keys, oldest first. */
export async function entries({ api }: RemoteWorld) {
  const { items } = await api.audit.list({ object_type: 'host_key' })
  return items.reverse().map(({ type, operator, result, details }) => ({ type, operator, result, details }))
}

/** Opens worlds and servers, which end with the test. To be called once in a file. */
export function hostKeyWorlds() {
  const ended: (() => unknown)[] = []
  afterEach(async () => {
    for (const end of ended.splice(0).reverse()) await end()
  })

  async function open({ strictHostKeys }: { readonly strictHostKeys: boolean }): Promise<RemoteWorld> {
    const world = await remoteWorld({ strictHostKeys })
    ended.push(() => world[Symbol.asyncDispose]())
    return world
  }

  async function serve(options: Partial<SshGitServerOptions> = {}): Promise<SshGitServer> {
    const server = await serveGitOverSsh({ hostKey, authorized: [key], ...options })
    ended.push(() => server.close())
    return server
  }

  /** A place whose first connection leads to one port, and every other to another; `undefined`: it is broken off. */
  async function turnAfterFirst(first: number, then: number | undefined): Promise<number> {
    let count = 0
    const sockets = new Set<Socket>()
    const keep = (socket: Socket) => {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => sockets.delete(socket))
      return socket
    }
    const server: Server = createServer((socket) => {
      keep(socket)
      count += 1
      const port = count === 1 ? first : then
      if (port === undefined) return void socket.destroy()
      const other = keep(connect(port, '127.0.0.1'))
      socket.pipe(other).pipe(socket)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    ended.push(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    return (server.address() as { port: number }).port
  }

  return { open, serve, turnAfterFirst }
}
