import type { World, WorldOptions } from './world.ts'

/** One sentence of the documented API, and how it is seen to hold. */
export interface ContractRule {
  /** The row, or the sentence: the name of its test. */
  readonly name: string
  /** How the world is set up for it. */
  readonly world?: WorldOptions
  /** Why it cannot be seen here; absent: it can. */
  readonly skip?: string | undefined
  /** Fails with an AssertionError when the sentence does not hold. */
  check(world: World): Promise<void>
}

export const rule = (name: string, check: ContractRule['check'], world?: WorldOptions): ContractRule => ({
  name,
  check,
  ...(world && { world }),
})
