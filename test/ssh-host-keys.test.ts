/**
 * By what servers over ssh are known: real OpenSSH against servers that show one key and then another. A server that is
 * not the known one gets nothing: neither a user name nor a key nor a command.
 */
import { describe, expect, it } from 'vitest'
import {
  blobOf,
  entries,
  failure,
  hostKey,
  hostKeyWorlds,
  type key,
  nothing,
  received,
  rows,
  taskOver,
} from './host-key-worlds.ts'
import { makeKey } from './ssh-git-server.ts'

const [changed, third] = [makeKey(), makeKey()]
const rsaHostKey = makeKey('rsa')
const { open, serve, turnAfterFirst } = hostKeyWorlds()

describe('a server whose key was pinned', () => {
  const lineOf = (port: number, { public: line } = hostKey) => `[127.0.0.1]:${port} ${line}`

  it('is used at the first contact, strict or not, if it has that key', async () => {
    const world = await open({ strictHostKeys: true })
    const server = await serve()
    const task = await taskOver(world, server.port)
    const pinned = await world.api.hostKeys.create({ known_host: lineOf(server.port) })
    expect((await world.run(task)).status).toBe('success')
    expect(await rows(world)).toEqual([pinned])
  })

  it('gets nothing at the first contact if it shows another', async () => {
    const world = await open({ strictHostKeys: false })
    const imposter = await serve({ hostKey: changed })
    const task = await taskOver(world, imposter.port)
    await world.api.hostKeys.create({ known_host: lineOf(imposter.port) })
    const run = await world.run(task)
    expect(failure(run)).toEqual(['failed', 'HOST_KEY_MISMATCH', 'trust'])
    expect(run.error_message).toContain(hostKey.fingerprint)
    expect(received(imposter)).toEqual(nothing)
  })

  it('is vouched for by the pin, also where it was offering a key', async () => {
    const world = await open({ strictHostKeys: true })
    const server = await serve()
    const task = await taskOver(world, server.port)
    await world.run(task)
    await world.api.hostKeys.create({ known_host: lineOf(server.port) })
    expect(await rows(world)).toMatchObject([{ status: 'accepted', source: 'import' }])
    expect((await world.run(task)).status).toBe('success')
  })

  it('is used with any of its pinned keys', async () => {
    const world = await open({ strictHostKeys: true })
    const server = await serve({ hostKey: rsaHostKey })
    const task = await taskOver(world, server.port)
    for (const pin of [hostKey, rsaHostKey]) {
      await world.api.hostKeys.create({ known_host: lineOf(server.port, pin) })
    }
    expect((await world.run(task)).status).toBe('success')
    expect((await rows(world)).map(({ type }) => type).sort()).toEqual(['ssh-ed25519', 'ssh-rsa'])
    // that of its two keys it showed this one, ssh does not tell
    expect(await world.api.repos.remotes.test(1, 'origin')).toMatchObject({ success: true, host_key: null })
  })
})

