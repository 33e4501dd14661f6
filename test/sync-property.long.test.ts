import { afterAll, beforeAll, describe, it } from 'vitest'
import { PropertyEngine } from './sync-property/engine.ts'
import { holdsFor } from './sync-property/property.ts'

/** Hundreds run in `npm test`. */
const cases = 3_000

describe('over random refs on both sides, random policies, and pushes by others between plan and push', () => {
  let engine: PropertyEngine

  beforeAll(async () => {
    engine = new PropertyEngine()
    await engine.start()
  })

  afterAll(() => engine.stop())

  it('nothing is lost, the report is true, and a second run is a no-op', { timeout: 3_600_000 }, async () => {
    await holdsFor(cases, engine)
  })
})
