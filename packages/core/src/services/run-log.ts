import type { Clock, Logger, StorageSession } from '../ports/index.ts'
import type { EventBus } from '../runtime/event-bus.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'

const flushAfterMs = 100
const maxLines = 10_000

/**
 * The log of one run. Lines are announced at once and stored within a tenth of a second, a batch in one
 * transaction, so that a chatty transfer does not cost a commit a line.
 */
export class RunLog {
  readonly #runId: number
  readonly #deps: RunLogDeps
  #lines: { readonly at: string; readonly text: string }[] = []
  #count = 0
  #cancelTimer: (() => void) | undefined

  constructor(runId: number, deps: RunLogDeps) {
    this.#runId = runId
    this.#deps = deps
  }

  /** Adds one line. Never waits, never throws. After 10,000 lines the rest is left out, and the log says so. */
  add(text: string): void {
    this.#count += 1
    if (this.#count > maxLines) return
    const { clock, events } = this.#deps
    const shown = this.#count === maxLines ? 'the log ends here: it has 10,000 lines' : text
    const line = { at: new Date(clock.now()).toISOString(), text: shown }
    this.#lines.push(line)
    events.emit('run.log', { run_id: this.#runId, line: `${line.at} ${line.text}` })
    this.#cancelTimer ??= clock.setTimer(flushAfterMs, () => {
      this.#cancelTimer = undefined
      void this.#flush()
    })
  }

  /** Stores what was added so far, in the transaction that ends the run. */
  async storeIn(session: StorageSession): Promise<void> {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    const lines = this.#lines
    this.#lines = []
    const log = session.collection('run_log')
    for (const line of lines) await log.insert({ run_id: this.#runId, ...line })
  }

  /** Storing lines while the run goes on may fail and then loses them, never the run. */
  async #flush(): Promise<void> {
    if (this.#lines.length === 0) return
    try {
      await this.#deps.storage.transaction((session) => this.storeIn(session))
    } catch (error) {
      this.#deps.logger.error('lines of a run log could not be stored', { run_id: this.#runId, error })
    }
  }
}

export interface RunLogDeps {
  readonly storage: ManagedStorage
  readonly clock: Clock
  readonly events: EventBus
  readonly logger: Logger
}
