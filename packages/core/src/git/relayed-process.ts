import type { GitferryError } from '../errors/index.ts'
import { endGroup } from './process-group.ts'
import type { OutputListeners, ProcessExit, StartedProcess } from './process-starter.ts'

interface RelayedProcessOptions {
  readonly output: OutputListeners
  readonly onRelease: () => void
  /** The group is gone, but how the process ended is not told. */
  readonly onSilence: (exit: Promise<unknown>) => void
}

/** A child of the fork server, as it looks from here. */
export class RelayedProcess implements StartedProcess {
  readonly output: OutputListeners
  readonly started: Promise<number>
  readonly exit: Promise<ProcessExit>
  readonly closed: Promise<void>
  readonly #started = Promise.withResolvers<number>()
  readonly #exit = Promise.withResolvers<ProcessExit>()
  readonly #closed = Promise.withResolvers<void>()
  readonly #onRelease: () => void
  readonly #onSilence: (exit: Promise<unknown>) => void
  #pid = 0

  constructor({ output, onRelease, onSilence }: RelayedProcessOptions) {
    this.output = output
    this.#onRelease = onRelease
    this.#onSilence = onSilence
    this.started = this.#started.promise
    this.exit = this.#exit.promise
    this.closed = this.#closed.promise
    // whoever asks later is still told
    this.started.catch(() => {})
    this.exit.catch(() => {})
  }

  /** Set once `started` has settled. */
  get pid(): number {
    return this.#pid
  }

  hasStarted(pid: number): void {
    this.#pid = pid
    this.#started.resolve(pid)
  }

  wasRefused(cause: Error): void {
    this.#started.reject(cause)
  }

  hasEnded(exit: ProcessExit): void {
    this.#exit.resolve(exit)
  }

  hasClosed(): void {
    this.#closed.resolve()
  }

  /** Nothing more will be told about it. */
  isLost(error: GitferryError): void {
    this.#started.reject(error)
    this.#exit.reject(error)
    this.#closed.resolve()
  }

  /** The same user's, so that it can be signalled from here, whatever state the server is in. */
  async end(): Promise<boolean> {
    const isGone = await endGroup(this.#pid)
    if (isGone) this.#onSilence(this.exit)
    return isGone
  }

  release(): void {
    this.#onRelease()
  }
}
