import type { GitProgress } from '../command.ts'

const line = /^(?:remote: +)?([A-Z][A-Za-z ]{2,40}): +(?:(\d{1,3})% \((\d+)\/(\d+)\)|(\d+)(?![\d.]))/
/** The throughput after the count: `, 1.20 MiB | 3.40 MiB/s`. */
const throughput = /^, (\d{1,9}(?:\.\d{1,2})?) (bytes?|KiB|MiB|GiB)(?: \||$)/
const longestLine = 1_000
const unitBytes = new Map([
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
])

/** @returns `undefined` when the line is not one of git's progress meter */
export function parseProgressLine(text: string): GitProgress | undefined {
  const match = line.exec(text)
  if (!match?.[1]) return undefined
  const [whole, stage, percent, done, total, count] = match
  const bytes = readBytes(text.slice(whole.length))
  if (count !== undefined) return { stage, done: Number(count), ...bytes }
  return { stage, percent: Number(percent), done: Number(done), total: Number(total), ...bytes }
}

function readBytes(rest: string): { bytes: number } | undefined {
  const [, number, unit = ''] = throughput.exec(rest) ?? []
  if (number === undefined) return undefined
  return { bytes: Math.round(Number(number) * (unitBytes.get(unit) ?? 1)) }
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
