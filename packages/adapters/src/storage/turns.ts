/**
 * Lets pieces of work run one after the other, in the order in which they asked: a storage with one connection,
 * or none, is used by one caller at a time.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  /** Runs `work` when everything that asked before has ended; its failure is the caller's, not the next one's. */
  take<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}
