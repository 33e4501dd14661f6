import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunWithRefs } from '@gitferry/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type GitHttpServer, type GitHttpServerOptions, serveGit } from './git-http-server.ts'
import { type RemoteWorld, remoteWorld } from './remote-world.ts'

let world: RemoteWorld
let servers: GitHttpServer[]
beforeEach(async () => {
  servers = []
  world = await remoteWorld()
})
afterEach(async () => {
  await world[Symbol.asyncDispose]()
  for (const server of servers) await server.close()
})

async function serve(options?: GitHttpServerOptions): Promise<GitHttpServer> {
  const server = await serveGit(world.sandbox.root, options)
  servers.push(server)
  return server
}

interface Served {
  readonly port: number
}
const at = ({ port }: Served): string => `http://127.0.0.1:${port}`
const tip = (repository: string) => world.sandbox.oidOf(repository, 'main')
const failure = ({ status, error_code, error_message }: RunWithRefs) => ({
  status,
  error_code,
  error_message,
})

/** A task between two repositories of one server. */
async function oneServer(options?: GitHttpServerOptions) {
  const server = await serve(options)
  const origin = at(server)
  const task = await world.addTask({ origin: `${origin}/origin.git`, backup: `${origin}/backup.git` })
  return { server, origin, task }
}

/** Where a secret might turn up: the log of the run, the audit log, warnings, and the records of repositories. */
async function everythingTold(run: RunWithRefs): Promise<string> {
  const log: unknown[] = []
  for await (const step of world.api.sync.runs.follow(run.id)) log.push(step)
  const told = [run, log, await world.api.audit.list(), await world.api.repos.list(), world.complaints]
  return JSON.stringify(told)
}

describe('a run over http', () => {
  it.each([
    ['password', 'mia', 'p@ss:wörd "\'$&'],
    ['token', 'x-access-token', 'ghp_0123456789abcdefghijklmnopqrstuvwxyz'],
  ] as const)('sends its %s with every request, and tells nobody', async (type, username, secret) => {
    const { server, origin, task } = await oneServer({ login: `${username}:${secret}` })
    const id = await world.addCredential({ origin, username, secret, type })
    await world.use('repo', { credential_id: id })
    const run = await world.run(task)
    expect(failure(run)).toMatchObject({ status: 'success' })
    expect(tip(world.sandbox.bareBackupPath)).toBe(tip(world.sandbox.originPath))
    expect(new Set(server.logins)).toEqual(new Set([`${username}:${secret}`]))
    const told = await everythingTold(run)
    for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
      expect(told).not.toContain(form)
    }
    expect((await world.storage.collection('credentials').get(id))?.last_used_at).toMatch(/^\d{4}-/)
  })

  it('works with a secret that stands in the name of the branch', async () => {
    const { origin, task } = await oneServer({ login: 'main:main' })
    const id = await world.addCredential({ origin, username: 'main', secret: 'main' })
    await world.use('repo', { credential_id: id })
    expect(failure(await world.run(task))).toMatchObject({ status: 'success' })
  })

  it('uses each remote’s own credential before the repository’s', async () => {
    const [from, to] = [await serve({ login: 'a:first' }), await serve({ login: 'b:second' })]
    const task = await world.addTask({ origin: `${at(from)}/origin.git`, backup: `${at(to)}/backup.git` })
    const add = (server: Served, username: string, secret: string) =>
      world.addCredential({ origin: at(server), username, secret })
    await world.use('repo', { credential_id: await add(from, 'a', 'first') })
    await world.use('backup', { credential_id: await add(to, 'b', 'second') })
    expect(failure(await world.run(task))).toMatchObject({ status: 'success' })
    expect(new Set(from.logins)).toEqual(new Set(['a:first']))
    expect(new Set(to.logins)).toEqual(new Set(['b:second']))
  })

  it('never sends the repository’s credential to another origin', async () => {
    const [from, to] = [await serve({ login: 'a:first' }), await serve()]
    const task = await world.addTask({ origin: `${at(from)}/origin.git`, backup: `${at(to)}/backup.git` })
    const id = await world.addCredential({ origin: at(from), username: 'a', secret: 'first' })
    await world.use('repo', { credential_id: id })
    expect(failure(await world.run(task))).toMatchObject({ status: 'success' })
    expect(new Set(to.logins)).toEqual(new Set([null]))
  })

  it('is refused before any connection where a remote’s own credential is for another origin', async () => {
    const { server, task } = await oneServer({ login: 'a:first' })
    const id = await world.addCredential({ origin: 'http://127.0.0.1:1', username: 'a', secret: 'first' })
    await world.use('origin', { credential_id: id })
    const run = failure(await world.run(task))
    expect(run).toMatchObject({ status: 'failed', error_code: 'INVALID_INPUT' })
    expect(run.error_message).toMatch(
      /is for http:\/\/127\.0\.0\.1:1 and is not sent to http:\/\/127\.0\.0\.1:/,
    )
    expect(server.logins.filter((login) => login !== null)).toEqual([])
  })

  it('does not follow a redirect, so that a credential stays at its origin', async () => {
    const elsewhere = await serve()
    const { server, origin, task } = await oneServer({ redirectTo: at(elsewhere) })
    const id = await world.addCredential({ origin, username: 'a', secret: 'first' })
    await world.use('repo', { credential_id: id })
    expect(failure(await world.run(task))).toMatchObject({ error_code: 'GIT_REMOTE_NOT_FOUND' })
    expect(server.logins).toContain('a:first')
    expect(elsewhere.connections).toBe(0)
  })
})

