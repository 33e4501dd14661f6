import { describe, it } from 'vitest'
import { contractRules } from './contract/index.ts'
import { createWorld } from './contract/world.ts'

describe.each(Object.entries(contractRules))('the documented API: %s', (_, rules) => {
  // not `each`, which cuts long names short
  for (const { check, name, skip: reason, world: options } of rules) {
    it(name, async ({ skip }) => {
      skip(reason !== undefined, reason)
      await using world = await createWorld(options)
      await check(world)
    })
  }
})
