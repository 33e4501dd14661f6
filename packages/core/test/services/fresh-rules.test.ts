import { expect, it } from 'vitest'
import { type PushRule, pushRules } from '../../src/protection/index.ts'
import { FreshRules } from '../../src/services/fresh-rules.ts'

const ruleFor = (name: string): PushRule[] => pushRules(30, [{ kind: 'branch', name, push_level: 30 }])

it('the rules of a push are written anew once they are older than a second, and not sooner', async () => {
  let now = 5_000
  let name = 'main'
  const written: string[] = []
  const allow = async (rules: string) => void written.push(rules)
  const fresh = new FreshRules({ clock: { now: () => now }, rules: async () => ruleFor(name) }, { allow })
  await fresh.write()
  name = 'next'
  now += 999
  await fresh.refresh()
  expect(written).toEqual(['branch main -\n'])
  now += 1
  await fresh.refresh()
  expect(written).toEqual(['branch main -\n', 'branch next -\n'])
  expect(fresh.rules).toEqual(ruleFor('next'))
  // a clock that is set back makes no rule last longer
  now -= 100_000
  await fresh.refresh()
  expect(written).toHaveLength(3)
})

it('a refusal leaves the rules that were written', async () => {
  const clock = { now: () => 0 }
  const gone = new FreshRules(
    { clock, rules: () => Promise.reject(new Error('removed')) },
    { allow: async () => {} },
  )
  await expect(gone.refresh()).rejects.toThrow('removed')
  expect(gone.rules).toEqual([])
})
