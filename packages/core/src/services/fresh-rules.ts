import type { PushFolder } from '../git/serving/push-hooks.ts'
import type { Clock } from '../ports/index.ts'
import { type PushRule, ruleLines } from '../protection/index.ts'

interface FreshRulesDeps {
  readonly clock: Pick<Clock, 'now'>
  /** What whoever pushes may now. @throws ROLE_MISSING */
  readonly rules: () => Promise<readonly PushRule[]>
}

/** How old the rules of a push may be when a chunk of it comes in, in ms. */
const oldest = 1_000

/**
 * The rules of a push, written for its hook anew while it comes in: an upload may take an hour, and whoever was removed
 * meanwhile, or has lost the branch, must not end it.
 */
export class FreshRules {
  readonly #deps: FreshRulesDeps
  readonly #folder: Pick<PushFolder, 'allow'>
  #rules: readonly PushRule[] = []
  #writtenAt = Number.NEGATIVE_INFINITY

  constructor(deps: FreshRulesDeps, folder: Pick<PushFolder, 'allow'>) {
    this.#deps = deps
    this.#folder = folder
  }

  /** As they were written last. */
  get rules(): readonly PushRule[] {
    return this.#rules
  }

  /** @throws ROLE_MISSING */
  async write(): Promise<void> {
    const { clock, rules } = this.#deps
    const askedAt = clock.now()
    this.#rules = await rules()
    await this.#folder.allow(ruleLines(this.#rules))
    this.#writtenAt = askedAt
  }

  /** Writes them where they are older than a second, by a clock that may be set back. @throws ROLE_MISSING */
  async refresh(): Promise<void> {
    if (Math.abs(this.#deps.clock.now() - this.#writtenAt) >= oldest) await this.write()
  }
}
