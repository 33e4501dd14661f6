import { type AddressInfo, createServer, type Socket } from 'node:net'
import { systemClock } from '@gitferry/core'
import { type Clock, type Logger, silentLogger } from '@gitferry/core/ports'
import { plainAddress } from '../address.ts'
import { listen } from '../listen.ts'
import { Paced } from '../paced.ts'
import { shareConnections } from '../share-connections.ts'
import { FailedLogins } from './failed-logins.ts'
import type { HostKey } from './host-key-file.ts'
import type { ServedOverSsh } from './served-over-ssh.ts'
import { SshDoor } from './ssh-door.ts'

export interface GitOverSshOptions {
  /** By which clients know the server; `openHostKey` reads or makes one. */
  readonly hostKey: Pick<HostKey, 'privateKey'>
  /** A name or an address, IPv6 without brackets. Default 127.0.0.1. */
  readonly host?: string
  /** 0 lets the system choose. */
  readonly port: number
  /** Connections at the same time; one address elsewhere may have half of them. Default 1,024. */
  readonly maxConnections?: number
  /** How long a client may take to show a key that opens something, in ms. Default 30,000. */
  readonly loginTimeoutMs?: number
  /** How long a client may stay connected while it runs nothing, in ms. Default 60,000. */
  readonly idleTimeoutMs?: number
  /** Sign-ins of one address that may fail in a minute before it is not let in any more. Default 20. */
  readonly maxFailedLogins?: number
  /** Whom a connection counts for. Default: the address of its other end. */
  readonly clientAddress?: (socket: Socket) => string | undefined
  readonly clock?: Clock
  /** Gets a line for every command, and for clients that are turned away. Default: says nothing. */
  readonly logger?: Logger
}

export interface ListeningOverSsh {
  /** `ssh://127.0.0.1:2222`, with the port that it came to be. */
  readonly url: string
  readonly port: number
  /**
   * Takes no further connection or command, waits up to `timeoutMs` for the commands under way, then cuts them off. When it
   * settles, nothing of them is left. May be called again, to wait less long.
   */
  close(options: { readonly timeoutMs: number }): Promise<void>
}

/**
 * Serves hosted repositories over SSH: to whoever signs in with a key that gitferry knows, git’s two services and nothing
 * else; no shell, terminal, forwarding or sftp. The user’s name in the address means nothing: the key says who it is.
 * @throws INVALID_INPUT when the address or the port cannot be had
 */
export async function serveGitOverSsh(
  gitferry: ServedOverSsh,
  options: GitOverSshOptions,
): Promise<ListeningOverSsh> {
  const { clientAddress = (socket) => socket.remoteAddress, host = '127.0.0.1', hostKey, port } = options
  const { idleTimeoutMs = 60_000, loginTimeoutMs = 30_000, maxConnections = 1_024 } = options
  const { clock = systemClock, logger = silentLogger, maxFailedLogins = 20 } = options
  const now = () => performance.now()
  const paced = new Paced(now)
  const door = new SshDoor({
    gitferry,
    hostKey: hostKey.privateKey,
    idleTimeoutMs,
    loginTimeoutMs,
    failedLogins: new FailedLogins({ clock, most: maxFailedLogins }),
    clock,
    logger,
    paced,
  })
  const server = createServer()
  shareConnections(server, { logger, maxConnections, now })
  server.on('connection', (socket) => {
    socket.on('error', () => {})
    const address = clientAddress(socket)
    // one that has its share already, or that has gone
    if (socket.destroyed || address === undefined) socket.destroy()
    else door.meet(socket, plainAddress(address))
  })
  const onError = (error: NodeJS.ErrnoException) => {
    const held = paced.pass(error.code ?? '')
    if (held !== undefined) logger.error('taking a connection failed', { error, not_logged_since: held })
  }
  await listen(server, { host, onError, port, portFlag: '--ssh-port' })

  const { port: chosen } = server.address() as AddressInfo
  let stopped: Promise<void> | undefined
  return {
    url: `ssh://${host.includes(':') ? `[${host}]` : host}:${chosen}`,
    port: chosen,
    async close({ timeoutMs }) {
      stopped ??= new Promise((resolve) => server.close(() => resolve()))
      await door.close(timeoutMs)
      await stopped
    },
  }
}
