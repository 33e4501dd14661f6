import type { PlanUpdate, RunRef } from '../contract/index.ts'

const refusals = new Set<RunRef['outcome']>(['rejected', 'checked_out', 'protected'])

const isRefused = ({ outcome }: RunRef) => refusals.has(outcome)

/** What stands, whatever comes next. */
const isFinal = (ref: RunRef) => ref.outcome === 'updated' || isRefused(ref)

const isSameMove = (ref: RunRef, update: PlanUpdate) =>
  ref.old_oid === update.old_oid && ref.new_oid === update.new_oid

/**
 * What became of the refs of one run over all of its tries: a run that plans anew, because a ref moved or the network
 * failed, must still tell what it had moved before.
 */
export class RunOutcomes {
  readonly #refs = new Map<string, RunRef>()
  readonly #tried: RunRef[] = []

  /** What was tried in an earlier attempt of the run, which a crash cut short. */
  constructor(earlier: readonly RunRef[] = []) {
    for (const ref of earlier) this.#refs.set(ref.target_ref, ref)
  }

  /** Adds what became of refs in one more try. */
  add(refs: readonly RunRef[]): void {
    for (const ref of refs) this.#refs.set(ref.target_ref, ref)
    this.#tried.push(...refs)
  }

  /** What became of refs in every try of this attempt, one after the other: a ref may be among them more than once. */
  get tried(): readonly RunRef[] {
    return this.#tried
  }

  /** The last that is known of every ref, when there is no further try. */
  get known(): RunRef[] {
    return [...this.#refs.values()]
  }

  /** Of a new plan, what is worth a try: not what the target has refused already as it stands. */
  open(updates: readonly PlanUpdate[]): PlanUpdate[] {
    return updates.filter((update) => {
      const known = this.#refs.get(update.target_ref)
      return known === undefined || !isRefused(known) || !isSameMove(known, update)
    })
  }

  /**
   * Every ref of the run. One that an earlier try left open and the last plan did not name is in step now: by that try,
   * which broke off after the target took it, or by somebody else. `target`: what the target had when the last plan was
   * made; `named`: the refs that it names.
   */
  all(target: ReadonlyMap<string, string>, named: ReadonlySet<string>): RunRef[] {
    return [...this.#refs.values()].flatMap((ref) => {
      if (isFinal(ref) || named.has(ref.target_ref)) return [ref]
      const isThere = (target.get(ref.target_ref) ?? null) === ref.new_oid
      if (!isThere) return []
      const isOurs = ref.outcome === 'failed'
      const reason = isOurs
        ? 'an earlier try, which was cut short, had pushed it'
        : 'somebody else moved it there meanwhile'
      return [{ ...ref, outcome: isOurs ? 'updated' : 'in_step', reason, failure_class: null }]
    })
  }
}
