import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CreatedAccessKey } from '../../src/contract/index.ts'
import { signedByVendor, type ToSign } from '../signature/official-signer.ts'
import { type IdentityWorld, identityWorld } from './identity-world.ts'

let world: IdentityWorld
let key: CreatedAccessKey
beforeEach(async () => {
  world = await identityWorld()
  key = await world.api.accessKeys.create(input)
})
afterEach(() => world[Symbol.asyncDispose]())

const input = { name: 'deploys', scope: 'write' } as const
const given: ToSign = { method: 'POST', path: '/v2/projects/grün', query: { a: 1 }, data: { name: 'x' } }
const unknown =
  /^The access key is not known here, or was revoked, or its secret did not sign this very request\./
const noId = 'GF0000000000000000XX'

const signed = (more: ToSign = {}, { id = key.access_key_id, secret = key.secret_access_key } = {}) =>
  signedByVendor({ ...given, ...more }, { id, secret })
const refusal = (request = signed()) =>
  world.api.authenticateSignature(request).then(
    () => 'let in',
    (error: Error) => error,
  )
const refused = (reason: string, message: unknown = expect.any(String)) => ({
  code: 'UNAUTHENTICATED',
  message,
  details: { reason },
})
const advanceMinutes = (minutes: number) => world.clock.advance(minutes * 60_000)

describe('who signs a request', () => {
  it('is the user of the access key, with its scope and repositories', async () => {
    const { id: repo } = await world.api.repos.register({ path: world.sandbox.clonePath })
    key = await world.api.accessKeys.create({ ...input, name: 'one', repo_ids: [repo] })
    expect(await world.api.authenticateSignature(signed())).toEqual({
      user: 'one',
      scope: 'write',
      repoIds: [repo],
      credential: { type: 'access_key', id: key.id },
    })
  })

  it('is refused by the same words whether the key or the signature is unknown, and only the reason differs', async () => {
    const wrongSecret = await refusal(signed({}, { secret: key.secret_access_key.toLowerCase() }))
    const wrongId = await refusal(signed({}, { id: noId }))
    expect(wrongSecret).toMatchObject(refused('signature', expect.stringMatching(unknown)))
    expect(wrongId).toMatchObject(refused('not_found', (wrongSecret as Error).message))
    await world.api.accessKeys.delete(key.id)
    expect(await refusal()).toMatchObject(refused('not_found', (wrongSecret as Error).message))
  })

  it('is refused when the user is gone, or the header is no signature', async () => {
    const request = signed()
    await world.storage.collection('users').delete(key.user_id)
    expect(await refusal(request)).toMatchObject(refused('not_found', expect.stringMatching(unknown)))
    request.headers.set('Authorization', 'SDK-HMAC-SHA256 Access=x')
    expect(await refusal(request)).toMatchObject(
      refused(
        'signature',
        expect.stringMatching(/^Authorization: must be .* with x-sdk-date among the signed/),
      ),
    )
  })

  it('is refused 15 minutes after the date, and before it, and told the server’s time', async () => {
    await advanceMinutes(15)
    expect(await refusal()).toBe('let in')
    await world.clock.advance(1)
    const late =
      'X-Sdk-Date: is more than 15 minutes before this server’s time, 2026-01-01T00:15:00.001Z. Set the clocks right, and sign the request anew.'
    expect(await refusal()).toMatchObject(refused('too_old', late))
    const early = signed({ headers: { 'X-Sdk-Date': '20260101T003001Z' } })
    expect(await refusal(early)).toMatchObject(refused('too_old', expect.stringMatching(/minutes after/)))
  })

  it('is let in until the last millisecond of the key, and told since when not, by a good signature alone', async () => {
    const expires_at = '2026-01-01T00:01:00.000Z'
    key = await world.api.accessKeys.create({ ...input, name: 'short', expires_at })
    await world.clock.advanceTo('2026-01-01T00:00:59.999Z')
    expect(await refusal()).toBe('let in')
    await world.clock.advance(1)
    expect(await refusal()).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: `The access key "${key.access_key_id}" expired at ${expires_at}. Sign with another one.`,
      details: { reason: 'expired', expires_at },
    })
    expect(await refusal(signed({}, { secret: 'guessed' }))).toMatchObject(refused('signature'))
  })

  it('is refused over another body than X-Sdk-Content-Sha256 names', async () => {
    const request = signed({ headers: { 'X-Sdk-Content-Sha256': '0'.repeat(64) } })
    expect(await refusal(request)).toMatchObject(
      refused('signature', expect.stringMatching(/^X-Sdk-Content-Sha256: /)),
    )
  })

  it('is not let in when the storage cannot tell, or the secret cannot be opened', async () => {
    await world.storage.collection('access_keys').update(key.id, { sealed_secret: 'damaged' })
    expect(await refusal()).toMatchObject({ code: 'SECRET_UNREADABLE' })
    world.fail('access_keys', 'find')
    expect(await refusal()).toMatchObject({ code: 'STORAGE_FAILED' })
  })

  it('is unknown where nothing can be sealed, so that there are no access keys', async () => {
    const request = signed()
    await using without = await identityWorld({ sealing: false })
    await expect(without.api.authenticateSignature(request)).rejects.toMatchObject(refused('not_found'))
  })
})

