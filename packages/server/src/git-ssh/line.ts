import type { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import type { Connection, ServerChannel } from 'ssh2'

/** What one session is joined to its client by. */
interface LineOptions {
  readonly client: Connection
  readonly socket: Socket
  readonly channel: ServerChannel
  /** Fires when the client, or its session, has gone away. */
  readonly signal: AbortSignal
}

/**
 * The two directions of a session, each no faster than its reader. ssh2 minds the window that the client grants and
 * nothing else: for a client that grants much and reads nothing, or that stops in the middle of a new key exchange, all
 * would be held in memory.
 */
export class Line {
  readonly #options: LineOptions
  #sent: Promise<unknown> = Promise.resolve()

  constructor(options: LineOptions) {
    this.#options = options
  }

  /** What the client sends, to its end. Leaving the loop leaves the session as it is. */
  async *incoming(): AsyncGenerator<Uint8Array> {
    const { channel } = this.#options
    for (;;) {
      const chunk = channel.read() as Buffer | null
      if (chunk !== null) yield chunk
      else if (channel.readableEnded) return
      else await this.#until((done) => listen(channel, ['readable', 'end'], done))
    }
  }

  /** Settles when the client can be sent more. Rejects when it has gone away. */
  send(chunk: Uint8Array): Promise<void> {
    return this.#inTurn(() => this.#write(this.#options.channel, chunk))
  }

  /** To the client’s stderr; otherwise as `send`. */
  tell(chunk: Uint8Array): Promise<void> {
    return this.#inTurn(() => this.#write(this.#options.channel.stderr, chunk))
  }

  /** ssh2 remembers of one stream alone that it waits for the window. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const sent = this.#sent.then(work)
    this.#sent = sent.catch(() => {})
    return sent
  }

  async #write(to: Writable, chunk: Uint8Array): Promise<void> {
    const { channel, client, socket } = this.#options
    const before = socket.bytesWritten
    await this.#until((done) => {
      to.write(chunk, done)
      return () => {}
    })
    Object.assign(channel, nothingWaits)
    // what did not go to the socket is held until the keys are exchanged
    if (socket.bytesWritten - before < chunk.length)
      await this.#until((done) => listen(client, ['rekey'], done))
    if (socket.writableNeedDrain) await this.#until((done) => listen(socket, ['drain'], done))
  }

  async #until(begin: (done: () => void) => () => void): Promise<void> {
    const { signal } = this.#options
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onGone = () => reject(signal.reason)
    signal.addEventListener('abort', onGone, { once: true })
    let undo = () => {}
    try {
      undo = begin(resolve)
      await promise
    } finally {
      signal.removeEventListener('abort', onGone)
      undo()
    }
  }
}

/**
 * What a channel of ssh2 1.17 holds of a write that had to wait for the window. It never lets go of it by itself: when the
 * other stream has to wait next, this would be sent a second time, in the middle of a pack.
 */
const nothingWaits = { _chunk: undefined, _chunkcb: undefined, _chunkErr: undefined, _chunkcbErr: undefined }

function listen(to: NodeJS.EventEmitter, names: readonly string[], listener: () => void): () => void {
  for (const name of names) to.on(name, listener)
  return () => {
    for (const name of names) to.off(name, listener)
  }
}
