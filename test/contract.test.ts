import { describe, it } from 'vitest'
import { contractRules } from './contract/index.ts'
import { createWorld } from './contract/world.ts'

describe.each(Object.entries(contractRules))('the documented API: %s', (_, rules) => {
  it.each(rules)('$name', async ({ check, world: options }) => {
    await using world = await createWorld(options)
    await check(world)
  })
})
