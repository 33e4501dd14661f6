import { type GitferryError, isGitferryError } from '@gitferry/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeKey, type SshGitServer, serveGitOverSsh } from '../../../../test/ssh-git-server.ts'
import { type KeyWorld, keyWorld } from './key-world.ts'

const owner = makeKey()
const stranger = makeKey('ecdsa')
const hostKey = makeKey()

let world: KeyWorld
let server: SshGitServer
let keyId: number
beforeEach(async () => {
  world = await keyWorld()
  server = await serveGitOverSsh({ hostKey, authorized: [owner] })
  keyId = (await world.api.keys.create({ name: 'owner', private_key: owner.private })).id
  await world.takeEntries()
})
afterEach(async () => {
  await server.close()
  await world[Symbol.asyncDispose]()
})

const urlOf = (path: string) => `ssh://git@127.0.0.1:${server.port}${path}`

describe('testing an SSH key', () => {
  it('asks the remote with that key and no other, and says what it showed', async () => {
    const { originPath } = world.sandbox
    const test = await world.api.keys.test(keyId, { repo_url: urlOf(originPath) })
    expect(test).toMatchObject({
      success: true,
      error_code: null,
      host_key: { host: '127.0.0.1', port: server.port, fingerprint: hostKey.fingerprint },
    })
    expect(test.refs).toBeGreaterThan(2)
    expect(server.commands).toEqual([expect.stringContaining('git-upload-pack')])
    expect(new Set(server.offered)).toEqual(new Set([owner.fingerprint]))
    expect((await world.api.keys.get(keyId)).last_used_at).not.toBeNull()
    const entries = await world.takeEntries()
    expect(entries.filter(({ object_type }) => object_type === 'ssh_key')).toMatchObject([
      {
        type: 'test',
        object_id: keyId,
        result: 'success',
        details: { name: 'owner', repo_url: urlOf(originPath), success: true, outcome: null },
      },
    ])
  })

  it('answers that the remote refuses it, rather than fail', async () => {
    const { id } = await world.api.keys.create({ name: 'stranger', private_key: stranger.private })
    const test = await world.api.keys.test(id, { repo_url: urlOf(world.sandbox.originPath) })
    expect(test).toMatchObject({ success: false, error_code: 'GIT_AUTH_FAILED', refs: null })
    expect(server.commands).toEqual([])
    expect((await world.takeEntries()).at(-1)).toMatchObject({
      type: 'test',
      result: 'success',
      details: { success: false, outcome: 'GIT_AUTH_FAILED' },
    })
  })

  it('answers that nobody is there', async () => {
    const { port } = server
    await server.close()
    const test = await world.api.keys.test(keyId, { repo_url: `ssh://git@127.0.0.1:${port}/x.git` })
    expect(test).toMatchObject({ success: false, error_code: 'GIT_UNREACHABLE', host_key: null })
  })

  it.each([
    ['https://git.example.org/x.git', 'INVALID_INPUT'],
    ['git@10.0.0.1:x.git', 'URL_FORBIDDEN'],
    ['https://user:canary@git.example.org/x.git', 'URL_FORBIDDEN'],
    ['-oProxyCommand=touch', 'URL_FORBIDDEN'],
    ['ext::sh -c touch', 'URL_FORBIDDEN'],
    ['', 'INVALID_INPUT'],
  ])('refuses the URL %j with %s, and goes nowhere', async (repo_url, code) => {
    const error = await world.api.keys.test(keyId, { repo_url }).then(
      () => undefined,
      (thrown: GitferryError) => thrown,
    )
    expect(isGitferryError(error, code as 'INVALID_INPUT')).toBe(true)
    expect(error?.details.field).toBe('repo_url')
    expect(error?.message).not.toContain('canary')
    const entries = await world.takeEntries()
    expect(entries).toMatchObject([{ type: 'test', object_id: keyId, result: 'failure', error_code: code }])
    expect(JSON.stringify(entries)).not.toContain('canary')
    expect(server.offered).toEqual([])
  })

  it('takes the name that callers of the original send for the URL', async () => {
    const test = await world.api.keys.test(keyId, { url: urlOf(world.sandbox.originPath) } as never)
    expect(test.success).toBe(true)
  })

  it('is given up when its caller does', async () => {
    const release = server.hold()
    const controller = new AbortController()
    const test = world.api.keys.test(
      keyId,
      { repo_url: urlOf(world.sandbox.originPath) },
      { signal: controller.signal },
    )
    await server.waiting
    controller.abort()
    await expect(test).rejects.toMatchObject({ code: 'ABORTED' })
    release()
  })
})
