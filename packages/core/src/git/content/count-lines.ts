import { StringDecoder } from 'node:string_decoder'
import { commitMark, countOfBranches, logLines } from '../commands/log-lines.ts'
import type { ContentSource } from './content-source.ts'

/** How long a count over all of history may take, in ms. */
const timeoutMs = 60_000
/** Of a longer line, the path at its end is cut off. */
const longestLine = 4_096

interface Lines {
  readonly additions: number
  readonly deletions: number
}

/** What authors have done on a branch, merges among the commits; their lines are not. */
export interface Contributions {
  readonly commits: number
  /** Commits that any branch reaches. */
  readonly commits_of_branches: number
  /** The most commits first. */
  readonly authors: readonly (Lines & { readonly name: string; readonly commits: number })[]
  /** The days from `since` on that have commits, in UTC, by their date: `2026-01-31`. */
  readonly days: readonly (Lines & { readonly date: string })[]
}

interface Count {
  commits: number
  additions: number
  deletions: number
}

/** Adds up what `logLines` prints as it comes; holds a count for each author and each day. */
class LineCounter {
  commits = 0
  readonly authors = new Map<string, Count>()
  readonly days = new Map<string, Count>()
  readonly #since: number
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''
  #current: readonly Count[] = []

  /** `since`: ms since 1970. */
  constructor(since: number) {
    this.#since = since
  }

  push(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n')
    this.#rest = lines.pop()!.slice(0, longestLine)
    for (const line of lines) this.#read(line)
  }

  #read(line: string): void {
    if (line.startsWith(commitMark)) {
      const space = line.indexOf(' ')
      const at = Number(line.slice(1, space)) * 1_000
      this.commits += 1
      const author = countIn(this.authors, line.slice(space + 1))
      // a broken date is a day of no year
      const isRecent = at >= this.#since && at < 8.64e15
      const day = isRecent ? [countIn(this.days, new Date(at).toISOString().slice(0, 10))] : []
      this.#current = [author, ...day]
      for (const count of this.#current) count.commits += 1
      return
    }
    const [, added, deleted] = /^(\d+)\t(\d+)\t/.exec(line) ?? []
    for (const count of this.#current) {
      count.additions += Number(added ?? 0)
      count.deletions += Number(deleted ?? 0)
    }
  }
}

function countIn(counts: Map<string, Count>, name: string): Count {
  const known = counts.get(name) ?? { commits: 0, additions: 0, deletions: 0 }
  counts.set(name, known)
  return known
}

/**
 * Counts what authors have done on a branch, over all of its history: nothing of that is held.
 * @throws GIT_TIMEOUT after a minute, GIT_*, ABORTED
 */
export async function countLines(
  source: ContentSource,
  { tip, since }: { readonly tip: string; readonly since: number },
  signal: AbortSignal | undefined,
): Promise<Contributions> {
  const counter = new LineCounter(since)
  const onOutput = (chunk: Buffer): boolean => {
    counter.push(chunk)
    return true
  }
  const [, commits_of_branches] = await Promise.all([
    source.run(logLines(tip), { signal, timeoutMs, onOutput }),
    source.run(countOfBranches, { signal, timeoutMs }),
  ])
  const authors = [...counter.authors].map(([name, count]) => ({ name, ...count }))
  const days = [...counter.days].map(([date, { additions, deletions }]) => ({ date, additions, deletions }))
  return {
    commits: counter.commits,
    commits_of_branches,
    authors: authors.sort((a, b) => b.commits - a.commits || (a.name < b.name ? -1 : 1)),
    days: days.sort((a, b) => (a.date < b.date ? -1 : 1)),
  }
}
