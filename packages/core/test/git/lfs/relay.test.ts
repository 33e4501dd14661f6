import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LfsServer } from '../../../../../test/lfs-server.ts'
import { LfsRelay } from '../../../src/git/lfs/relay.ts'
import { parseAllowOutgoing } from '../../../src/git/remote-url.ts'
import { oidOf } from './lfs-world.ts'

let server: LfsServer
let relay: LfsRelay
beforeEach(async () => {
  server = await LfsServer.start({})
  relay = await LfsRelay.open({
    operation: 'download',
    oids: new Set([oidOf('one')]),
    endpoint: async () => ({ url: `http://127.0.0.1:${server.port}/a.git/info/lfs`, headers: {} }),
    onBytes() {},
    onObject() {},
    signal: new AbortController().signal,
    lookup: async () => ['127.0.0.1'],
    allowOutgoing: [parseAllowOutgoing('127.0.0.1')],
  })
})
afterEach(async () => {
  await relay[Symbol.asyncDispose]()
  await server.close()
})

const ask = (body: unknown) =>
  fetch(`${relay.url}/objects/batch`, { method: 'POST', body: JSON.stringify(body) })
const object = (content: string) => ({ oid: oidOf(content), size: content.length })

describe('the relay', () => {
  it('passes on what its transfer asks for', async () => {
    server.add('a.git', 'one')
    const answer = await ask({ operation: 'download', objects: [object('one')] })
    expect(answer.status).toBe(200)
    expect(server.batches).toEqual([{ operation: 'download', objects: 1 }])
  })

  it.each([
    ['another operation', { operation: 'upload', objects: [object('one')] }],
    ['another object', { operation: 'download', objects: [object('one'), object('two')] }],
    ['what is no object', { operation: 'download', objects: [null] }],
    ['no list', { operation: 'download' }],
  ])('refuses %s, and the server hears nothing of it', async (_, body) => {
    server.add('a.git', 'one')
    expect((await ask(body)).status).toBe(403)
    expect(server.requests).toEqual([])
  })
})
