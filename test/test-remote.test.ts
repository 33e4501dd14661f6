import { readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { GitferryError, type RemoteTest, silentLogger } from '@gitferry/core'
import { type ApiSandbox, createApiSandbox, createTestClock } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GitCommand, GitRunOptions } from '../packages/core/src/git/command.ts'
import { ProcessGitRunner } from '../packages/core/src/git/process-runner.ts'
import { parseAllowOutgoing } from '../packages/core/src/git/remote-url.ts'
import { SshSessions } from '../packages/core/src/git/ssh/ssh-sessions.ts'
import { ManagedStorage } from '../packages/core/src/runtime/managed-storage.ts'
import { AuditLog } from '../packages/core/src/services/audit-log.ts'
import { SealedValues } from '../packages/core/src/services/sealed-values.ts'
import { type TestRemote, testRemote } from '../packages/core/src/services/test-remote.ts'
import { serveGit } from './git-http-server.ts'
import { makeKey, type SshGitServerOptions, serveGitOverSsh, type TestKey } from './ssh-git-server.ts'
import { testSecrets } from './test-secrets.ts'

/** Known to no resolver: ssh and git reach it by the address that was checked or not at all. */
const madeUp = 'git.example.test'
const hostKey = makeKey()
const key = makeKey()

let sandbox: ApiSandbox
let storage: ManagedStorage
let ended: (() => unknown)[]
let addresses: readonly string[]
let lookups: string[]
/** What git fails with instead of being run. */
let fault: GitferryError | undefined
let test: (remote: Partial<TestRemote> & { url: string }, signal?: AbortSignal) => Promise<RemoteTest>
beforeEach(async () => {
  sandbox = createApiSandbox()
  ended = []
  lookups = []
  addresses = ['127.0.0.1']
  storage = new ManagedStorage(memoryStorage())
  await storage.open()
  const clock = createTestClock('2026-01-01T00:00:00.000Z')
  const { dataDir } = sandbox
  const logger = silentLogger
  fault = undefined
  const git = new ProcessGitRunner({ git: '/usr/bin/git', home: dataDir, logger })
  const context = {
    storage,
    clock,
    logger,
    runner: {
      run: <Result>(command: GitCommand<Result>, options?: GitRunOptions) =>
        fault ? Promise.reject(fault) : git.run(command, options),
    },
    settings: {
      repoRoots: [sandbox.root],
      trustedOwners: [],
      strictHostKeys: false,
      allowOutgoing: ['127.0.0.1', madeUp].map(parseAllowOutgoing),
    },
    lookup: async (host: string) => {
      lookups.push(host)
      return addresses
    },
    audit: new AuditLog({ storage, clock, logger, wakeSealer() {} }),
    sealed: new SealedValues({ box: secrets }),
    ssh: new SshSessions({ dataDir, searchPath: '/usr/local/bin:/usr/bin:/bin', logger }),
  }
  test = (remote, signal) =>
    testRemote({ ssh_key_id: null, credential_id: null, ...remote }, context, { signal })
})
afterEach(async () => {
  for (const end of ended.reverse()) await end()
  sandbox.remove()
})

const secrets = testSecrets()
const at = '2026-01-01T00:00:00.000Z'

async function addKey(stored: TestKey): Promise<number> {
  const keys = storage.collection('ssh_keys')
  const { id } = await keys.insert({
    name: stored.fingerprint,
    type: 'ed25519',
    fingerprint: stored.fingerprint,
    public_key: stored.public,
    has_passphrase: false,
    description: null,
    sealed_private_key: '',
    last_used_at: null,
    created_at: at,
  })
  await keys.update(id, {
    sealed_private_key: secrets.seal(stored.private, `ssh_keys.sealed_private_key.${id}`),
  })
  return id
}

/** `key`, stored once. */
async function storedKey(): Promise<{ readonly id: number }> {
  const [row] = await storage.collection('ssh_keys').find()
  return row ?? { id: await addKey(key) }
}

