import fc from 'fast-check'
import { Census } from './census.ts'
import { describePlayed } from './describe-played.ts'
import type { PropertyEngine } from './engine.ts'
import * as invariants from './invariants.ts'
import { type Scenario, scenario } from './scenario.ts'
import * as stored from './stored-invariants.ts'

const everyInvariant = [...Object.values(invariants), ...Object.values(stored)]

/**
 * Plays so many scenarios, holds every invariant to each, and what they show to the floors of the census. `seed`: always
 * the same scenarios, so that chance turns no change of something else red. Default: others each time.
 */
export async function holdsFor(
  cases: number,
  engine: PropertyEngine,
  { seed }: { readonly seed?: number } = {},
): Promise<void> {
  const census = new Census()
  const property = fc.asyncProperty(scenario, (given) => holdsOf(given, engine, census))
  await fc.assert(property, { numRuns: cases, endOnFailure: true, ...(seed !== undefined && { seed }) })
  census.expectEnough()
}

async function holdsOf(given: Scenario, engine: PropertyEngine, census: Census): Promise<void> {
  const played = await engine.play(given)
  for (const invariant of everyInvariant) {
    try {
      invariant(given, played)
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error)
      throw new Error(`${invariant.name}: ${what}\n${describePlayed(given, played)}`, { cause: error })
    }
  }
  census.add(given, played)
}
