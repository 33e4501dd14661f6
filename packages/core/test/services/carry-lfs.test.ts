import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LfsServer } from '../../../../test/lfs-server.ts'
import { parseAllowOutgoing } from '../../src/git/remote-url.ts'
import { type CarryLfsInput, carryLfs } from '../../src/services/carry-lfs.ts'
import type { OpenSideContext, Place } from '../../src/services/open-side.ts'
import { LfsWorld, needsGitLfs, oidOf } from '../git/lfs/lfs-world.ts'

const login = 'user:the secret'

let world: LfsWorld
let api: LfsServer
beforeEach(async () => {
  world = new LfsWorld()
  api = await LfsServer.start({ login })
})
afterEach(async () => {
  await api.close()
  world.sandbox.dispose()
})

/** What opening a side takes: one credential, for the server. */
function context(): OpenSideContext {
  const row = { id: 1, username: 'user', origin: `http://127.0.0.1:${api.port}`, sealed_secret: '' }
  const parts = {
    runner: world.runner,
    lookup: async () => ['127.0.0.1'],
    settings: { allowOutgoing: [parseAllowOutgoing('127.0.0.1')], repoRoots: null },
    storage: {
      collection: () => ({ get: async () => row }),
      get whole() {
        return this
      },
    },
    sealed: { unseal: () => 'the secret' },
  }
  return parts as unknown as OpenSideContext
}
const local = (path: string): Place => ({
  url: `file://${path}`,
  protocol: 'file',
  path,
  ssh_key_id: null,
  credential_id: null,
})
const remote = (name: string, credential: number | null = 1): Place => ({
  url: `http://127.0.0.1:${api.port}/${name}`,
  protocol: 'http',
  host: '127.0.0.1',
  port: api.port,
  ssh_key_id: null,
  credential_id: credential,
})
const carry = (input: Pick<CarryLfsInput, 'source' | 'target' | 'push'>, exclude: readonly string[] = []) =>
  carryLfs({ store: { path: world.store }, exclude, ...input }, context())

describe('carryLfs', () => {
  it('opens no side and asks nobody where the push needs no LFS object', async () => {
    const plain = world.sandbox.history(world.store, { commits: 3 })
    const nowhere = { ...local('/nowhere') }
    expect(await carry({ source: nowhere, target: nowhere, push: [plain] })).toEqual({ objects: 0, bytes: 0 })
    const tip = world.commit('one')
    expect(await carry({ source: nowhere, target: nowhere, push: [tip] }, [tip])).toEqual({
      objects: 0,
      bytes: 0,
    })
  })

  it('carries between repositories of this machine, and says how much', async () => {
    const [source, target] = [world.sandbox.bare('source'), world.sandbox.bare('target')]
    const tip = world.commit('one')
    world.put(source, 'one')
    expect(await carry({ source: local(source), target: local(target), push: [tip] })).toEqual({
      objects: 1,
      bytes: 3,
    })
    expect(world.read(target, 'one')).toBe('one')
  })

  it('opens a server with the credential of its side, and no other', async (context) => {
    needsGitLfs(context)
    api.add('a.git', 'one')
    const tip = world.commit('one')
    await carry({ source: remote('a.git'), target: remote('b.git'), push: [tip] })
    expect(api.objects('b.git').get(oidOf('one'))?.toString()).toBe('one')
    await expect(
      carry({ source: remote('a.git'), target: remote('c.git', null), push: [tip] }),
    ).rejects.toMatchObject({ code: 'LFS_FAILED', details: { reason: 'auth' } })
  })
})