async function serve(options: Partial<SshGitServerOptions> = {}) {
  const server = await serveGitOverSsh({ hostKey, authorized: [key], ...options })
  ended.push(() => server.close())
  const url = (path = sandbox.originPath, host = '127.0.0.1') => `ssh://git@${host}:${server.port}${path}`
  return { server, url }
}

const shown = (port: number, host = '127.0.0.1') => ({
  host,
  port,
  type: 'ssh-ed25519',
  fingerprint: hostKey.fingerprint,
})
const leftOver = () => readdirSync(join(sandbox.dataDir, 'ssh'))

describe('a test of a remote over ssh', () => {
  it('that answers says how many refs it has, and who it is: at the first contact and later', async () => {
    const { server, url } = await serve()
    const ssh_key_id = await addKey(key)
    for (const _ of ['first', 'again']) {
      expect(await test({ url: url(), ssh_key_id })).toEqual({
        success: true,
        message: 'The remote answers and shows 4 branches and tags.',
        error_code: null,
        refs: 4,
        host_key: shown(server.port),
      })
    }
    expect(await test({ url: url(sandbox.bareBackupPath), ssh_key_id })).toMatchObject({
      success: true,
      refs: 0,
      message: 'The remote answers and shows neither a branch nor a tag: it is empty.',
    })
    expect(leftOver()).toEqual([])
  })

  it.each([256, 384, 521])('is answered by a server that has an ecdsa key of %i bits alone', async (bits) => {
    const { server, url } = await serve({ hostKey: makeKey('ecdsa', bits) })
    for (const _ of ['first', 'again']) {
      expect(await test({ url: url(), ssh_key_id: (await storedKey()).id })).toMatchObject({
        success: true,
        host_key: { port: server.port, type: `ecdsa-sha2-nistp${bits}` },
      })
    }
  })

  it('that can prove itself with SHA-1 alone is refused for that, known or not', async () => {
    const [old, { id: ssh_key_id }] = [makeKey('rsa'), await storedKey()]
    const { server, url } = await serve({ hostKey: old, hostKeyAlgorithm: 'ssh-rsa' })
    const answer = await test({ url: url(), ssh_key_id })
    expect(answer).toMatchObject({ success: false, error_code: 'HOST_KEY_MISMATCH', host_key: null })
    expect(answer.message).toBe(
      `The server at 127.0.0.1 port ${server.port} has no host key of a kind that is accepted: Ed25519, ECDSA, or ` +
        'RSA of 2048 bits or more with SHA-2. It must be given one before it can be used.',
    )
    const { type, fingerprint, ...place } = shown(server.port)
    const public_key = hostKey.public.split(' ')[1]!
    await storage.collection('host_keys').insert({
      ...place,
      type,
      fingerprint,
      public_key,
      status: 'accepted',
      source: 'contact',
      offered: null,
      offers: 0,
      created_at: at,
    })
    const again = await test({ url: url(), ssh_key_id })
    expect(again.error_code).toBe('HOST_KEY_MISMATCH')
    expect(again.message).toContain(
      `no key of a kind that is accepted, known is ssh-ed25519 ${fingerprint}. Somebody`,
    )
  })

  it('that is offered no key says that alone', async () => {
    const { url } = await serve()
    const { error_code, message } = await test({ url: url() })
    expect(error_code).toBe('GIT_AUTH_FAILED')
    expect(message).toMatch(/Permission denied \(publickey\)\. No key was offered: none is set/)
    expect(message).not.toContain('refused the SSH key')
  })

  it('that refuses the key says so, and who it is', async () => {
    const { server, url } = await serve()
    expect(await test({ url: url(), ssh_key_id: await addKey(makeKey()) })).toMatchObject({
      success: false,
      error_code: 'GIT_AUTH_FAILED',
      message: expect.stringContaining('The remote refused the SSH key.'),
      refs: null,
      host_key: shown(server.port),
    })
  })

  it('that shows another host key says so, and shows that one', async () => {
    const { server, url } = await serve()
    const ssh_key_id = await addKey(key)
    await test({ url: url(), ssh_key_id })
    await server.close()
    const changed = makeKey()
    await serve({ hostKey: changed, port: server.port })
    const answer = await test({ url: url(), ssh_key_id })
    expect(answer).toMatchObject({
      success: false,
      error_code: 'HOST_KEY_MISMATCH',
      host_key: { type: 'ssh-ed25519', fingerprint: changed.fingerprint },
    })
    expect(answer.message).toContain(hostKey.fingerprint)
    expect(answer.message).toContain(changed.fingerprint)
  })

  it('that shows another key than a first contact which came before is refused, and that key stays', async () => {
    const { server, url } = await serve()
    const release = server.hold()
    const answer = test({ url: url(), ssh_key_id: await addKey(key) })
    await server.waiting
    const other = makeKey()
    const place = { host: '127.0.0.1', port: server.port }
    const recorded = { ...place, type: 'ssh-ed25519', fingerprint: other.fingerprint }
    const public_key = other.public.split(' ')[1]!
    await storage.collection('host_keys').insert({
      ...recorded,
      public_key,
      status: 'accepted',
      source: 'contact',
      offered: null,
      offers: 0,
      created_at: at,
    })
    release()
    expect(await answer).toMatchObject({ success: false, error_code: 'HOST_KEY_MISMATCH' })
    expect((await answer).message).toContain(hostKey.fingerprint)
    expect((await answer).message).toContain(other.fingerprint)
    expect(await storage.collection('host_keys').find()).toMatchObject([recorded])
  })

  it('that is not there says so, and knows of no key', async () => {
    const { server, url } = await serve()
    await server.close()
    expect(await test({ url: url() })).toMatchObject({
      success: false,
      error_code: 'GIT_UNREACHABLE',
      host_key: null,
    })
    addresses = []
    expect(await test({ url: url('/r.git', madeUp) })).toMatchObject({
      success: false,
      error_code: 'GIT_UNREACHABLE',
    })
  })

  it('that is named goes to the address that was checked, and is known by its name', async () => {
    const { server, url } = await serve()
    const ssh_key_id = await addKey(key)
    expect(await test({ url: url(sandbox.originPath, madeUp), ssh_key_id })).toMatchObject({
      success: true,
      host_key: shown(server.port, madeUp),
    })
    expect(lookups).toEqual([madeUp])
    addresses = ['127.0.0.2']
    // nobody listens there, and ssh looks nothing up by itself
    const { message } = await test({ url: url(sandbox.originPath, 'localhost'), ssh_key_id }).catch(
      (error: Error) => error,
    )
    expect(message).toMatch(/private network/)
    expect(await test({ url: url(sandbox.originPath, madeUp), ssh_key_id })).toMatchObject({
      success: false,
      error_code: 'GIT_UNREACHABLE',
    })
  })

  it('that is given up ends, and leaves nothing', async () => {
    const { server, url } = await serve()
    server.hold()
    const controller = new AbortController()
    const answer = test({ url: url(), ssh_key_id: await addKey(key) }, controller.signal)
    await server.waiting
    controller.abort()
    await expect(answer).rejects.toMatchObject({ code: 'ABORTED' })
    expect(leftOver()).toEqual([])
  })
})

