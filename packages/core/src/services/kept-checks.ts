import { fromUnknown } from '../errors/index.ts'
import type { GitRunner } from '../git/command.ts'
import { checkKeptStore, keptCheckDates } from '../git/kept-store-check.ts'
import type { KeptStores } from '../git/kept-stores.ts'
import type { Clock, Logger } from '../ports/index.ts'
import { throwIfAborted } from '../runtime/abort.ts'
import type { KeyedLock } from '../runtime/keyed-lock.ts'
import type { ManagedStorage } from '../runtime/managed-storage.ts'
import { nextCheck } from './check-date.ts'

export interface KeptChecksDeps {
  readonly storage: ManagedStorage
  readonly keptStores: Pick<KeptStores, 'uuids' | 'path'>
  readonly runner: GitRunner
  readonly lock: KeyedLock
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Logger
}

type SignalOption = { readonly signal: AbortSignal }

/** So many values of a damaged kept store are named; the rest is counted. */
const named = 100

/**
 * Finds kept stores that are damaged. Their packs may be the very files of the working store, so that what damages the
 * one damages the other; but a kept store is never made anew, for nobody else may have what it holds.
 */
export class KeptChecks {
  readonly #deps: KeptChecksDeps
  readonly #awaited = new Set<string>()

  constructor(deps: KeptChecksDeps) {
    this.#deps = deps
  }

  /** Has a kept store checked by the next `checkAwaited`. */
  ask(uuid: string): void {
    this.#awaited.add(uuid)
  }

  /** Whether a kept store that was asked for is still to be checked. */
  get isAwaited(): boolean {
    return this.#awaited.size > 0
  }

  /** Checks those that were asked for; one that is in use stays asked for. @throws ABORTED */
  async checkAwaited({ signal }: SignalOption): Promise<void> {
    for (const uuid of [...this.#awaited]) {
      // before the look: whoever asks meanwhile asks for another one
      this.#awaited.delete(uuid)
      const came = await this.#check(uuid, signal).catch((error: unknown) => {
        this.ask(uuid)
        throw error
      })
      if (came === 'in-use') this.ask(uuid)
    }
  }

  /** Checks those whose month is over. @throws ABORTED */
  async checkDue({ signal }: SignalOption): Promise<void> {
    const { clock, keptStores } = this.#deps
    for (const uuid of await keptStores.uuids()) {
      const dates = await keptCheckDates(keptStores.path(uuid))
      if (dates && nextCheck({ uuid, ...dates }) <= clock.now()) await this.#check(uuid, signal)
    }
  }

  async #check(uuid: string, signal: AbortSignal): Promise<'done' | 'in-use'> {
    const { lock, logger } = this.#deps
    throwIfAborted(signal)
    try {
      const work = (unwanted: AbortSignal) => this.#checkAlone(uuid, unwanted)
      const held = await lock.holdWhileUnwanted(`kept:${uuid}`, work, { signal })
      return typeof held === 'object' ? 'done' : 'in-use'
    } catch (error) {
      throwIfAborted(signal)
      const fields = { uuid, error: fromUnknown(error) }
      logger.error('a kept store could not be checked; the next round tries again', fields)
      return 'done'
    }
  }

  async #checkAlone(uuid: string, signal: AbortSignal): Promise<void> {
    const { clock, keptStores, logger, runner } = this.#deps
    const path = keptStores.path(uuid)
    if ((await keptCheckDates(path)) === undefined) return
    const { damage, said } = await checkKeptStore(path, { runner, now: clock.now(), signal })
    if (damage !== 'objects') return logger.info('a kept store was checked', { uuid, result: 'sound' })
    logger.error(
      'a kept store is damaged, and overwritten values may be lost: put it back from a backup of the data directory, or fetch the values named here into it from a clone that has them',
      { uuid, path, said, ...(await this.#values(uuid)) },
    )
  }

  async #values(uuid: string) {
    const kept = this.#deps.storage.collection('kept_refs')
    const where = { repo_uuid: uuid, state: 'kept' } as const
    const rows = await kept.find({ where, limit: named })
    return {
      kept: await kept.count(where),
      values: rows.map(({ run_id, target_remote, ref, oid, kept_ref }) => ({
        ...{ run_id, target_remote, ref, oid, kept_ref },
      })),
    }
  }
}
