import type { GitProgress } from '../command.ts'

const line = /^(?:remote: +)?([A-Z][A-Za-z ]{2,40}): +(?:(\d{1,3})% \((\d+)\/(\d+)\)|(\d+)(?![\d.]))/
const longestLine = 1_000

/** @returns `undefined` when the line is not one of git's progress meter */
export function parseProgressLine(text: string): GitProgress | undefined {
  const match = line.exec(text)
  if (!match?.[1]) return undefined
  const [, stage, percent, done, total, count] = match
  if (count !== undefined) return { stage, done: Number(count) }
  return { stage, percent: Number(percent), done: Number(done), total: Number(total) }
}

/**
 * Reads git's progress meter out of stderr, fed in chunks of any size. git ends the lines of a running meter
 * with a carriage return; lines of another kind are passed over.
 */
export class ProgressReader {
  readonly #onProgress: (progress: GitProgress) => void
  #rest = ''

  constructor(onProgress: (progress: GitProgress) => void) {
    this.#onProgress = onProgress
  }

  push(chunk: string): void {
    const lines = (this.#rest + chunk).split(/[\r\n]/)
    this.#rest = (lines.pop() ?? '').slice(0, longestLine)
    for (const text of lines) {
      const progress = parseProgressLine(text.slice(0, longestLine))
      if (progress) this.#onProgress(progress)
    }
  }
}