describe('a test of a remote over http', () => {
  it('is answered with and without the right credential', async () => {
    const server = await serveGit(sandbox.root, { login: 'mia:right' })
    ended.push(() => server.close())
    const origin = `http://127.0.0.1:${server.port}`
    const credentials = storage.collection('credentials')
    const { id } = await credentials.insert({
      name: 'mia',
      type: 'password',
      username: 'mia',
      origin,
      source: 'api',
      sealed_secret: '',
      last_used_at: null,
      created_at: at,
    })
    const setSecret = (secret: string) =>
      credentials.update(id, { sealed_secret: secrets.seal(secret, `credentials.sealed_secret.${id}`) })
    await setSecret('right')
    const url = `${origin}/origin.git`
    expect(await test({ url, credential_id: id })).toMatchObject({ success: true, refs: 4, host_key: null })
    await setSecret('wrong')
    const wrong = await test({ url, credential_id: id })
    expect(wrong).toMatchObject({
      success: false,
      error_code: 'GIT_AUTH_FAILED',
      message: expect.stringContaining('The remote refused the credential.'),
    })
    expect(wrong.message).not.toContain('askpass')
    const none = await test({ url })
    expect(none).toMatchObject({
      success: false,
      error_code: 'GIT_AUTH_FAILED',
      message: expect.stringContaining('No credential was sent'),
    })
    expect(none.message).not.toMatch(/askpass|refused the credential/)
  })

  it('says that what answers breaks git’s protocol', async () => {
    const type = { 'content-type': 'application/x-git-upload-pack-advertisement' }
    const server = createServer((_request, response) => void response.writeHead(200, type).end('hello world'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    ended.push(() => server.close())
    const { port } = server.address() as AddressInfo
    expect(await test({ url: `http://127.0.0.1:${port}/r.git` })).toMatchObject({
      success: false,
      error_code: 'GIT_FAILED',
    })
  })

  it('says that a page is no git server', async () => {
    const server = createServer((_request, response) => void response.end('hello'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    ended.push(() => server.close())
    const { port } = server.address() as AddressInfo
    expect(await test({ url: `http://127.0.0.1:${port}/r.git` })).toMatchObject({
      success: false,
      error_code: 'GIT_REMOTE_NOT_FOUND',
    })
  })
})

describe('a test of a remote on this machine', () => {
  it('is answered as any other', async () => {
    expect(await test({ url: sandbox.originPath })).toMatchObject({ success: true, refs: 4, host_key: null })
    expect(await test({ url: sandbox.plainFolderPath })).toMatchObject({
      success: false,
      error_code: 'GIT_REMOTE_NOT_FOUND',
    })
  })

  it('that has more refs than fit a usual answer is counted', async () => {
    const oid = sandbox.git(sandbox.originPath, 'rev-parse', 'HEAD').trim()
    sandbox.git(sandbox.originPath, 'push', '-q', sandbox.bareBackupPath, 'HEAD:refs/heads/main')
    const names = Array.from({ length: 45_000 }, (_, number) => `refs/tags/${'t'.repeat(150)}${number}`)
    const packed = names.sort().map((name) => `${oid} ${name}\n`)
    const header = '# pack-refs with: peeled fully-peeled sorted \n'
    writeFileSync(join(sandbox.bareBackupPath, 'packed-refs'), header + packed.join(''))
    expect(await test({ url: sandbox.bareBackupPath })).toMatchObject({ success: true, refs: 45_001 })
  })
})

describe('a test that fails on this side', () => {
  it.each(['GIT_MISSING', 'GIT_OUTPUT_TOO_LARGE', 'GIT_FAILED'] as const)('is an error: %s', async (code) => {
    fault = new GitferryError(code, 'made up', { details: { reason: 'other' } })
    await expect(test({ url: sandbox.originPath })).rejects.toBe(fault)
  })
})

describe('what the caller asked for wrongly', () => {
  it.each([
    ['URL_FORBIDDEN', { url: 'ssh://git@10.1.2.3/r.git' }],
    ['URL_FORBIDDEN', { url: 'ext::sh -c x' }],
    ['URL_FORBIDDEN', { url: '/etc/r.git' }],
    ['SSH_KEY_NOT_FOUND', { url: 'ssh://git@127.0.0.1:9/r.git', ssh_key_id: 7 }],
    ['CREDENTIAL_NOT_FOUND', { url: 'http://127.0.0.1:9/r.git', credential_id: 7 }],
  ])('is an error, %s: %j', async (code, remote) => {
    await expect(test(remote)).rejects.toMatchObject({ code })
  })

  it('is an error where the name leads into a private network', async () => {
    addresses = ['10.1.2.3']
    await expect(test({ url: 'ssh://git@git.example.org/r.git' })).rejects.toMatchObject({
      code: 'URL_FORBIDDEN',
    })
  })
})
