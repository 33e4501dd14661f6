import { describe, expect, it } from 'vitest'
import { catches, runTarget } from './fuzz/run-target.ts'
import { brokenParsers, fuzzTargets } from './fuzz/targets.ts'

/** The same cases every time; `fuzz.long.test.ts` draws others. */
const run = { cases: 150, seed: 20_260_101 }

describe('a parser of foreign bytes keeps its promises, and both takes and refuses some:', () => {
  it.each(fuzzTargets)('%s', async (_, target) => {
    const { accepted, refused } = await runTarget(target, run)
    expect(accepted).toBeGreaterThan(0)
    expect(refused).toBeGreaterThan(0)
  })
})

describe('a parser that breaks one is caught:', () => {
  it.each(brokenParsers)('%s, which %s', async (_, defect, target) => {
    expect(await catches(target, defect, { ...run, cases: 300, hangsAfterMs: 1_000 })).toBe(true)
  })
})
