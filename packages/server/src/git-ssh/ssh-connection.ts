import type { Socket } from 'node:net'
import type { Principal } from '@gitferry/core/contract'
import type { Clock, Logger } from '@gitferry/core/ports'
import type { AuthContext, Connection, ServerChannel, Session } from 'ssh2'
import { isProven, type OfferedKey, offeredKey } from './offered-key.ts'
import type { ServedOverSsh } from './served-over-ssh.ts'
import { SshSession } from './ssh-session.ts'

export interface ConnectionOptions {
  readonly gitferry: ServedOverSsh
  readonly clock: Clock
  readonly logger: Logger
  /** How long a client may be connected without running anything, in ms. */
  readonly idleTimeoutMs: number
  readonly socket: Socket
  /** A plain address. */
  readonly ip: string
  /** How the client calls itself. */
  readonly software: string | undefined
}

/** As OpenSSH’s `MaxAuthTries`. */
const mostFailures = 6
/** Asking whether a key would do is free; asking for ever is not. */
const mostRequests = 64
/** As OpenSSH’s `MaxSessions`. */
const mostSessions = 10
/** Over one connection, one after the other: ssh2 forgets none that ran nothing. */
const mostSessionsInAll = 10_000
/** Four of the windows that ssh2 grants and a client may fill. */
const mostUnread = 8 * 1024 * 1024
/** Each session waits until its last chunk is sent, so that more is answers which nobody reads. */
const mostUnsent = 4 * 1024 * 1024
const lastWordsMs = 1_000

/** One client: who it is, and its sessions. */
export class SshConnection {
  readonly #client: Connection
  readonly #options: ConnectionOptions
  readonly #gone = new AbortController()
  readonly #channels = new Map<Session, ServerChannel | undefined>()
  readonly #working = new Set<Promise<void>>()
  #key: OfferedKey | undefined
  #failures = 0
  #requests = 0
  #sessions = 0
  #isClosing = false
  #stopIdle = () => {}

  constructor(client: Connection, options: ConnectionOptions) {
    this.#client = client
    this.#options = options
  }

  /** Whether the client has shown a key that opens something. */
  get isSignedIn(): boolean {
    return this.#key !== undefined
  }

  /** Whether it has shown anything that does not. */
  get hasFailed(): boolean {
    return this.#failures > 0
  }

  /** Settles when nothing is under way; not before the client has gone, where sessions could still begin. */
  async settled(): Promise<void> {
    while (this.#working.size > 0) await Promise.all(this.#working)
  }

  /** `onSignedIn` is called once, by the first key that opens something. */
  attach(onSignedIn: () => void): void {
    const client = this.#client
    const { logger, socket } = this.#options
    const onGone = () => {
      this.#stopIdle()
      this.#gone.abort(new Error('the client has gone away'))
    }
    client.on('error', (error) => {
      logger.debug('a connection over ssh failed', { ip: this.#options.ip, error })
      onGone()
      this.#leave()
    })
    client.on('end', onGone)
    client.on('close', onGone)
    // after ssh2, which has listened before, has read what there is
    socket.on('data', () => this.#weigh())
    client.on('authentication', (context) => {
      this.#authenticate(context).catch((error: unknown) => {
        logger.error('asking for a key failed', { ip: this.#options.ip, error })
        this.#leave()
      })
    })
    client.on('ready', () => {
      onSignedIn()
      this.#whenIdle()
    })
    client.on('session', (accept, reject) => {
      this.#sessions += 1
      const isTooMany = this.#channels.size >= mostSessions || this.#sessions > mostSessionsInAll
      if (isTooMany || this.#isClosing) reject()
      else this.#open(accept() as unknown as Session)
    })
  }

  /** Begins no further session, and ends the connection once the client has heard how those under way ended. */
  finish(): void {
    this.#isClosing = true
    const hasHeard = [...this.#channels.values()].every((channel) => channel === undefined)
    if (hasHeard && this.#working.size === 0) this.#leave()
  }

  #open(session: Session): void {
    const { gitferry, ip, logger, socket } = this.#options
    this.#channels.set(session, undefined)
    session.once('close', () => {
      this.#channels.delete(session)
      if (this.#isClosing) this.finish()
    })
    const line = { client: this.#client, socket, signal: this.#gone.signal }
    const principals = () => this.#principals()
    new SshSession({ gitferry, logger, principals, line, ip }).attach(session, (channel, done) => {
      this.#channels.set(session, channel)
      this.#stopIdle()
      const working = done.finally(() => {
        this.#working.delete(working)
        if (this.#isClosing) this.finish()
        this.#whenIdle()
      })
      this.#working.add(working)
    })
  }

  async #authenticate(context: AuthContext): Promise<void> {
    this.#requests += 1
    if (this.#requests > mostRequests) return this.#leave()
    // how a client asks what it may try
    if (context.method === 'none' && this.#requests === 1) return context.reject(['publickey'])
    const key = context.method === 'publickey' ? offeredKey(context) : undefined
    const { gitferry } = this.#options
    // looked up before the signature, which costs; anybody may have a public half, so that is no use of it
    const found = key && (await gitferry.authenticatePublicKey(key, { isProven: false }))
    if (this.#gone.signal.aborted) return
    if (context.method !== 'publickey' || key === undefined || found === undefined)
      return this.#refuse(context)
    // a client asks with a key first, and signs only with one that would do
    if (context.signature === undefined) return context.accept()
    if (!isProven(context)) return this.#refuse(context)
    const holder = await gitferry.authenticatePublicKey(key)
    if (this.#gone.signal.aborted) return
    if (holder === undefined) return this.#refuse(context)
    this.#key = key
    context.accept()
  }

  #refuse(context: AuthContext): void {
    this.#failures += 1
    if (this.#failures < mostFailures) context.reject(['publickey'])
    else this.#leave()
  }

  /** Asked for each command, so that a key that was removed opens nothing any more. */
  async #principals(): Promise<readonly Principal[] | undefined> {
    const { clock, gitferry, ip, software } = this.#options
    const found = this.#key && (await gitferry.authenticatePublicKey(this.#key))
    const caller = { ip, userAgent: software ?? null, requestId: clock.newId() }
    return found?.principals.map((principal) => ({ ...principal, ...caller }))
  }

  #weigh(): void {
    const channels = [...this.#channels.values()]
    const isFlooded = channels.some((channel) => (channel?.readableLength ?? 0) > mostUnread)
    const { ip, logger, socket } = this.#options
    if (!isFlooded && socket.writableLength <= mostUnsent) return
    logger.warn('a client over ssh was left: it minds no window', { ip })
    socket.destroy()
  }

  #whenIdle(): void {
    this.#stopIdle()
    if (this.#working.size > 0 || this.#gone.signal.aborted) return
    const { clock, idleTimeoutMs } = this.#options
    this.#stopIdle = clock.setTimer(idleTimeoutMs, () => this.#leave())
  }

  /** Says goodbye, and does not wait for an answer for long. */
  #leave(): void {
    const { socket } = this.#options
    if (socket.destroyed) return
    // what has failed cannot write any more
    if (!this.#gone.signal.aborted) this.#client.end()
    const timer = setTimeout(() => socket.destroy(), lastWordsMs)
    socket.once('close', () => clearTimeout(timer))
  }
}
