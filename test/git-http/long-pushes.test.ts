import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { systemClock } from '@gitferry/core'
import { afterEach, describe, expect, it } from 'vitest'
import { type HostedWorld, hostedWorld } from './hosted-world.ts'

let world: HostedWorld
afterEach(() => world[Symbol.asyncDispose]())

const packet = (line: string): string => `${(line.length + 4).toString(16).padStart(4, '0')}${line}`
const creation = `${packet(`${'0'.repeat(40)} ${'a'.repeat(40)} refs/heads/x\0report-status`)}0000`

function post(token?: string): ClientRequest {
  const shown = token && { Authorization: `Bearer ${token}` }
  return request({
    host: '127.0.0.1',
    port: world.listening.port,
    method: 'POST',
    path: '/local/one.git/git-receive-pack',
    headers: { 'Content-Type': 'application/x-git-receive-pack-request', ...shown },
    agent: false,
  })
}

async function statusOf(outgoing: ClientRequest): Promise<number> {
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  incoming.resume()
  return incoming.statusCode ?? 0
}

async function until(fact: () => boolean): Promise<void> {
  while (!fact()) await new Promise((resolve) => setImmediate(resolve))
}

const newest = async () => (await world.api.audit.list({ page_size: 1 })).items[0]

describe('a push that takes long to arrive', () => {
  it('is refused when whoever pushes is removed meanwhile', async () => {
    let later = 0
    const clock = { ...systemClock, now: () => systemClock.now() + later }
    world = await hostedWorld({ clock })
    const repo = await world.api.repos.create({ name: 'one' })
    const outgoing = post(await world.member('ann', repo, 30))
    const answered = statusOf(outgoing)
    outgoing.write(`${creation}PA`)
    const rules = () =>
      world.pushes().some((name) => existsSync(join(world.dataDir, 'pushes', name, 'rules')))
    await until(rules)
    await world.storage.collection('members').deleteWhere({ repo_id: repo.id })
    later = 1_000
    outgoing.end('CK')
    expect(await answered).toBe(403)
    expect(await newest()).toMatchObject({ type: 'push', operator: 'ann', error_code: 'ROLE_MISSING' })
    expect([world.children(), world.pushes()]).toEqual([[], []])
  })

  it('ends with its time', async () => {
    world = await hostedWorld({ pushTimeoutMs: 200 })
    await world.api.repos.create({ name: 'one' })
    const outgoing = post()
    const answered = statusOf(outgoing)
    outgoing.write(`${creation}PACK`)
    expect(await answered).toBe(504)
    outgoing.destroy()
    expect(await newest()).toMatchObject({ type: 'push', result: 'failure', error_code: 'GIT_TIMEOUT' })
    expect([world.children(), world.pushes()]).toEqual([[], []])
  })

  it('is refused where its list of refs is too long', async () => {
    world = await hostedWorld()
    await world.api.repos.create({ name: 'one' })
    const outgoing = post()
    outgoing.on('error', () => {})
    const answered = statusOf(outgoing)
    const large = packet(`${'0'.repeat(40)} ${'a'.repeat(40)} refs/tags/`.padEnd(60_000, 'x'))
    outgoing.end(large.repeat(600))
    expect(await answered).toBe(413)
    expect(world.children()).toEqual([])
  })
})
