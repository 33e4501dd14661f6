import { GitferryError, isGitferryError } from '../../errors/index.ts'

/** Gives up what stands still: its signal fires when `moved` was not called for `ms`, or with the caller’s. */
export class StallWatch implements Disposable {
  readonly signal: AbortSignal
  readonly #ms: number
  readonly #stalled = new AbortController()
  readonly #timer: NodeJS.Timeout | undefined

  constructor(ms: number | undefined, signal: AbortSignal | undefined) {
    this.#ms = ms ?? 0
    if (ms !== undefined) this.#timer = setTimeout(() => this.#stalled.abort(), ms)
    this.signal = AbortSignal.any([this.#stalled.signal, ...(signal ? [signal] : [])])
  }

  readonly moved = (): void => {
    this.#timer?.refresh()
  }

  /** What was given up because it stood still says so. */
  explain(error: unknown): unknown {
    if (!this.#stalled.signal.aborted || !isGitferryError(error, 'ABORTED')) return error
    return new GitferryError(
      'GIT_STALLED',
      `No byte of an LFS object moved for ${this.#ms} ms; it was stopped.`,
    )
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}
