import type { GitProgress } from '../git/command.ts'

const part = 25
const slowMs = 10_000

interface Shown {
  /** How far the step was that the last line was about: percent, or objects where there is no percent. */
  readonly at: number
  readonly part: number
  readonly time: number
}

/**
 * Which steps of git's meter become lines of a run's log: of each stage the first and the last one, each further 25 %,
 * and one every 10 s where it is slower than that. Pure but for what it has shown: the time comes from the caller.
 */
export class ProgressLines {
  readonly #shown = new Map<string, Shown>()

  /**
   * The line for one step, or `undefined` when it is none worth one.
   * @param what what git is at, as the log calls it: "fetching origin"
   * @param now ms since 1970
   */
  next(what: string, step: GitProgress, now: number): string | undefined {
    const key = `${what}\n${step.stage}`
    const at = step.percent ?? step.done ?? 0
    const reached = step.percent === undefined ? 0 : Math.floor(step.percent / part)
    const last = this.#shown.get(key)
    // a meter that goes back is another one: the fetch of a further round
    const isFurther = last !== undefined && at >= last.at
    if (isFurther && reached <= last.part && (at === last.at || now - last.time < slowMs)) return undefined
    this.#shown.set(key, { at, part: reached, time: now })
    return `${what}: ${step.stage}${counted(step)}${step.bytes === undefined ? '' : `, ${size(step.bytes)}`}`
  }
}

function counted({ percent, done, total }: GitProgress): string {
  const objects = total === undefined ? done : `${done ?? 0}/${total}`
  if (percent === undefined) return objects === undefined ? '' : ` ${objects}`
  return objects === undefined ? ` ${percent}%` : ` ${percent}% (${objects})`
}

const units = ['KiB', 'MiB', 'GiB', 'TiB'] as const

/** As git writes it, in powers of 1024. */
function size(bytes: number): string {
  if (bytes < 1_024) return `${bytes} bytes`
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), units.length)
  return `${(bytes / 1_024 ** power).toFixed(1)} ${units[power - 1]}`
}
