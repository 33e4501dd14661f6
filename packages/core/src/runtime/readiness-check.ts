import type { Readiness } from '../contract/index.ts'
import type { Clock, Logger } from '../ports/index.ts'

/** A storage that takes longer does not answer. */
const storageTimeoutMs = 2_000

export interface ReadinessCheckDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly phase: () => 'starting' | 'started' | 'stopping'
  /** Rejects when the storage does not answer. */
  readonly askStorage: () => Promise<unknown>
  /** Rejects when the git binary is not there, or may not be started. */
  readonly findGit: () => Promise<unknown>
  readonly isScheduling: () => boolean
}

/**
 * Whether this gitferry can do its work. Everybody may ask, so callers at the same time share one look, nothing is
 * started for it, and what is wrong goes to the log alone.
 */
export class ReadinessCheck {
  readonly #deps: ReadinessCheckDeps
  #looking: Promise<Readiness> | undefined
  #failing = ''

  constructor(deps: ReadinessCheckDeps) {
    this.#deps = deps
  }

  /** Never rejects. */
  look(): Promise<Readiness> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #look(): Promise<Readiness> {
    const { askStorage, findGit, isScheduling } = this.#deps
    const [storage, git] = await Promise.all([
      this.#holds('storage', this.#inTime(askStorage)),
      this.#holds('git', findGit()),
    ])
    const checks = { storage, git, scheduler: isScheduling() ? ('ok' as const) : ('failing' as const) }
    // asked for last: what began to stop meanwhile is stopping
    const phase = this.#deps.phase()
    const failing = Object.entries(checks).filter(([, state]) => state === 'failing')
    const status = phase === 'started' ? (failing.length === 0 ? 'ready' : 'failing') : phase
    this.#report(status === 'failing' ? failing.map(([name]) => name).join(', ') : '')
    return { status, checks }
  }

  async #holds(part: string, answer: Promise<unknown>): Promise<'ok' | 'failing'> {
    try {
      await answer
      return 'ok'
    } catch (error) {
      this.#deps.logger.debug('a part does not answer', { part, error })
      return 'failing'
    }
  }

  async #inTime(ask: () => Promise<unknown>): Promise<unknown> {
    const late = Promise.withResolvers<never>()
    const cancel = this.#deps.clock.setTimer(storageTimeoutMs, () =>
      late.reject(new Error(`no answer within ${storageTimeoutMs} ms`)),
    )
    try {
      return await Promise.race([ask(), late.promise])
    } finally {
      cancel()
    }
  }

  /** One line a change: a probe asks every few seconds. */
  #report(failing: string): void {
    if (failing === this.#failing) return
    this.#failing = failing
    if (failing === '') this.#deps.logger.info('every part answers again')
    else this.#deps.logger.error('gitferry is not ready: a part does not answer', { parts: failing })
  }
}
