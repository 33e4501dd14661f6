import type { RepoRow } from '../contract/index.ts'
import { fromUnknown } from '../errors/index.ts'
import type { Stores } from '../git/store.ts'
import type { Clock, Logger } from '../ports/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import type { KeyedLock } from '../runtime/keyed-lock.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import { nextCheck } from './check-date.ts'
import type { KeptChecks } from './kept-checks.ts'
import { repoKey } from './repo-key.ts'
import { WakeLoop } from './wake-loop.ts'

/** From the start to the first round, in ms: what was left undone at the last end has the first minutes. */
export const firstRoundMs = 10 * 60_000
/** From one round to the next, in ms. A round over stores that need nothing lists some folders of each. */
export const roundEveryMs = 60 * 60_000
/** Until a kept store that is to be checked at once, and was in use, is looked at again, in ms. */
const keptAgainMs = 60_000

interface StoreCareDeps {
  readonly storage: ManagedStorage
  readonly stores: Pick<Stores, 'has' | 'open' | 'dueTasks' | 'maintain' | 'check' | 'removeOldDamaged'>
  readonly keptChecks: Pick<KeptChecks, 'ask' | 'isAwaited' | 'checkAwaited' | 'checkDue'>
  readonly lock: KeyedLock
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Looks after the stores while nobody wants them: checks each once a month, heals what is damaged, and does what takes too
 * long to be done between two runs. One store at a time; a run that comes is let through at once.
 */
export class StoreCare {
  readonly #deps: StoreCareDeps
  readonly #loop: WakeLoop
  #stopped = new AbortController()
  #roundAt: number | undefined

  constructor(deps: StoreCareDeps) {
    this.#deps = deps
    this.#loop = new WakeLoop({ clock: deps.clock, turn: () => this.#turn() })
  }

  start(): void {
    this.#stopped = new AbortController()
    this.#roundAt = undefined
    this.#loop.start()
  }

  /** Gives up what is under way and waits until nothing of it is left. May be called twice. */
  async stop(): Promise<void> {
    this.#stopped.abort('stopped')
    await this.#loop.stop()
  }

  /** Checks a kept store soon, in the background: what it shares packs with was damaged. */
  checkKept(uuid: string): void {
    this.#deps.keptChecks.ask(uuid)
    this.#loop.wake()
  }

  /** Looks at every store once. A store that fails is logged, and the others are looked at. @throws ABORTED, STORAGE_FAILED */
  async round({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    const { logger, storage, stores } = this.#deps
    await stores.removeOldDamaged()
    for (const repo of await storage.collection('repos').find()) {
      throwIfAborted(signal)
      try {
        await this.#lookAfter(repo, signal)
      } catch (error) {
        throwIfAborted(signal)
        logger.error('a store could not be looked after; the next round tries again', {
          repo_id: repo.id,
          error: fromUnknown(error),
        })
      }
    }
    await this.#deps.keptChecks.checkDue({ signal })
  }

  async #turn(): Promise<number> {
    const { clock, keptChecks, logger } = this.#deps
    const { signal } = this.#stopped
    const failed = (error: unknown) => {
      if (!signal.aborted) logger.error('the stores could not be looked after', { error })
    }
    this.#roundAt ??= clock.now() + firstRoundMs
    await keptChecks.checkAwaited({ signal }).catch(failed)
    if (this.#roundAt <= clock.now()) {
      await this.round({ signal }).catch(failed)
      this.#roundAt = clock.now() + roundEveryMs
    }
    const sleepMs = this.#roundAt - clock.now()
    return keptChecks.isAwaited ? Math.min(sleepMs, keptAgainMs) : sleepMs
  }

  async #lookAfter(repo: RepoRow, signal: AbortSignal): Promise<void> {
    const { clock, lock, logger, stores } = this.#deps
    if (!(await stores.has(repo))) return
    const isCheckDue = nextCheck(repo) <= clock.now()
    const tasks = await stores.dueTasks(repo, { thorough: true })
    if (!isCheckDue && tasks.length === 0) return
    if (await this.#isAwaited(repo)) return
    const held = await lock.holdWhileUnwanted(
      repoKey(repo.id),
      async (unwanted) => {
        if (isCheckDue) await this.#check(repo, unwanted)
        const store = await stores.open(repo, { signal: unwanted })
        await stores.maintain(store, { signal: unwanted, thorough: true })
      },
      { signal },
    )
    if (held === 'gave-way') logger.info('looking after a store gave way to a run', { repo_id: repo.id })
  }

  /** Whether a run is there for it, under way or not. */
  async #isAwaited({ id }: RepoRow): Promise<boolean> {
    const where = { repo_id: id, status: { in: ['pending', 'running'] as const } }
    return (await this.#deps.storage.collection('runs').count(where)) > 0
  }

  async #check(repo: RepoRow, signal: AbortSignal): Promise<void> {
    const { clock, logger, storage, stores } = this.#deps
    const startedAt = performance.now()
    const result = await stores.check(repo, { signal })
    const checked_at = new Date(clock.now()).toISOString()
    await storage.collection('repos').update(repo.id, { checked_at })
    logger.info('a store was checked', {
      repo_id: repo.id,
      uuid: repo.uuid,
      result,
      ms: Math.round(performance.now() - startedAt),
    })
  }
}
