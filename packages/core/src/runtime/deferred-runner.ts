import { GitferryError, isGitferryError } from '../errors/index.ts'
import type { GitCommand, GitRunner, GitRunOptions } from '../git/command.ts'

/** Stands for the runner until git has been found: services are built before anything is started. */
export class DeferredRunner implements GitRunner {
  #runner: GitRunner | undefined
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #closing = new AbortController()

  use(runner: GitRunner): void {
    this.#runner = runner
  }

  /** Ends every command under way and waits until no process of them is left. May be called twice. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.allSettled(this.#underWay)
  }

  /** @throws CLOSED before `use` and after `close` */
  async run<Result>(command: GitCommand<Result>, options: GitRunOptions = {}): Promise<Result> {
    const closing = this.#closing.signal
    if (closing.aborted) throw stopped()
    if (this.#runner === undefined) throw notStarted()
    const signal = options.signal ? AbortSignal.any([options.signal, closing]) : closing
    const running = this.#runner.run(command, { ...options, signal })
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
