import { afterAll, beforeAll, describe, it } from 'vitest'
import { PropertyEngine } from './sync-property/engine.ts'
import { holdsFor } from './sync-property/property.ts'

/** Always the same ones here; thousands of new ones in `npm run test:long`. */
const cases = 120

describe('over random refs on both sides, random policies, and pushes by others between plan and push', () => {
  let engine: PropertyEngine

  beforeAll(async () => {
    engine = new PropertyEngine()
    await engine.start()
  })

  afterAll(() => engine.stop())

  it('nothing is lost, the report is true, and a second run is a no-op', { timeout: 300_000 }, async () => {
    await holdsFor(cases, engine, { seed: 2 })
  })
})
