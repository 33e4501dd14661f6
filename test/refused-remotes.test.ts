import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import type { RunWithRefs } from '@gitferry/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { serveGit } from './git-http-server.ts'
import { type RemoteWorld, remoteWorld } from './remote-world.ts'
import { makeKey, serveGitOverSsh, type TestKey } from './ssh-git-server.ts'

let world: RemoteWorld
let ended: (() => unknown)[]
beforeEach(async () => {
  ended = []
  world = await remoteWorld()
})
afterEach(async () => {
  await world[Symbol.asyncDispose]()
  for (const end of ended.reverse()) await end()
})

/** Known to no resolver (RFC 6761, 6.4). */
const unknownHost = 'no-such-host.invalid'
const hostKey = makeKey()
const known = makeKey()

async function overSsh(path: string, authorized: readonly TestKey[] = [known]): Promise<string> {
  const server = await serveGitOverSsh({ hostKey, authorized })
  ended.push(() => server.close())
  return `ssh://git@127.0.0.1:${server.port}${path}`
}

async function overHttp(path: string, login: string): Promise<string> {
  const server = await serveGit(world.sandbox.root, { login })
  ended.push(() => server.close())
  return `http://127.0.0.1:${server.port}${path}`
}

/** Something listens there that is neither ssh nor http. */
async function strangePort(): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.resume()
    socket.end('220 mail.example.org ESMTP\r\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ended.push(() => new Promise((resolve) => server.close(resolve)))
  return (server.address() as AddressInfo).port
}

interface Opens {
  readonly key?: TestKey
  readonly login?: readonly [username: string, secret: string]
}

/** A run from `url` to a repository on this machine, with a key or a login. */
async function runFrom(url: string, { key, login }: Opens = {}): Promise<RunWithRefs> {
  const task = await world.addTask({ origin: url, backup: world.sandbox.bareBackupPath })
  if (key) await world.use('origin', { ssh_key_id: await world.addKey(key) })
  if (login) {
    const [username, secret] = login
    const id = await world.addCredential({ origin: new URL(url).origin, username, secret })
    await world.use('origin', { credential_id: id })
  }
  return world.run(task)
}

/** What went wrong, how it is made so, and what is said of it: the code for a program, the words for a person. */
const cases: readonly (readonly [string, () => Promise<RunWithRefs>, string, RegExp])[] = [
  [
    'a key that nobody has let in yet',
    async () => runFrom(await overSsh(world.sandbox.originPath, []), { key: makeKey() }),
    'GIT_AUTH_FAILED',
    /refused the SSH key\. Check that its public half is known there and may reach this repository\.$/,
  ],
  [
    'the key of another server',
    async () => {
      const [mine, other] = [makeKey(), makeKey()]
      await overSsh(world.sandbox.originPath, [other])
      return runFrom(await overSsh(world.sandbox.originPath, [mine]), { key: other })
    },
    'GIT_AUTH_FAILED',
    /refused the SSH key\. Check that its public half is known there/,
  ],
  [
    'a user whom the server does not know',
    async () => runFrom(await overHttp('/origin.git', 'mia:right'), { login: ['eve', 'right'] }),
    'GIT_AUTH_FAILED',
    /refused the credential\. Check that it is valid and may reach this repository\.$/,
  ],
  [
    'a password in other letters',
    async () => runFrom(await overHttp('/origin.git', 'mia:right'), { login: ['mia', 'Right'] }),
    'GIT_AUTH_FAILED',
    /refused the credential\. Check that it is valid/,
  ],
  [
    'a key where a password is asked for',
    async () => runFrom(await overHttp('/origin.git', 'mia:right'), { key: known }),
    'GIT_AUTH_FAILED',
    /No credential was sent: none is set for this remote\. Give it one\.$/,
  ],
  [
    'a host name that nobody knows, by ssh',
    () => runFrom(`ssh://git@${unknownHost}/origin.git`, { key: known }),
    'GIT_UNREACHABLE',
    /The host "no-such-host\.invalid" does not resolve .* Check its name, and the network\.$/,
  ],
  [
    'a host name that nobody knows, by https',
    () => runFrom(`https://${unknownHost}/origin.git`),
    'GIT_UNREACHABLE',
    /The host "no-such-host\.invalid" does not resolve .* Check its name, and the network\.$/,
  ],
  [
    'a port where something else listens, by ssh',
    async () => runFrom(`ssh://git@127.0.0.1:${await strangePort()}/origin.git`, { key: known }),
    'GIT_UNREACHABLE',
    /Connection closed by remote host\. The remote cannot be reached/,
  ],
  [
    'a port where something else listens, by http',
    async () => runFrom(`http://127.0.0.1:${await strangePort()}/origin.git`),
    'GIT_UNREACHABLE',
    /127\.0\.0\.1:.*The remote cannot be reached/,
  ],
  [
    'a folder that is no repository, by ssh',
    async () => runFrom(await overSsh(world.sandbox.plainFolderPath), { key: known }),
    'GIT_REMOTE_NOT_FOUND',
    /There is no repository at the URL, or the credential may not see it\.$/,
  ],
  [
    'a folder that is no repository, by http',
    async () => runFrom(await overHttp('/plain', 'mia:right'), { login: ['mia', 'right'] }),
    'GIT_REMOTE_NOT_FOUND',
    /There is no repository at the URL, or the credential may not see it\.$/,
  ],
]

describe('a run that is refused says why: for', () => {
  it.each(cases)('%s', async (_, run, code, message) => {
    const { status, error_code, error_message } = await run()
    expect({ status, error_code }).toEqual({ status: 'failed', error_code: code })
    expect(error_message).toMatch(message)
  })
})
