import { afterEach, describe, expect, it } from 'vitest'
import { newAccessKeyText } from '../../src/services/access-key-text.ts'
import { type IdentityWorld, identityWorld } from './identity-world.ts'

let world: IdentityWorld
afterEach(() => world[Symbol.asyncDispose]())

const input = { name: 'deploys', scope: 'write' } as const
const place = (id: number) => `access_keys.sealed_secret.${id}`

describe('an access key', () => {
  it('is 20 letters and digits that begin with GF, and 40 of base64url, other ones each time', async () => {
    world = await identityWorld()
    const made = Array.from({ length: 500 }, newAccessKeyText)
    for (const { access_key_id, secret_access_key } of made) {
      expect(access_key_id).toMatch(/^GF[A-Z0-9]{18}$/)
      expect(secret_access_key).toMatch(/^[A-Za-z0-9_-]{40}$/)
    }
    expect(new Set(made.map((each) => each.access_key_id)).size).toBe(500)
    expect(new Set(made.map((each) => each.secret_access_key)).size).toBe(500)
  })

  it('is stored sealed for its own row, and its secret is seen nowhere', async () => {
    world = await identityWorld()
    const { id: other } = await world.api.accessKeys.create({ ...input, name: 'other' })
    const { id, access_key_id, secret_access_key } = await world.api.accessKeys.create(input)
    const keys = world.storage.collection('access_keys')
    const { sealed_secret } = (await keys.get(id))!
    expect(world.secrets?.unseal(sealed_secret, place(id))).toBe(secret_access_key)
    expect(() => world.secrets?.unseal(sealed_secret, place(other))).toThrow()
    expect(await world.everything()).not.toContain(secret_access_key)
    await world.api.accessKeys.delete(id)
    expect((await world.lastEntry())?.details).toEqual({ name: 'deploys', user: 'deploys', access_key_id })
  })

  it('has an entry that names its public half', async () => {
    world = await identityWorld()
    const { access_key_id } = await world.api.accessKeys.create(input)
    expect((await world.lastEntry())?.details).toEqual({
      name: 'deploys',
      scope: 'write',
      user: 'deploys',
      user_created: true,
      access_key_id,
      repo_ids: null,
      expires_at: null,
    })
  })

  it('cannot be made without a secret key, and leaves no user behind', async () => {
    world = await identityWorld({ sealing: false })
    await expect(world.api.accessKeys.create(input)).rejects.toMatchObject({ code: 'SECRETS_UNAVAILABLE' })
    expect(await world.storage.collection('access_keys').count()).toBe(0)
    expect(await world.storage.collection('users').count()).toBe(0)
    // a token holds nothing that must be opened again
    expect(await world.api.tokens.create(input)).toMatchObject({ name: 'deploys' })
  })
})
