import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LfsServer } from '../../../../../test/lfs-server.ts'
import { makeKey, type SshGitServer, serveGitOverSsh } from '../../../../../test/ssh-git-server.ts'
import type { LfsEnd } from '../../../src/git/lfs/lfs-end.ts'
import { folder, LfsWorld, needsGitLfs, oidOf } from './lfs-world.ts'

const key = makeKey()
const hostKey = makeKey()
const login = 'ssh-user:ssh-token'
const relayAddress = /127\.0\.0\.1:\d+\/[0-9a-f]{64}/

let world: LfsWorld
let api: LfsServer
let ssh: SshGitServer
let answer: (command: string) => string | undefined
beforeEach(async () => {
  world = new LfsWorld()
  api = await LfsServer.start({ login })
  answer = (command) => api.authenticate(command)
  ssh = await serveGitOverSsh({ hostKey, authorized: [key], answer: (command) => answer(command) })
})
afterEach(async () => {
  await ssh.close()
  await api.close()
  world.sandbox.dispose()
})

/** The end at that server, over OpenSSH. */
function end(repository: string): LfsEnd {
  const file = world.sandbox.path('key')
  if (!existsSync(file)) writeFileSync(file, key.private, { mode: 0o600 })
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'LogLevel=ERROR',
  ]
  const sshCommand = [
    '/usr/bin/ssh',
    '-F',
    '/dev/null',
    '-i',
    file,
    ...options.flatMap((text) => ['-o', text]),
  ]
  const { runner } = world
  return {
    kind: 'ssh',
    url: `ssh://git@127.0.0.1:${ssh.port}/${repository}`,
    sshCommand: sshCommand.join(' '),
    run: (command, runOptions) => runner.run(command, runOptions),
  }
}

describe('carrying LFS objects of a remote over ssh', () => {
  beforeEach(needsGitLfs)

  it('asks by git-lfs-authenticate and goes to where the server says, with what it gives', async () => {
    api.add('a.git', 'one')
    await world.carry(world.commit('one'), { source: end('a.git'), target: end('b.git') })
    expect(api.objects('b.git').get(oidOf('one'))?.toString()).toBe('one')
    expect(ssh.commands).toEqual([
      expect.stringMatching(/^git-lfs-authenticate '?\/?a\.git'? download$/),
      expect.stringMatching(/^git-lfs-authenticate '?\/?b\.git'? upload$/),
    ])
    expect(existsSync(world.staging)).toBe(false)
  })

  it('goes to no address that the rules forbid, though the server names it', async () => {
    api.add('a.git', 'one')
    world.allowOutgoing = []
    await expect(
      world.carry(world.commit('one'), { source: end('a.git'), target: end('b.git') }),
    ).rejects.toMatchObject({ code: 'LFS_FAILED', details: { reason: 'forbidden' } })
    expect(api.requests).toEqual([])
    expect(existsSync(`${world.staging}/ssh-answer.json`)).toBe(false)
  })

  it('shows nobody in the list of processes the address behind which the login is', async () => {
    api.add('a.git', 'one')
    const commandLines: string[] = []
    answer = (command) => {
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
        const file = `/proc/${pid}/cmdline`
        if (existsSync(file)) commandLines.push(readFileSync(file, 'utf8'))
      }
      const told = `${world.staging}/ssh-told.json`
      expect(statSync(told).mode & 0o777).toBe(0o600)
      expect(readFileSync(told, 'utf8')).toMatch(relayAddress)
      return api.authenticate(command)
    }
    const target = folder(world.sandbox.bare('target'))
    await world.carry(world.commit('one'), { source: end('a.git'), target })
    expect(commandLines.some((line) => line.includes('head -c'))).toBe(true)
    expect(commandLines.filter((line) => relayAddress.test(line))).toEqual([])
  })

  it('reads no more of an answer than one has', async () => {
    api.add('a.git', 'one')
    answer = (command) => api.authenticate(command)?.padEnd(1_000_000)
    const target = folder(world.sandbox.bare('target'))
    const carried = world.carry(world.commit('one'), { source: end('a.git'), target })
    await expect(carried).rejects.toMatchObject({ code: 'LFS_FAILED' })
    expect(api.requests).toEqual([])
  })

  it('says that the server does not know LFS, and that it breaks the rules', async () => {
    const target = folder(world.sandbox.bare('target'))
    answer = () => undefined
    const refused = await world
      .carry(world.commit('one'), { source: end('a.git'), target })
      .catch((error) => error)
    expect(refused).toMatchObject({ code: 'LFS_FAILED' })
    answer = () => 'Welcome!'
    await expect(world.carry(world.commit('one'), { source: end('a.git'), target })).rejects.toMatchObject({
      code: 'LFS_FAILED',
      details: { reason: 'protocol' },
    })
  })
})
