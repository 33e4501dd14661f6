import { GitferryError } from '../errors/index.ts'
import type { GitCommand, GitRunner, GitRunOptions } from '../git/command.ts'

/** Stands for the runner until git has been found: services are built before anything is started. */
export class DeferredRunner implements GitRunner {
  #runner: GitRunner | undefined
  #binary: string | undefined

  use(runner: GitRunner, binary: string): void {
    this.#runner = runner
    this.#binary = binary
  }

  /** Absolute path of git. @throws CLOSED before `use` was called */
  get binary(): string {
    if (this.#binary === undefined) throw notStarted()
    return this.#binary
  }

  /** @throws CLOSED before `use` was called */
  async run<Result>(command: GitCommand<Result>, options?: GitRunOptions): Promise<Result> {
    if (this.#runner === undefined) throw notStarted()
    return this.#runner.run(command, options)
  }
}

const notStarted = () => new GitferryError('CLOSED', 'gitferry has not been started: call start() first.')
