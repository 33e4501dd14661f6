import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { GitferryError } from '../errors/index.ts'
import type { LogFields, Logger } from '../ports/logger.ts'
import {
  encodeStart,
  type Frame,
  FrameReader,
  type FrameType,
  frameType,
  jsonBody,
  writeFrame,
} from './fork-server-frames.ts'
import type { OutputListeners, ProcessExit, StartedProcess, StartRequest } from './process-starter.ts'
import { RelayedProcess } from './relayed-process.ts'

export interface ForkServerConnectionOptions {
  readonly home: string
  readonly childrenDir: string | undefined
  readonly logger: Logger
  /** How long the server may leave a question unanswered before it is taken for dead, in ms. */
  readonly answerMs: number
}

/** Our end of the channel to one running fork server. Keeps the event loop alive only while a command is under way. */
export class ForkServerConnection {
  /** The server has said that it is there. Rejects when it ends before, or is late. */
  readonly ready: Promise<void>
  /** The channel has been closed, by whichever end. */
  readonly closed: Promise<void>
  readonly #server: ChildProcess
  readonly #exited: Promise<void>
  readonly #channel: Socket
  readonly #logger: Logger
  readonly #answerMs: number
  readonly #processes = new Map<number, RelayedProcess>()
  readonly #ready = Promise.withResolvers<void>()
  #lastId = 0
  #lost: GitferryError | undefined
  #isClosing = false
  #isLate = false

  /** `server`: just started, with a pipe as its file descriptor 3. */
  constructor(server: ChildProcess, { home, childrenDir, logger, answerMs }: ForkServerConnectionOptions) {
    this.#server = server
    // first: Node brings up some errors of spawn later, and then there are no pipes
    server.on('error', (error) => this.#ready.reject(error))
    this.#exited = new Promise((resolve) => server.once('exit', () => resolve()))
    this.ready = this.#ready.promise
    this.ready.then(
      () => this.#keepAliveWhileBusy(),
      () => {},
    )
    if (server.stdio?.[3] === undefined) throw new Error('the fork server has no channel')
    this.#channel = server.stdio[3] as Socket
    this.#logger = logger
    this.#answerMs = answerMs
    this.closed = new Promise((resolve) => this.#channel.once('close', () => resolve()))
    const reader = new FrameReader((frame) => this.#receive(frame))
    this.#channel.on('data', (chunk: Buffer) => reader.push(chunk))
    // `close` follows
    this.#channel.on('error', () => {})
    this.#channel.once('close', () => this.#lose())
    server.unref()
    this.#expectAnswer(this.ready)
    this.#send(frameType.configure, 0, jsonBody({ home, childrenDir }))
  }

  get pid(): number | undefined {
    return this.#server.pid
  }

  get isLost(): boolean {
    return this.#lost !== undefined
  }

  /** Why the channel has been closed. */
  get ending(): string {
    return this.#isLate ? `did not answer within ${this.#answerMs} ms and was ended` : 'ended'
  }

  async start(request: StartRequest, output: OutputListeners): Promise<StartedProcess> {
    if (this.#lost) throw this.#lost
    this.#lastId += 1
    const id = this.#lastId
    const relayed = new RelayedProcess({
      output,
      onRelease: () => {
        this.#send(frameType.release, id)
        this.#forget(id)
      },
      onSilence: (exit) => this.#expectAnswer(exit),
    })
    this.#processes.set(id, relayed)
    this.#keepAliveWhileBusy()
    this.#send(frameType.start, id, encodeStart(request))
    this.#expectAnswer(relayed.started)
    try {
      await relayed.started
    } catch (error) {
      this.#forget(id)
      throw error
    }
    return relayed
  }

  /** Ends the server, and with it what it has under way. May be called twice. */
  async close(): Promise<void> {
    this.#isClosing = true
    this.#channel.ref()
    this.#channel.end()
    this.#server.ref()
    this.#expectAnswer(this.#exited)
    await Promise.all([this.#exited, this.closed])
  }

  #receive({ type, id, body }: Frame): void {
    const relayed = this.#processes.get(id)
    if (type === frameType.ready) this.#ready.resolve()
    else if (type === frameType.warning) this.#warn(body)
    // what is on its way when a command is released comes too late
    else if (relayed === undefined) return
    else if (type === frameType.stdout) relayed.output.stdout(body)
    else if (type === frameType.stderr) relayed.output.stderr(body)
    else if (type === frameType.started) relayed.hasStarted(parsed<number>(body))
    else if (type === frameType.exit) relayed.hasEnded(parsed<ProcessExit>(body))
    else if (type === frameType.closed) relayed.hasClosed()
    else if (type === frameType.refused) relayed.wasRefused(startFailure(parsed<string>(body)))
  }

  #warn(body: Buffer): void {
    const { message, fields } = parsed<{ readonly message: string; readonly fields: LogFields }>(body)
    this.#logger.warn(message, fields)
  }

  #send(type: FrameType, id: number, body?: Buffer): void {
    if (this.#lost === undefined && !this.#isClosing) writeFrame(this.#channel, type, id, body)
  }

  #forget(id: number): void {
    this.#processes.delete(id)
    this.#keepAliveWhileBusy()
  }

  #keepAliveWhileBusy(): void {
    if (this.#processes.size > 0) this.#channel.ref()
    else if (!this.#isClosing) this.#channel.unref()
  }

  #lose(): void {
    this.#lost = this.#isClosing
      ? new GitferryError('CLOSED', 'git was ended because gitferry is being stopped.')
      : new GitferryError(
          'GIT_FAILED',
          `The fork server, which had started git, ${this.ending} in the middle of the command; git was ended, too. Run it again: the next command starts a new server.`,
        )
    this.#ready.reject(new Error(`the fork server ${this.ending} before it was ready`))
    for (const relayed of this.#processes.values()) relayed.isLost(this.#lost)
  }

  /**
   * Ends the server when `answer` does not settle in time. The time is taken in two halves, and what has arrived is
   * read before it is over: an event loop that was held up by the application must not look like a silent server.
   */
  #expectAnswer(answer: Promise<unknown>): void {
    let immediate: NodeJS.Immediate | undefined
    const late = () => {
      this.#isLate = true
      this.#server.kill('SIGKILL')
    }
    let timer = setTimeout(() => {
      timer = setTimeout(() => {
        immediate = setImmediate(late)
      }, this.#answerMs / 2)
    }, this.#answerMs / 2)
    const cancel = () => {
      clearTimeout(timer)
      clearImmediate(immediate)
    }
    answer.then(cancel, cancel)
  }
}

const parsed = <Value>(body: Buffer): Value => JSON.parse(body.toString('utf8')) as Value

const startFailure = (code: string): Error => Object.assign(new Error(`spawn ${code}`), { code })
