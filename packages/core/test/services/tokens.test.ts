import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type IdentityWorld, identityWorld } from './identity-world.ts'

let world: IdentityWorld
beforeEach(async () => {
  world = await identityWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

const input = { name: 'deploys', scope: 'write' } as const
const secretOf = (token: string) => token.slice('gitferry_123456789012_'.length)

describe('a token that is made', () => {
  it('is stored as its id and the SHA-256 of its secret, which is seen nowhere else', async () => {
    const { token, prefix } = await world.api.tokens.create(input)
    const [row] = await world.storage.collection('tokens').find()
    const secret_hash = createHash('sha256').update(secretOf(token)).digest('hex')
    expect(row).toMatchObject({ public_id: prefix.slice('gitferry_'.length), secret_hash })
    await world.api.authenticate(token)
    await world.api.authenticate(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`).catch(() => {})
    await world.api.tokens.create(input).catch(() => {})
    expect(await world.everything()).toContain(secret_hash)
    expect(await world.everything()).not.toContain(secretOf(token))
    expect(JSON.stringify(await world.api.audit.list())).not.toContain(secret_hash)
  })

  it('has an entry that says whose it is, how far it reaches, and whether the user is new', async () => {
    const { id: repo } = await world.api.repos.register({ path: world.sandbox.clonePath })
    const expires_at = '2026-02-01T00:00:00.000Z'
    const { id } = await world.api.tokens.create({ ...input, repo_ids: [repo, repo], expires_at })
    const details = { name: 'deploys', scope: 'write', user: 'deploys', repo_ids: [repo], expires_at }
    expect(await world.lastEntry()).toMatchObject({
      type: 'create',
      object_type: 'token',
      object_id: id,
      result: 'success',
    })
    expect((await world.lastEntry())?.details).toEqual({ ...details, user_created: true })
    const other = await world.api.tokens.create({ ...input, name: 'bob', user_id: 1 })
    expect((await world.lastEntry())?.details).toEqual({
      name: 'bob',
      scope: 'write',
      user: 'deploys',
      repo_ids: null,
      expires_at: null,
    })
    await world.api.tokens.delete(other.id)
    expect((await world.lastEntry())?.details).toEqual({ name: 'bob', user: 'deploys' })
  })

  it('is the caller’s own where the caller is a stored user', async () => {
    const ann = await world.api.users.create({ name: 'ann' })
    expect(await world.api.as({ user: 'Ann' }).tokens.create(input)).toMatchObject({
      user_id: ann.id,
      user: 'ann',
      name: 'deploys',
    })
    // an application may name whom it likes; who is not stored here owns nothing
    expect(await world.api.as({ user: 'bob' }).tokens.create({ ...input, name: 'ci' })).toMatchObject({
      user: 'ci',
    })
    expect((await world.api.users.list()).items.map(({ name }) => name)).toEqual(['ann', 'ci'])
  })

  it.each([
    ['2025-12-31T23:59:59.999Z', 'INVALID_INPUT'],
    ['2026-01-01T00:00:00.000Z', 'INVALID_INPUT'],
    ['2026-01-01T01:00:00+01:00', 'INVALID_INPUT'],
    ['2026-01-01T00:00:00.001Z', undefined],
  ])('at midnight until %s: %s', async (expires_at, code) => {
    const refusal = await world.api.tokens.create({ ...input, expires_at }).then(
      () => undefined,
      (error: unknown) => error,
    )
    if (code === undefined) expect(refusal).toBeUndefined()
    else expect(refusal).toMatchObject({ code, details: { field: 'expires_at' } })
  })

  it('stays in reach of no repository once its own is deleted, and never of another', async () => {
    const { id } = await world.api.repos.register({ path: world.sandbox.clonePath })
    const { token } = await world.api.tokens.create({ ...input, repo_ids: [id] })
    await world.api.repos.delete(id)
    const again = await world.api.repos.register({ path: world.sandbox.clonePath })
    expect(again.id).not.toBe(id)
    expect((await world.api.authenticate(token)).repoIds).toEqual([id])
  })
})

describe('a token that is refused', () => {
  const nothing = async () => {
    expect(await world.storage.collection('tokens').count()).toBe(0)
    expect(await world.storage.collection('users').count()).toBe(0)
    expect(await world.storage.collection('settings').count({ name: 'credentials_asked' })).toBe(0)
    expect(await world.api.asksForCredentials()).toBe(false)
  }

  it('leaves no user behind, and the door as it was', async () => {
    await expect(world.api.tokens.create({ ...input, repo_ids: [9] })).rejects.toMatchObject({
      code: 'REPO_NOT_FOUND',
    })
    await nothing()
  })

  it('is none without its entry: nothing of it is stored', async () => {
    world.fail('audit_log', 'insert')
    await expect(world.api.tokens.create(input)).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    await nothing()
  })

  it('is none while the door cannot be closed', async () => {
    world.fail('settings', 'insert')
    await expect(world.api.tokens.create(input)).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    await nothing()
  })

  it('names the user whose token has the name, and what to do', async () => {
    await world.api.tokens.create(input)
    await expect(world.api.tokens.create(input)).rejects.toMatchObject({
      code: 'TOKEN_EXISTS',
      message:
        'name: the user "deploys" has a token called "deploys" already (id 1); give another name, or delete that one.',
    })
  })

  it('of two that are made at once under one name is one', async () => {
    const made = await Promise.allSettled([1, 2, 3].map(() => world.api.tokens.create(input)))
    expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect(await world.storage.collection('users').count()).toBe(1)
    expect(await world.storage.collection('settings').count({ name: 'credentials_asked' })).toBe(1)
  })
})

it('the tokens of a user who was deleted meanwhile are left out of a list', async () => {
  await world.api.tokens.create(input)
  await world.storage.collection('users').deleteWhere({})
  expect((await world.api.tokens.list()).items).toEqual([])
  expect(await world.api.tokens.delete(1)).toEqual({ id: 1, deleted: true })
})
