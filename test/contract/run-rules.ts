/**
 * Runs the rules whose names stand, as a JSON list, on standard input, and prints as JSON what became of each. Run in a
 * copy of the repository whose code was changed, so nothing here is imported from outside it.
 */
import { AssertionError } from 'node:assert'
import { text } from 'node:stream/consumers'
import { contractRules } from './index.ts'
import type { ContractRule } from './rule.ts'
import { createWorld } from './world.ts'

/**
 * `failed`: an assertion did not hold. `late`: it did not end in time. `broke`: it threw something else. `skipped`: it
 * cannot be seen here.
 */
export type RuleOutcome = 'passed' | 'failed' | 'late' | 'broke' | 'skipped'

const longestMs = 20_000

async function outcomeOf({ check, skip, world: options }: ContractRule): Promise<[RuleOutcome, string]> {
  if (skip !== undefined) return ['skipped', skip]
  const { promise: late, resolve } = Promise.withResolvers<[RuleOutcome, string]>()
  const timer = setTimeout(() => resolve(['late', `not ended after ${longestMs} ms`]), longestMs)
  const attempt = async (): Promise<[RuleOutcome, string]> => {
    try {
      // a rule is to notice by itself what the description of the API would notice too
      await using world = await createWorld({ ...options, validation: false })
      await check(world)
      return ['passed', '']
    } catch (error) {
      const message = String((error as Error)?.message ?? error).slice(0, 300)
      return [error instanceof AssertionError ? 'failed' : 'broke', message]
    }
  }
  const outcome = await Promise.race([attempt(), late])
  clearTimeout(timer)
  return outcome
}

const rules = new Map(
  Object.values(contractRules)
    .flat()
    .map((rule) => [rule.name, rule]),
)
const outcomes: Record<string, [RuleOutcome, string]> = {}
for (const name of JSON.parse(await text(process.stdin)) as string[]) {
  const rule = rules.get(name)
  if (rule === undefined) throw new Error(`there is no rule "${name}"`)
  outcomes[name] = await outcomeOf(rule)
}
process.stdout.write(`${JSON.stringify(outcomes)}\n`)
process.exit(0)
