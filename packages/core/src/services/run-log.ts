import type { RunRow } from '../contract/index.ts'
import type { Clock, Logger, StorageSession } from '../ports/index.ts'
import type { CallerStorage } from '../rights/caller-storage.ts'
import type { EventBus } from '../runtime/event-bus.ts'
import { reposOf } from './repos-of.ts'

const flushAfterMs = 100
const maxLines = 10_000
/** In UTF-16 units: no line of git or a server is longer that anybody reads. */
const maxLineLength = 2_000

type LoggedRun = Pick<RunRow, 'id' | 'repo_id' | 'target_repo_id'>

/**
 * The log of one run. Lines are announced at once and stored within a tenth of a second, a batch in one
 * transaction, so that a chatty transfer does not cost a commit a line.
 */
export class RunLog {
  readonly #run: LoggedRun
  readonly #deps: RunLogDeps
  /** Not stored yet. */
  readonly #lines: { readonly at: string; readonly text: string }[] = []
  #count = 0
  #cancelTimer: (() => void) | undefined
  #flushing: Promise<void> = Promise.resolve()

  constructor(run: LoggedRun, deps: RunLogDeps) {
    this.#run = run
    this.#deps = deps
  }

  /**
   * Adds one line, cut after 2,000 characters. Never waits, never throws. After 10,000 lines the rest is left out, and
   * the log says so.
   */
  add(text: string): void {
    this.#count += 1
    if (this.#count > maxLines) return
    const { clock, events } = this.#deps
    const shown = this.#count === maxLines ? 'the log ends here: it has 10,000 lines' : cut(text)
    const line = { at: new Date(clock.now()).toISOString(), text: shown }
    this.#lines.push(line)
    events.emit('run.log', {
      run_id: this.#run.id,
      ...reposOf(this.#run),
      line: `${line.at} ${line.text}`,
    })
    this.#cancelTimer ??= clock.setTimer(flushAfterMs, () => {
      this.#cancelTimer = undefined
      // one after the other: two at once would store the same lines
      this.#flushing = this.#flushing.then(() => this.#flush())
    })
  }

  /** Ends storing by itself and waits for what is under way: `storeIn` has the rest. May be called twice. */
  async close(): Promise<void> {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    await this.#flushing
  }

  /** Stores what is not stored yet, in the transaction that ends the run; again when that is tried again. */
  async storeIn(session: StorageSession): Promise<void> {
    const log = session.collection('run_log')
    for (const line of this.#lines) await log.insert({ run_id: this.#run.id, ...line })
  }

  /** Storing lines while the run goes on may fail: they stay for the next time. */
  async #flush(): Promise<void> {
    const lines = this.#lines.slice()
    try {
      await this.#deps.storage.transaction(async (session) => {
        const log = session.collection('run_log')
        for (const line of lines) await log.insert({ run_id: this.#run.id, ...line })
      })
      this.#lines.splice(0, lines.length)
    } catch (error) {
      this.#deps.logger.warn('lines of a run log could not be stored yet', { run_id: this.#run.id, error })
    }
  }
}

/** A character is never cut in two. */
const cut = (text: string): string =>
  text.length <= maxLineLength ? text : `${text.slice(0, maxLineLength).replace(/[\ud800-\udbff]$/, '')}…`

export interface RunLogDeps {
  readonly storage: Pick<CallerStorage, 'transaction'>
  readonly clock: Clock
  readonly events: EventBus
  readonly logger: Logger
}