describe('a server that is known', () => {
  /** A run that has met the server, which then shows other keys at its port. */
  async function met() {
    const world = await open({ strictHostKeys: false })
    let server = await serve()
    const task = await taskOver(world, server.port)
    const place = { host: '127.0.0.1', port: server.port }
    const first = await world.run(task)
    expect(first.status).toBe('success')
    expect(await world.api.sync.runs.log(first.id)).toContain(
      `met 127.0.0.1 port ${place.port} for the first time: its host key is ssh-ed25519 ${hostKey.fingerprint}`,
    )
    const show = async (shown: typeof key) => {
      await server.close()
      server = await serve({ hostKey: shown, port: place.port })
      return server
    }
    return { world, task, place, show }
  }

  it('is refused with another key, with both fingerprints, until that key is accepted; then with the old one', async () => {
    const { place, show, task, world } = await met()
    const [known] = await rows(world)
    const imposter = await show(changed)
    for (const _ of ['first', 'again']) {
      const run = await world.run(task)
      expect(failure(run)).toEqual(['failed', 'HOST_KEY_MISMATCH', 'trust'])
      for (const { fingerprint } of [hostKey, changed]) expect(run.error_message).toContain(fingerprint)
      expect(run.error_message).toContain(
        `/host-keys/${known!.id}/accept?${new URLSearchParams({ fingerprint: changed.fingerprint })},`,
      )
    }
    expect(received(imposter)).toEqual(nothing)
    const offered = { type: 'ssh-ed25519', public_key: blobOf(changed), fingerprint: changed.fingerprint }
    expect(await rows(world)).toEqual([{ ...known, offered: { ...offered, offered_at: expect.any(String) } }])
    expect(await entries(world)).toMatchObject([
      { type: 'create' },
      {
        type: 'update',
        operator: 'system',
        details: {
          ...place,
          fingerprint: hostKey.fingerprint,
          offered: { fingerprint: changed.fingerprint },
        },
      },
    ])

    const accepted = await world.api.hostKeys.accept(known!.id, { fingerprint: changed.fingerprint })
    expect(accepted).toEqual({ ...known, ...offered, offered: null })
    expect((await entries(world)).at(-1)).toMatchObject({
      type: 'accept',
      details: { fingerprint: changed.fingerprint, replaced: [{ fingerprint: hostKey.fingerprint }] },
    })
    expect((await world.run(task)).status).toBe('success')
    await show(hostKey)
    expect(failure(await world.run(task))).toEqual(['failed', 'HOST_KEY_MISMATCH', 'trust'])
  })

  it('says in a test which key it shows, and offers the first of them', async () => {
    const { show, world } = await met()
    for (const shown of [changed, rsaHostKey, third]) {
      await show(shown)
      const answer = await world.api.repos.remotes.test(1, 'origin')
      expect(answer).toMatchObject({
        error_code: 'HOST_KEY_MISMATCH',
        host_key: { fingerprint: shown.fingerprint },
      })
      expect(await rows(world)).toMatchObject([
        { fingerprint: hostKey.fingerprint, offered: { fingerprint: changed.fingerprint } },
      ])
    }
    expect((await entries(world)).map(({ type }) => type)).toEqual(['create', 'update'])
  })

  it('loses every other key when one is accepted', async () => {
    const { place, show, task, world } = await met()
    await world.api.hostKeys.create({
      known_host: `[${place.host}]:${place.port} ${makeKey('ecdsa').public}`,
    })
    await show(rsaHostKey)
    await world.run(task)
    const offering = (await rows(world)).filter(({ offered }) => offered !== null)
    expect(offering).toHaveLength(1)
    const accepted = await world.api.hostKeys.accept(offering[0]!.id)
    expect(await rows(world)).toEqual([accepted])
    expect((await entries(world)).at(-1)?.details.replaced).toHaveLength(2)
    expect((await world.run(task)).status).toBe('success')
  })

  it.each([
    [
      'breaks off when it is looked at',
      undefined,
      /could not be read: The server at 127\.0\.0\.1 port \d+ cannot be asked/,
    ],
    ['shows yet another key when it is looked at', third, /it showed another key again/],
  ])('and %s offers nothing', async (_, then, said) => {
    const world = await open({ strictHostKeys: false })
    const [imposter, next] = [await serve({ hostKey: changed }), then && (await serve({ hostKey: then }))]
    const port = await turnAfterFirst(imposter.port, next?.port)
    const task = await taskOver(world, port)
    await world.api.hostKeys.create({ known_host: `[127.0.0.1]:${port} ${hostKey.public}` })
    const run = await world.run(task)
    expect(failure(run)).toEqual(['failed', 'HOST_KEY_MISMATCH', 'trust'])
    expect(run.error_message).toMatch(said)
    expect(await rows(world)).toMatchObject([{ offered: null }])
  })
})

describe('a first contact, where host keys are not strict,', () => {
  it('of many at once leaves one key and one entry', async () => {
    const world = await open({ strictHostKeys: false })
    const server = await serve()
    await taskOver(world, server.port)
    const tests = Array.from({ length: 4 }, () => world.api.repos.remotes.test(1, 'origin'))
    for (const { success } of await Promise.all(tests)) expect(success).toBe(true)
    expect(await rows(world)).toMatchObject([{ status: 'accepted', source: 'contact' }])
    expect(await entries(world)).toHaveLength(1)
  })

  it('is none for an RSA key of 1024 bits: the server gets nothing, and its key is not recorded', async () => {
    const world = await open({ strictHostKeys: false })
    const server = await serve({ hostKey: makeKey('rsa', 1024) })
    const run = await world.run(await taskOver(world, server.port))
    expect(failure(run)).toEqual(['failed', 'HOST_KEY_MISMATCH', 'trust'])
    expect(run.error_message).toContain('or RSA of 2048 bits or more with SHA-2. It must be given one')
    expect(await rows(world)).toEqual([])
    expect(received(server)).toEqual(nothing)
  })
})
