import type { Socket } from 'node:net'
import type { Clock, Logger } from '@gitferry/core/ports'
import ssh2 from 'ssh2'
import type { Paced } from '../paced.ts'
import { algorithms } from './algorithms.ts'
import type { FailedLogins } from './failed-logins.ts'
import type { ServedOverSsh } from './served-over-ssh.ts'
import { SshConnection } from './ssh-connection.ts'

interface DoorOptions {
  readonly gitferry: ServedOverSsh
  /** In OpenSSH’s own format. */
  readonly hostKey: string
  readonly loginTimeoutMs: number
  readonly idleTimeoutMs: number
  readonly failedLogins: FailedLogins
  readonly clock: Clock
  readonly logger: Logger
  readonly paced: Paced
}

/** Meets every client, and knows who is inside. */
export class SshDoor {
  readonly #options: DoorOptions
  /** Who is not known yet to speak SSH has no connection. */
  readonly #sockets = new Map<Socket, SshConnection | undefined>()
  readonly #settling = new Set<Promise<void>>()
  #isClosing = false

  constructor(options: DoorOptions) {
    this.#options = options
  }

  /** `ip`: a plain address. */
  meet(socket: Socket, ip: string): void {
    const { clock, failedLogins, gitferry, hostKey, loginTimeoutMs } = this.#options
    if (this.#isClosing || !gitferry.ready || failedLogins.isKeptOut(ip)) {
      socket.destroy()
      return
    }
    const stopGrace = clock.setTimer(loginTimeoutMs, () => socket.destroy())
    this.#sockets.set(socket, undefined)
    socket.once('close', () => {
      stopGrace()
      this.#part(socket, ip)
    })
    socket.setNoDelay(true)
    // one of its own for each socket, so that it is certain which client has which
    const server = new ssh2.Server(
      { hostKeys: [hostKey], algorithms, ident: 'gitferry' },
      (client, { header }) => {
        const software = header.versions.software?.slice(0, 200)
        const connection = new SshConnection(client, { ...this.#options, socket, ip, software })
        this.#sockets.set(socket, connection)
        connection.attach(stopGrace)
      },
    )
    server.injectSocket(socket)
  }

  /** Lets nobody in, and sees out whoever runs nothing; then everybody after `timeoutMs`. Settles when all is over. */
  async close(timeoutMs: number): Promise<void> {
    this.#isClosing = true
    for (const [socket, connection] of this.#sockets) {
      if (connection) connection.finish()
      else socket.destroy()
    }
    const cut = () => {
      for (const socket of this.#sockets.keys()) socket.destroy()
    }
    const timer = setTimeout(cut, timeoutMs)
    try {
      while (this.#sockets.size > 0 || this.#settling.size > 0) {
        await Promise.all([...[...this.#sockets.keys()].map(closed), ...this.#settling])
      }
    } finally {
      clearTimeout(timer)
    }
  }

  #part(socket: Socket, ip: string): void {
    const connection = this.#sockets.get(socket)
    this.#sockets.delete(socket)
    if (connection === undefined) return
    const settling = connection.settled().finally(() => this.#settling.delete(settling))
    this.#settling.add(settling)
    if (connection.isSignedIn || !connection.hasFailed) return
    const { failedLogins, logger, paced } = this.#options
    failedLogins.count(ip)
    const held = paced.pass(`login ${ip}`)
    if (held !== undefined) logger.info('ssh sign-in refused', { ip, not_logged_since: held })
  }
}

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.once('close', () => resolve()))
