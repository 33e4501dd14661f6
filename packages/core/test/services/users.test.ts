import { afterEach, beforeEach, expect, it } from 'vitest'
import { type IdentityWorld, identityWorld } from './identity-world.ts'

let world: IdentityWorld
beforeEach(async () => {
  world = await identityWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

it('a user is deleted with every token and access key, or not at all', async () => {
  const { user_id } = await world.api.tokens.create({ name: 'ann', scope: 'read' })
  await world.api.accessKeys.create({ name: 'ann', scope: 'read' })
  world.fail('audit_log', 'insert')
  await expect(world.api.users.delete(user_id)).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  for (const table of ['users', 'tokens', 'access_keys'] as const) {
    expect(await world.storage.collection(table).count(), table).toBe(1)
  }
})

it('another user of the name of a deleted one has none of their tokens', async () => {
  const { token, user_id } = await world.api.tokens.create({ name: 'ann', scope: 'admin' })
  await world.api.users.delete(user_id)
  const { id } = await world.api.users.create({ name: 'ann' })
  expect(id).not.toBe(user_id)
  await expect(world.api.authenticate(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  expect((await world.api.tokens.list()).total).toBe(0)
})

it('of two users who are made at once under one name, one is', async () => {
  const made = await Promise.allSettled([1, 2].map(() => world.api.users.create({ name: 'ann' })))
  expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(made.find((each) => each.status === 'rejected')?.reason).toMatchObject({ code: 'USER_EXISTS' })
})
