import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '../../src/ports/index.ts'
import { touchLastUsed } from '../../src/services/touch-last-used.ts'
import { type IdentityWorld, identityWorld } from './identity-world.ts'

let world: IdentityWorld
beforeEach(async () => {
  world = await identityWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

const input = { name: 'deploys', scope: 'write' } as const
const unknown =
  'The token is not known here, or was revoked. Show another one; `gitferry token create` makes one.'

const refusal = (token: string) =>
  world.api.authenticate(token).then(
    () => 'let in',
    (error: Error) => error,
  )

describe('who shows a token', () => {
  it('is its user, with its scope and repositories', async () => {
    const { id: repo } = await world.api.repos.register({ path: world.sandbox.clonePath })
    const { id, token } = await world.api.tokens.create({ ...input, repo_ids: [repo] })
    expect(await world.api.authenticate(token)).toEqual({
      user: 'deploys',
      scope: 'write',
      repoIds: [repo],
      credential: { type: 'token', id },
    })
    const whole = await world.api.tokens.create({ name: 'whole', scope: 'admin' })
    expect(await world.api.authenticate(whole.token)).toMatchObject({ scope: 'admin', repoIds: null })
  })

  it('is refused in the same words, whatever is wrong with it', async () => {
    const { id, token } = await world.api.tokens.create(input)
    const [, publicId = '', secret = ''] = /^gitferry_([^_]*)_(.*)$/.exec(token) ?? []
    const other = (letter: string | undefined) => (letter === 'a' ? 'b' : 'a')
    const changed = Array.from(
      secret,
      (letter, at) => `gitferry_${publicId}_${secret.slice(0, at)}${other(letter)}${secret.slice(at + 1)}`,
    )
    const wrong = [
      ...changed,
      `gitferry_${other(publicId[0])}${publicId.slice(1)}_${secret}`,
      `gitferry_${publicId}`,
      `${token}\n`,
      '',
      'hunter2',
    ]
    for (const text of wrong) {
      expect(await refusal(text), text).toMatchObject({ code: 'UNAUTHENTICATED', message: unknown })
    }
    await world.api.tokens.delete(id)
    expect(await refusal(token)).toMatchObject({ code: 'UNAUTHENTICATED', message: unknown })
  })

  it('is refused when the user is gone, or what is stored is damaged', async () => {
    const { token } = await world.api.tokens.create(input)
    const tokens = world.storage.collection('tokens')
    const { secret_hash } = (await tokens.get(1))!
    for (const damaged of ['', '0', secret_hash.slice(2), '0'.repeat(64)]) {
      await tokens.update(1, { secret_hash: damaged })
      expect(await refusal(token)).toMatchObject({ code: 'UNAUTHENTICATED', message: unknown })
    }
    await tokens.update(1, { secret_hash })
    expect(await refusal(token)).toBe('let in')
    await world.storage.collection('users').delete(1)
    expect(await refusal(token)).toMatchObject({ code: 'UNAUTHENTICATED', message: unknown })
  })

  it('is let in until the last millisecond, and told since when not', async () => {
    const expires_at = '2026-01-01T00:01:00.000Z'
    const { prefix, token } = await world.api.tokens.create({ ...input, expires_at })
    await world.clock.advanceTo('2026-01-01T00:00:59.999Z')
    expect(await refusal(token)).toBe('let in')
    await world.clock.advance(1)
    expect(await refusal(token)).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: `The token "${prefix}" expired at ${expires_at}. Show another one; \`gitferry token create\` makes one.`,
    })
    const guessed = `${prefix}_${'A'.repeat(43)}`
    expect(await refusal(guessed)).toMatchObject({ message: unknown })
  })

  it('is not let in when the storage cannot tell', async () => {
    const { token } = await world.api.tokens.create(input)
    world.fail('tokens', 'find')
    expect(await refusal(token)).toMatchObject({ code: 'STORAGE_FAILED' })
  })
})

describe('the last use of a token', () => {
  const lastUse = async () => (await world.api.tokens.list()).items[0]?.last_used_at

  it('is recorded to the minute, of a token that was good', async () => {
    const { token } = await world.api.tokens.create(input)
    expect(await lastUse()).toBeNull()
    await refusal(`${token.slice(0, 22)}${'A'.repeat(43)}`)
    expect(await lastUse()).toBeNull()
    await world.api.authenticate(token)
    expect(await lastUse()).toBe('2026-01-01T00:00:00.000Z')
    await world.clock.advance(59_999)
    await world.api.authenticate(token)
    expect(await lastUse()).toBe('2026-01-01T00:00:00.000Z')
    await world.clock.advance(1)
    await world.api.authenticate(token)
    expect(await lastUse()).toBe('2026-01-01T00:01:00.000Z')
  })

  it('is written once, however many come at the same time, and nobody waits for the others', async () => {
    const { id, token } = await world.api.tokens.create(input)
    await Promise.all(Array.from({ length: 200 }, () => world.api.authenticate(token)))
    expect(await lastUse()).toBe('2026-01-01T00:00:00.000Z')
    expect(world.called('tokens', 'updateWhere')).toBe(1)
    expect((await world.storage.collection('tokens').get(id))?.version).toBe(2)
  })

  it('is written by one alone of those who read the same row', async () => {
    const { id } = await world.api.tokens.create(input)
    const context = { storage: world.storage, clock: world.clock, logger: silentLogger } as never
    const asRead = { id, last_used_at: null }
    for (let caller = 0; caller < 3; caller += 1) await touchLastUsed('tokens', asRead, context)
    expect((await world.storage.collection('tokens').get(id))?.version).toBe(2)
  })

  it('that cannot be recorded refuses nobody, and is logged without the token', async () => {
    const { token } = await world.api.tokens.create(input)
    world.fail('tokens', 'updateWhere')
    expect(await refusal(token)).toBe('let in')
    const logged = world.log.filter((line) => line.includes('could not be recorded'))
    expect(logged).toHaveLength(1)
    expect(world.log.join()).not.toContain(token.slice(22))
  })
})

describe('callers are asked for a credential', () => {
  it('from the first token on, for ever, also by the next gitferry', async () => {
    expect(await world.api.asksForCredentials()).toBe(false)
    const { id, user_id } = await world.api.tokens.create(input)
    expect(await world.api.asksForCredentials()).toBe(true)
    await world.api.tokens.delete(id)
    await world.api.users.delete(user_id)
    expect(await world.api.asksForCredentials()).toBe(true)
    expect(await (await world.another()).asksForCredentials()).toBe(true)
  })

  it('from a token on that another process has made', async () => {
    const another = await world.another()
    expect(await another.asksForCredentials()).toBe(false)
    await world.api.tokens.create(input)
    expect(await another.asksForCredentials()).toBe(true)
  })

  it('without a question to the storage, once they are', async () => {
    await world.api.tokens.create(input)
    await world.api.asksForCredentials()
    const before = world.called('settings', 'count')
    await world.api.asksForCredentials()
    expect(world.called('settings', 'count')).toBe(before)
  })

  it('not for users and access keys alone, by which nobody could come in', async () => {
    await world.api.accessKeys.create(input)
    expect(await world.api.asksForCredentials()).toBe(false)
  })
})