describe('an access key that is not known', () => {
  it('costs the same questions and the same opened secret as one that is', async () => {
    const opened = vi.spyOn(world.secrets!, 'unseal')
    const cost = async (request: ReturnType<typeof signed>) => {
      const before = [
        world.called('access_keys', 'find'),
        world.called('users', 'find'),
        opened.mock.calls.length,
      ]
      expect(await refusal(request)).toBeInstanceOf(Error)
      const after = [
        world.called('access_keys', 'find'),
        world.called('users', 'find'),
        opened.mock.calls.length,
      ]
      return after.map((count, at) => count - before[at]!)
    }
    const wrongSecret = signed({}, { secret: 'wrong' })
    expect(await cost(wrongSecret)).toEqual([1, 1, 1])
    // the first stranger has one sealed, once
    await cost(signed({}, { id: noId }))
    expect(await cost(signed({}, { id: noId }))).toEqual([1, 1, 1])
  })

  it('is not one that its decoy could sign for', async () => {
    expect(await refusal(signed({}, { id: noId, secret: '0'.repeat(40) }))).toMatchObject(
      refused('not_found'),
    )
  })
})

describe('the body of a signed request', () => {
  it('is read once the headers could be good, and not before', async () => {
    const { body, ...request } = signed()
    const read = vi.fn(async () => body)
    const ask = () => world.api.authenticateSignature({ ...request, body: read })
    expect(await ask()).toMatchObject({ user: 'deploys' })
    expect(read).toHaveBeenCalledTimes(1)
    await advanceMinutes(16)
    await expect(ask()).rejects.toMatchObject(refused('too_old'))
    request.headers.set('Authorization', 'Bearer x')
    await expect(ask()).rejects.toMatchObject(refused('signature'))
    expect(read).toHaveBeenCalledTimes(1)
  })

  it('is not read of a key that is not known, was revoked or has expired', async () => {
    const read = vi.fn(async () => new Uint8Array())
    const ask = (request: ReturnType<typeof signed>) =>
      world.api.authenticateSignature({ ...request, body: read })
    await expect(ask(signed({}, { id: noId }))).rejects.toMatchObject(refused('not_found'))
    const revoked = signed()
    await world.api.accessKeys.delete(key.id)
    await expect(ask(revoked)).rejects.toMatchObject(refused('not_found'))
    const expires_at = '2026-01-01T00:01:00.000Z'
    key = await world.api.accessKeys.create({ ...input, name: 'short', expires_at })
    await world.clock.advanceTo(expires_at)
    await expect(ask(signed())).rejects.toMatchObject(refused('signature'))
    // where there is none, its owner is still told
    const bodiless: ToSign = { method: 'GET', path: '/v1/x' }
    const { body: _, ...request } = signedByVendor(bodiless, {
      id: key.access_key_id,
      secret: key.secret_access_key,
    })
    await expect(ask({ ...request, body: new Uint8Array() })).rejects.toMatchObject({
      details: { reason: 'expired', expires_at },
    })
    expect(read).not.toHaveBeenCalled()
  })

  it('that cannot be read is told as it is', async () => {
    const { body: _, ...request } = signed()
    const body = () => Promise.reject(new RangeError('too long'))
    await expect(world.api.authenticateSignature({ ...request, body })).rejects.toThrow('too long')
  })
})

describe('the last use of an access key', () => {
  const lastUse = async () => (await world.api.accessKeys.list()).items[0]?.last_used_at

  it('is recorded to the minute, once for many, of a good signature alone', async () => {
    await refusal(signed({}, { secret: 'wrong' }))
    expect(await lastUse()).toBeNull()
    await Promise.all(Array.from({ length: 50 }, () => refusal()))
    expect(await lastUse()).toBe('2026-01-01T00:00:00.000Z')
    expect(world.called('access_keys', 'updateWhere')).toBe(1)
    await advanceMinutes(1)
    await refusal()
    expect(await lastUse()).toBe('2026-01-01T00:01:00.000Z')
  })

  it('of a token with the same id does not hold it up', async () => {
    const { id, token } = await world.api.tokens.create(input)
    expect(id).toBe(key.id)
    await Promise.all([world.api.authenticate(token), refusal()])
    expect(await lastUse()).toBe('2026-01-01T00:00:00.000Z')
    expect((await world.api.tokens.list()).items[0]?.last_used_at).toBe('2026-01-01T00:00:00.000Z')
  })
})

it('the secret of an access key is seen nowhere after it has signed', async () => {
  await refusal()
  await refusal(signed({}, { id: noId }))
  expect(await world.everything()).not.toContain(key.secret_access_key)
})
