import { GitferryError, isGitferryError } from '../errors/index.ts'
import type { GitCommand, GitRunner, GitRunOptions, GitStreamCommand, GitStreamer } from '../git/command.ts'
import type { StreamEnd, StreamEnds, StreamOptions } from '../git/process-stream.ts'

/** Stands for the runner until git has been found: services are built before anything is started. */
export class DeferredRunner implements GitRunner, GitStreamer {
  #runner: (GitRunner & GitStreamer) | undefined
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #closing = new AbortController()

  use(runner: GitRunner & GitStreamer): void {
    this.#runner = runner
  }

  /** Ends every command under way and waits until no process of them is left. May be called twice. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.allSettled(this.#underWay)
  }

  /** @throws CLOSED before `use` and after `close` */
  run<Result>(command: GitCommand<Result>, options: GitRunOptions = {}): Promise<Result> {
    return this.#watched(options.signal, (runner, signal) => runner.run(command, { ...options, signal }))
  }

  /** @throws CLOSED before `use` and after `close` */
  stream(command: GitStreamCommand, ends: StreamEnds, options: StreamOptions = {}): Promise<StreamEnd> {
    return this.#watched(options.signal, (runner, signal) =>
      runner.stream(command, ends, { ...options, signal }),
    )
  }

  async #watched<Result>(
    given: AbortSignal | undefined,
    work: (runner: GitRunner & GitStreamer, signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const closing = this.#closing.signal
    if (closing.aborted) throw stopped()
    if (this.#runner === undefined) throw notStarted()
    const running = work(this.#runner, given ? AbortSignal.any([given, closing]) : closing)
    this.#underWay.add(running)
    try {
      return await running
    } catch (error) {
      throw closing.aborted && isGitferryError(error, 'ABORTED') ? stopped() : error
    } finally {
      this.#underWay.delete(running)
    }
  }
}

const notStarted = () => new GitferryError('CLOSED', 'gitferry has not been started: call start() first.')
const stopped = () => new GitferryError('CLOSED', 'gitferry was stopped before git had ended.')
