import type { GitProgress } from '../git/command.ts'

const spacingMs = 100

/**
 * Which steps of git's meter become events: every change of stage, the first 100 % of each, and of the others no more
 * than ten a second. Pure but for what it has let through: the time comes from the caller.
 */
export class ProgressPace {
  #stage = ''
  #time = Number.NEGATIVE_INFINITY
  #isDone = false

  /** Whether to tell of this step. `what`: what git is at; `now`: ms since 1970. */
  admits(what: string, step: GitProgress | undefined, now: number): boolean {
    const stage = `${what}\n${step?.stage ?? ''}`
    const isDone = step?.percent === 100
    const isNew = stage !== this.#stage
    if (!isNew && (isDone ? this.#isDone : now - this.#time < spacingMs)) return false
    this.#stage = stage
    this.#time = now
    this.#isDone = isDone
    return true
  }
}
