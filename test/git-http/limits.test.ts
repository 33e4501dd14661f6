import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { createApp } from '@gitferry/server'
import { serve } from '@gitferry/server/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HostedWorld, hostedWorld } from './hosted-world.ts'

const maxPushBytes = 1024 * 1024
let world: HostedWorld
let cwd: string
let tip: string

beforeAll(async () => {
  world = await hostedWorld({ maxPushBytes })
  const { path } = await world.api.repos.create({ name: 'one' })
  cwd = await world.worktree('tree')
  await world.git(['config', 'core.compression', '0'], { cwd })
  // what does not fit into the buffers between here and there
  writeFileSync(join(cwd, 'large'), randomBytes(16 * 1024 * 1024))
  await world.commit(cwd, 'b')
  await world.git(['--git-dir', path, 'fetch', '-q', cwd, 'main:main'])
  tip = execFileSync('git', ['rev-parse', 'HEAD'], { cwd, encoding: 'utf8' }).trim()
})
afterAll(() => world[Symbol.asyncDispose]())

const packet = (line: string): string => `${(line.length + 4).toString(16).padStart(4, '0')}${line}`
/** Asks for everything, in version 0. */
const wantAll = () => `${packet(`want ${tip} side-band-64k\n`)}0000${packet('done\n')}`

function post(
  service: string,
  headers: Readonly<Record<string, string>> = {},
  { port } = world.listening,
): ClientRequest {
  const type = { 'Content-Type': `application/x-git-${service}-request` }
  return request({
    host: '127.0.0.1',
    port,
    method: 'POST',
    path: `/local/one.git/git-${service}`,
    headers: { ...type, ...headers },
    agent: false,
  })
}

const answerOf = async (outgoing: ClientRequest): Promise<IncomingMessage> => {
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  return incoming
}

async function until(fact: () => boolean): Promise<void> {
  while (!fact()) await new Promise((resolve) => setImmediate(resolve))
}

describe('serving many, and for long', () => {
  it('serves twenty clones at once', async () => {
    const clones = Array.from({ length: 20 }, (_, index) => `at-once-${index}`)
    const ended = await Promise.all(
      clones.map((name) =>
        world.git(['clone', '-q', '--filter=blob:limit=1k', '--no-checkout', world.url('local/one'), name]),
      ),
    )
    expect(ended.map(({ code, err }) => [code, err])).toEqual(clones.map(() => [0, '']))
    for (const name of clones) expect(existsSync(join(world.root, name, '.git', 'HEAD'))).toBe(true)
    expect(world.children()).toEqual([])
  })

  it('ends git when its client goes away in the middle of a clone', async () => {
    const outgoing = post('upload-pack')
    outgoing.end(wantAll())
    const incoming = await answerOf(outgoing)
    expect(incoming.statusCode).toBe(200)
    // nothing is read: git stands at a full pipe
    await until(() => world.children().length > 0)
    outgoing.on('error', () => {})
    incoming.on('error', () => {})
    incoming.destroy()
    await until(() => world.children().length === 0)
  })

  it('ends git, and moves nothing, when its client goes away in the middle of a push', async () => {
    const outgoing = post('receive-pack')
    outgoing.on('error', () => {})
    const command = packet(`${'0'.repeat(40)} ${tip} refs/heads/cut\0report-status`)
    outgoing.write(`${command}0000PACK`)
    await until(() => world.children().length > 0)
    outgoing.destroy()
    await until(() => world.children().length === 0 && world.pushes().length === 0)
    const entry = async () => (await world.api.audit.list({ page_size: 1 })).items[0]
    while ((await entry())?.result === 'success') await new Promise((resolve) => setImmediate(resolve))
    expect(await entry()).toMatchObject({ type: 'push', result: 'failure', error_code: 'ABORTED' })
    expect((await world.git(['ls-remote', world.url('local/one'), 'cut'])).out).toBe('')
  })

  it('lets a push take longer to arrive than any other request may', async () => {
    const hasty = { requestTimeoutMs: 300, headersTimeoutMs: 300 }
    const listening = await serve(createApp(world.api), { port: 0, ...hasty })
    const { port } = listening
    const slow = post('receive-pack', { 'Transfer-Encoding': 'chunked' }, listening)
    const answered = answerOf(slow)
    slow.write('0')
    await until(() => world.children().length > 0)
    const other = request({ host: '127.0.0.1', port, method: 'POST', path: '/api/v1/repos', agent: false })
    other.on('error', () => {})
    other.write('{')
    // by now the deadline of both is over
    expect((await answerOf(other)).statusCode).toBe(408)
    slow.end('000')
    const incoming = await answered
    expect(incoming.statusCode).toBe(200)
    incoming.resume()
    await listening.close({ timeoutMs: 0 })
  })

  it('takes no push that is larger than is allowed, and git says so', async () => {
    writeFileSync(join(cwd, 'larger'), randomBytes(maxPushBytes))
    await world.commit(cwd, 'c')
    const refused = await world.git(['push', world.url('local/one'), 'HEAD:refs/heads/larger'], { cwd })
    expect(refused.code).toBe(1)
    expect(refused.err).toMatch(/exceeds maximum allowed size/)
    const objects = join((await world.api.repos.get(1)).path, 'objects')
    expect(readdirSync(objects).filter((name) => name.startsWith('tmp_'))).toEqual([])
    expect(readdirSync(join(objects, 'pack'))).toEqual([])
  })

  it('inflates no request to more than a client can mean', async () => {
    const outgoing = post('upload-pack', { 'Content-Encoding': 'gzip' })
    outgoing.setHeader('Git-Protocol', 'version=2')
    const agent = packet(`agent=${'x'.repeat(60_000)}`)
    outgoing.end(gzipSync(`${packet('command=fetch')}${agent.repeat(200)}`))
    expect((await answerOf(outgoing)).statusCode).toBe(413)
    expect(world.children()).toEqual([])
  })

  it('takes what is compressed', async () => {
    const outgoing = post('upload-pack', { 'Content-Encoding': 'gzip' })
    outgoing.end(gzipSync(wantAll()))
    const incoming = await answerOf(outgoing)
    expect(incoming.statusCode).toBe(200)
    let bytes = 0
    for await (const chunk of incoming as AsyncIterable<Buffer>) bytes += chunk.length
    expect(bytes).toBeGreaterThan(16 * 1024 * 1024)
  })
})
