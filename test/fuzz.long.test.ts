import { randomInt } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { runTarget } from './fuzz/run-target.ts'
import { fuzzTargets } from './fuzz/targets.ts'

/** `GITFERRY_FUZZ_SEED` brings a run back; `GITFERRY_FUZZ_CASES` says how many cases each parser is fed. */
const seed = Number(process.env.GITFERRY_FUZZ_SEED ?? randomInt(2 ** 31))
const cases = Number(process.env.GITFERRY_FUZZ_CASES ?? 5_000)

describe(`with GITFERRY_FUZZ_SEED=${seed} and ${cases} cases`, () => {
  it.each(fuzzTargets)('%s keeps its promises', async (_, target) => {
    const { accepted, refused } = await runTarget(target, { cases, seed })
    expect(Math.min(accepted, refused)).toBeGreaterThan(0)
  })
})