describe('a run over http that is refused', () => {
  it('for its password says so, once, and has not marked it as used', async () => {
    const { server, origin, task } = await oneServer({ login: 'mia:right' })
    const id = await world.addCredential({ origin, username: 'mia', secret: 'wrong-password' })
    await world.use('repo', { credential_id: id })
    const run = await world.run(task)
    expect(failure(run)).toMatchObject({ status: 'failed', error_code: 'GIT_AUTH_FAILED' })
    expect(run.error_message).toContain('The remote refused the credential.')
    expect(await everythingTold(run)).not.toContain('wrong-password')
    expect((await world.storage.collection('credentials').get(id))?.last_used_at).toBeNull()
    // both sides ask once: a server that counts attempts must not lock the user out
    expect(server.logins.length).toBeLessThanOrEqual(2)
  })

  it('because it has no credential says that', async () => {
    const { task } = await oneServer({ login: 'mia:right' })
    const run = failure(await world.run(task))
    expect(run).toMatchObject({ status: 'failed', error_code: 'GIT_AUTH_FAILED' })
    expect(run.error_message).toContain('No credential was sent: none is set for this remote.')
  })

  it('because its credential is gone says which', async () => {
    const { task } = await oneServer()
    await world.use('origin', { credential_id: 77 })
    expect(failure(await world.run(task))).toMatchObject({ error_code: 'CREDENTIAL_NOT_FOUND' })
  })

  it('because the sealed secret was moved from another record opens nothing', async () => {
    const { server, origin, task } = await oneServer()
    const credentials = world.storage.collection('credentials')
    const [first, second] = [
      await world.addCredential({ origin, username: 'a', secret: 'first' }),
      await world.addCredential({ origin, username: 'b', secret: 'second' }),
    ]
    await credentials.update(first, { sealed_secret: (await credentials.get(second))!.sealed_secret })
    await world.use('repo', { credential_id: first })
    expect(failure(await world.run(task))).toMatchObject({ status: 'failed' })
    expect(server.logins).toEqual([])
  })

  it('because nobody is there says that it could not be reached', async () => {
    const { server, task } = await oneServer()
    await server.close()
    servers = []
    expect(failure(await world.run(task))).toMatchObject({ error_code: 'GIT_UNREACHABLE' })
  })
})

it('a secret is on no command line while git waits for the server', async () => {
  const lines: string[] = []
  const onRequest = () => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        lines.push(readFileSync(join('/proc', pid, 'cmdline'), 'latin1'))
      } catch {
        // the process has ended
      }
    }
  }
  const { origin, task } = await oneServer({ login: 'mia:canary-secret', onRequest })
  const id = await world.addCredential({ origin, username: 'mia', secret: 'canary-secret' })
  await world.use('repo', { credential_id: id })
  await world.run(task)
  expect(lines.filter((line) => line.includes(origin)).length).toBeGreaterThan(0)
  expect(lines.filter((line) => /canary-secret/.test(line))).toEqual([])
  expect(lines.filter((line) => line.includes(btoa('mia:canary-secret')))).toEqual([])
})
