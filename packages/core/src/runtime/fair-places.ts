import { GitferryError } from '../errors/index.ts'
import { abortError } from './abort.ts'

type Begin = () => void

interface Caller {
  running: number
  /** In the order in which they came. */
  readonly waiting: Set<Begin>
}

/**
 * So many places, shared fairly: those who wait get one in turn, caller by caller, and nobody has more than half of the
 * places, nor of those to wait. That holds also while nobody else is there: a place that was given cannot be taken back
 * when somebody comes.
 */
export class FairPlaces {
  readonly #atOnce: number
  readonly #mayWait: number
  /** Those who run or wait, in the order of their turns. */
  readonly #callers = new Map<string, Caller>()
  #running = 0
  #waiting = 0

  constructor({
    atOnce,
    mayWait,
  }: {
    readonly atOnce: number
    /** How many may wait for a place; further ones are refused. */
    readonly mayWait: number
  }) {
    this.#atOnce = atOnce
    this.#mayWait = mayWait
  }

  /** Resolves once the caller has a place, which `release` gives back. @throws RATE_LIMITED, ABORTED */
  async take(key: string, signal?: AbortSignal): Promise<void> {
    const caller = this.#callers.get(key) ?? { running: 0, waiting: new Set() }
    this.#callers.set(key, caller)
    if (this.#mayBegin(caller)) this.#begin(key, caller)
    else await this.#wait(key, caller, signal)
  }

  /** Gives a place back, to whoever’s turn it is. */
  release(key: string): void {
    const caller = this.#callers.get(key)!
    caller.running -= 1
    this.#running -= 1
    this.#comeLast(key, caller)
    this.#forget(key, caller)
    for (const [turn, next] of this.#callers) {
      const [begin] = next.waiting
      if (begin === undefined || !this.#mayBegin(next)) continue
      this.#leave(next, begin)
      this.#begin(turn, next)
      begin()
      return
    }
  }

  #mayBegin({ running }: Caller): boolean {
    return this.#running < this.#atOnce && running < half(this.#atOnce)
  }

  #begin(key: string, caller: Caller): void {
    caller.running += 1
    this.#running += 1
    this.#comeLast(key, caller)
  }

  /** Whoever has had a place has had a turn. */
  #comeLast(key: string, caller: Caller): void {
    this.#callers.delete(key)
    this.#callers.set(key, caller)
  }

  #wait(key: string, caller: Caller, signal: AbortSignal | undefined): Promise<void> {
    const isFull = this.#waiting >= this.#mayWait
    if (isFull || caller.waiting.size >= half(this.#mayWait)) {
      this.#forget(key, caller)
      throw new GitferryError(
        'RATE_LIMITED',
        `${isFull ? this.#waiting : caller.waiting.size} requests${isFull ? '' : ' of this caller'} wait for git already. Ask again in a moment.`,
        { details: { retry_after_seconds: 1 } },
      )
    }
    return new Promise((resolve, reject) => {
      const begin: Begin = () => {
        signal?.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = () => {
        this.#leave(caller, begin)
        this.#forget(key, caller)
        reject(abortError(signal!))
      }
      caller.waiting.add(begin)
      this.#waiting += 1
      signal?.addEventListener('abort', giveUp, { once: true })
    })
  }

  #leave(caller: Caller, begin: Begin): void {
    caller.waiting.delete(begin)
    this.#waiting -= 1
  }

  #forget(key: string, { running, waiting }: Caller): void {
    if (running === 0 && waiting.size === 0) this.#callers.delete(key)
  }
}

/** At least one. */
const half = (places: number): number => Math.ceil(places / 2)
