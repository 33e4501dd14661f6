import type { Readable, Writable } from 'node:stream'
import { type ErrorCode, GitferryError, isGitferryError } from '../errors/index.ts'
import { TailBuffer } from './captured-output.ts'
import { exitCodeOf } from './exit-code.ts'
import type { PipedProcess } from './process-starter.ts'

/** How much of stderr is kept: what a failing program says last is why. In bytes. */
const stderrCap = 64 * 1024

/** Where the bytes of a streamed git come from and go to. Only chunks are held in memory. */
export interface StreamEnds {
  /**
   * Default: git’s input is empty. What it throws ends git, and is thrown on. It is not told (`return`) when git reads no
   * further: a socket behind it is still to be answered.
   */
  readonly input?: AsyncIterable<Uint8Array> | undefined
  /** git waits for as long as the promise does; what it rejects with ends git, and is thrown on. */
  readonly output: (chunk: Uint8Array) => Promise<void> | void
  readonly errors?: ((chunk: Uint8Array) => Promise<void> | void) | undefined
}

export interface StreamOptions {
  /** Given to git as `--git-dir`, as by `GitRunOptions`. Default: the command names what it works on. */
  readonly gitDir?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** The longest time in which no byte goes in or out, in ms. Default: none. @throws GIT_STALLED */
  readonly stallTimeoutMs?: number | undefined
  /** Wall clock, in ms. Default: none. @throws GIT_TIMEOUT */
  readonly timeoutMs?: number | undefined
  /**
   * Whether `input` is read to its end also when git reads no further, as a request over HTTP has to be before its
   * answer is heard. Default false: it is left where it is when git ends.
   */
  readonly drains?: boolean | undefined
}

export interface StreamEnd {
  readonly exitCode: number
  /** The end of what git said, not redacted. */
  readonly stderr: string
}

/**
 * Joins a process with what it talks to until it has ended and everything that it said is delivered. When this settles,
 * its process group is gone.
 * @throws GIT_STALLED, GIT_TIMEOUT, ABORTED; what `input` and `output` throw
 */
export class ProcessStream {
  readonly #verb: string
  readonly #options: StreamOptions
  readonly #stderr = new TailBuffer(stderrCap)
  readonly #given = Promise.withResolvers<void>()
  #child: PipedProcess | undefined
  #failure: { readonly error: unknown } | undefined
  #stall: NodeJS.Timeout | undefined

  constructor(verb: string, options: StreamOptions) {
    this.#verb = verb
    this.#options = options
  }

  /** `start`: starts the process. `ended`: is told whether its group is gone, before this settles. */
  async join(
    ends: StreamEnds,
    start: () => Promise<PipedProcess>,
    ended: (child: PipedProcess, isGone: boolean) => void,
  ): Promise<StreamEnd> {
    const { signal, stallTimeoutMs, timeoutMs } = this.#options
    const onAbort = (): void => this.#fail(aborted(this.#verb, signal))
    if (signal?.aborted) throw aborted(this.#verb, signal)
    signal?.addEventListener('abort', onAbort, { once: true })
    let deadline: NodeJS.Timeout | undefined
    try {
      const child = await start()
      this.#child = child
      if (this.#failure) this.#end(child)
      if (timeoutMs !== undefined) {
        deadline = setTimeout(() => {
          this.#fail(this.#late('GIT_TIMEOUT', `did not end within ${timeoutMs} ms`))
        }, timeoutMs)
      }
      if (stallTimeoutMs !== undefined) {
        this.#stall = setTimeout(() => {
          this.#fail(this.#late('GIT_STALLED', `moved no byte for ${stallTimeoutMs} ms`))
        }, stallTimeoutMs)
      }
      return await this.#joined(child, ends, ended)
    } finally {
      signal?.removeEventListener('abort', onAbort)
      clearTimeout(deadline)
      clearTimeout(this.#stall)
    }
  }

  async #joined(
    child: PipedProcess,
    { input, output, errors }: StreamEnds,
    ended: (child: PipedProcess, isGone: boolean) => void,
  ): Promise<StreamEnd> {
    const feeding = this.#feed(child, input)
    const spoken = Promise.all([
      this.#deliver(child.stdout, output),
      this.#deliver(child.stderr, async (chunk) => {
        this.#stderr.push(Buffer.from(chunk))
        await errors?.(chunk)
      }),
    ])
    const exitCode = await child.exit.then(exitCodeOf, (error: unknown) => {
      this.#fail(error)
      return -1
    })
    const isGone = await child.end().catch(() => false)
    ended(child, isGone)
    await Promise.race([spoken, this.#given.promise])
    if (this.#options.drains) await Promise.race([feeding, this.#given.promise])
    child.release()
    if (this.#failure) throw this.#failure.error
    return { exitCode, stderr: this.#stderr.take() }
  }

  /** Never rejects. A git that ends early closes its end: its exit code says why. */
  async #feed({ stdin }: PipedProcess, input: AsyncIterable<Uint8Array> | undefined): Promise<void> {
    let isOpen = true
    const closed = new Promise<void>((resolve) => stdin.once('close', resolve))
    stdin.on('error', () => {})
    void closed.then(() => {
      isOpen = false
    })
    try {
      const chunks = input?.[Symbol.asyncIterator]()
      for (let next = await chunks?.next(); next && !next.done; next = await chunks?.next()) {
        this.#stall?.refresh()
        if (this.#failure) return
        if (isOpen && !stdin.write(next.value)) await Promise.race([drained(stdin), closed])
        if (!isOpen && !this.#options.drains) return
        this.#stall?.refresh()
      }
      stdin.end()
    } catch (error) {
      // what is left of the input when git has ended of itself concerns nobody
      if (isOpen || this.#options.drains) this.#fail(error)
    }
  }

  /** Never rejects. */
  async #deliver(stream: Readable, take: StreamEnds['output']): Promise<void> {
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        this.#stall?.refresh()
        await take(chunk)
        this.#stall?.refresh()
      }
    } catch (error) {
      // a stream that was given up before its end is no news
      if (!isPremature(error)) this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    if (this.#child) this.#end(this.#child)
  }

  #end(child: PipedProcess): void {
    child.end().catch(() => {})
    // nobody waits any more for what cannot be delivered
    this.#given.resolve()
  }

  #late(code: ErrorCode, what: string): GitferryError {
    return new GitferryError(code, `git ${this.#verb} ${what} and was stopped.`)
  }
}

const drained = (stream: Writable): Promise<void> =>
  new Promise((resolve) => stream.once('drain', () => resolve()))

const isPremature = (error: unknown): boolean =>
  !isGitferryError(error) &&
  (error as NodeJS.ErrnoException | undefined)?.code === 'ERR_STREAM_PREMATURE_CLOSE'

const aborted = (verb: string, signal: AbortSignal | undefined): GitferryError =>
  new GitferryError('ABORTED', `git ${verb} was given up by its caller.`, { cause: signal?.reason })
