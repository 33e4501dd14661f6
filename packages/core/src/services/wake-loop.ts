import type { Clock } from '../ports/index.ts'

/**
 * Takes turns, one at a time: at once when it is woken, else when the sleep that the last turn asked for is over. Woken
 * during a turn, it takes another one right after it.
 */
export class WakeLoop {
  readonly #clock: Pick<Clock, 'setTimer'>
  readonly #turn: () => Promise<number>
  #cancelTimer = () => {}
  #turning: Promise<void> | undefined
  #again = false
  #running = false

  constructor(deps: {
    readonly clock: Pick<Clock, 'setTimer'>
    /** One turn; answers how many ms to sleep. Must not reject. */
    readonly turn: () => Promise<number>
  }) {
    this.#clock = deps.clock
    this.#turn = deps.turn
  }

  get isRunning(): boolean {
    return this.#running
  }

  start(): void {
    this.#running = true
    this.wake()
  }

  /** Ends the sleep and waits for a turn under way. May be called twice. */
  async stop(): Promise<void> {
    this.#running = false
    this.#cancelTimer()
    await this.#turning
  }

  wake(): void {
    if (!this.#running) return
    if (this.#turning !== undefined) {
      this.#again = true
      return
    }
    this.#cancelTimer()
    this.#turning = this.#take().finally(() => {
      this.#turning = undefined
      if (!this.#again) return
      this.#again = false
      this.wake()
    })
  }

  async #take(): Promise<void> {
    const sleepMs = await this.#turn()
    if (!this.#running) return
    this.#cancelTimer = this.#clock.setTimer(Math.max(0, sleepMs), () => this.wake())
  }
}
