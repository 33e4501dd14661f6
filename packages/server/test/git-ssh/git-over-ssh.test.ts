import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { LyingAgent } from './lying-agent.ts'
import type { ClientKey } from './ssh-client.ts'
import { SshWorld } from './ssh-world.ts'

let world: SshWorld
let mia: ClientKey
let stranger: ClientKey

beforeAll(async () => {
  world = await SshWorld.open()
  mia = world.userKey('mia')
  stranger = world.key('stranger')
  for (const path of ['group/repo-1', 'group/repo-2', 'group/repo-3']) world.repository(path)
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => {
  world.log.length = 0
  world.exchanges.length = 0
  world.callers.length = 0
})

let clones = 0
async function clone(key = mia, path = 'group/repo-1', env?: Record<string, string>) {
  clones += 1
  const folder = join(world.folder, `clone-${clones}`)
  const told = await world.git(key, ['clone', '-q', world.url(path), folder], env)
  return { ...told, folder }
}

describe('git over ssh', () => {
  it('clones, pushes and fetches', async () => {
    const { folder, status } = await clone()
    expect(status).toBe(0)
    writeFileSync(join(folder, 'file'), 'text')
    const steps = [
      ['add', '.'],
      ['commit', '-qm', 'two'],
      ['push', '-q', 'origin', 'HEAD:refs/heads/new'],
    ]
    for (const step of steps)
      expect(await world.git(mia, ['-C', folder, ...step])).toMatchObject({ status: 0 })
    const other = await clone()
    const heads = await world.git(mia, ['-C', other.folder, 'branch', '-r'])
    expect(heads.stdout).toContain('origin/new')
    expect((await world.git(mia, ['-C', folder, 'fetch', '-q', '--all'])).status).toBe(0)
  })

  it.each(['0', '1', '2'])(
    'speaks version %s of the protocol when the client asks for it',
    async (version) => {
      const { status } = await world.git(mia, [
        '-c',
        `protocol.version=${version}`,
        'ls-remote',
        world.url('group/repo-1'),
      ])
      expect(status).toBe(0)
      expect(world.exchanges[0]?.protocol).toBe(version === '0' ? undefined : `version=${version}`)
    },
  )

  it('brings a pack that is larger than any window both ways', async () => {
    world.repository('group/large')
    const { folder } = await clone(mia, 'group/large')
    writeFileSync(join(folder, 'random'), randomBytes(5_000_000))
    for (const step of [
      ['add', '.'],
      ['commit', '-qm', 'large'],
      ['push', '-q'],
    ]) {
      expect(await world.git(mia, ['-C', folder, ...step])).toMatchObject({ status: 0 })
    }
    const other = await clone(mia, 'group/large')
    const heads = [folder, other.folder].map((at) => world.git(mia, ['-C', at, 'rev-parse', 'HEAD']))
    const [sent, got] = await Promise.all(heads)
    expect(got).toEqual(sent)
  })

  it('serves ten clones at once', async () => {
    const told = await Promise.all(Array.from({ length: 10 }, () => clone()))
    expect(told.map(({ status }) => status)).toEqual(Array(10).fill(0))
    expect(world.gits.size).toBe(0)
  })

  it('names the caller: the user, the address and the client', async () => {
    await world.git(mia, ['ls-remote', world.url('group/repo-1')])
    expect(world.callers).toEqual([
      {
        user: 'mia',
        scope: 'member',
        ip: '127.0.0.1',
        userAgent: expect.stringMatching(/^OpenSSH_/),
        requestId: expect.any(String),
      },
    ])
    expect(world.log).toEqual([
      {
        level: 'info',
        message: 'git over ssh',
        fields: {
          ip: '127.0.0.1',
          user: 'mia',
          service: 'upload-pack',
          repository: 'group/repo-1',
          exit_code: 0,
          duration_ms: expect.any(Number),
        },
      },
    ])
  })

  it('tells what git ends with, and what it says', async () => {
    const { status, stderr } = await world.ssh(mia, ["git-upload-pack '/group/missing.git'"])
    expect(status).toBe(128)
    expect(stderr).toContain('does not appear to be a git repository')
  })
})

describe('a key', () => {
  it.each<[string, string[]]>([
    ['rsa', ['-t', 'rsa', '-b', '2048']],
    ['ecdsa 256', ['-t', 'ecdsa', '-b', '256']],
    ['ecdsa 521', ['-t', 'ecdsa', '-b', '521']],
    ['ed25519', ['-t', 'ed25519']],
  ])('of the kind %s signs in', async (name, kind) => {
    const key = world.userKey(name.replace(' ', ''), kind)
    expect(await world.git(key, ['ls-remote', world.url('group/repo-1')])).toMatchObject({ status: 0 })
  })

  it('that is not known is refused', async () => {
    const { status, stderr } = await world.git(stranger, ['ls-remote', world.url('group/repo-1')])
    expect(status).toBe(128)
    expect(stderr).toContain('Permission denied (publickey)')
    expect(world.callers).toEqual([])
  })

  it('that was removed is refused, also over a connection that it has opened', async () => {
    const key = world.userKey('leaving')
    const control = join(world.folder, 'control')
    const shared = [`ControlPath=${control}`]
    const options = ['ControlMaster=auto', 'ControlPersist=30', ...shared]
    const command = ["git-upload-pack '/group/repo-1.git'"]
    // upload-pack ends when its client has nothing to ask
    const first = await world.ssh(key, command, ['-n'], options)
    expect(first.stdout).toContain('refs/heads/main')
    world.principals.delete(key.blob)
    const second = await world.ssh(key, command, ['-n'], shared)
    expect(second).toMatchObject({
      status: 128,
      stdout: '',
      stderr: expect.stringContaining('gitferry: This key was removed'),
    })
    await world.ssh(key, [], ['-O', 'exit'], shared)
    const third = await world.ssh(key, command, ['-n'])
    expect(third).toMatchObject({ status: 255, stderr: expect.stringContaining('Permission denied') })
  })

  it.each(['itself', 'another'])(
    'shown by a client that signs with %s signs in only with its own',
    async (which) => {
      const agent = new LyingAgent({ shown: mia, signing: which === 'itself' ? mia : stranger })
      world.used.length = 0
      const client = new ssh2.Client()
      const told = new Promise<string>((resolve) => {
        client.once('ready', () => resolve('in'))
        client.once('error', ({ message }) => resolve(message))
      })
      client.connect({ host: '127.0.0.1', port: world.listening.port, username: 'git', agent })
      expect(await told).toMatch(which === 'itself' ? /^in$/ : /authentication methods failed/)
      expect(agent.signed).toBe(1)
      // shown by anybody, it is of no use yet
      expect(world.used).toEqual(which === 'itself' ? [mia.blob] : [])
      client.end()
    },
  )

  it('of RSA that signs with SHA-1 is refused', async () => {
    const key = world.userKey('old', ['-t', 'rsa', '-b', '2048'])
    const { status } = await world.ssh(
      key,
      ["git-upload-pack '/group/repo-1.git'"],
      [],
      ['PubkeyAcceptedAlgorithms=ssh-rsa'],
    )
    expect(status).toBe(255)
  })

  it('may be the sixth of which the others are not known', async () => {
    const others = Array.from({ length: 5 }, (_, index) => world.key(`other-${index}`))
    const { stdout } = await world.ssh([...others, mia], ["git-upload-pack '/group/repo-1.git'"], ['-n'])
    expect(stdout).toContain('refs/heads/main')
  })
})

describe('a deploy key', () => {
  const deploy = (id: number, role: 20 | 30) =>
    ({ user: `deploy-key:${id}`, scope: 'member', repoIds: [id], role }) as const

  it('opens each of its repositories with the rights that it has there', async () => {
    const key = world.key('deploy')
    world.principals.set(key.blob, [deploy(1, 20), deploy(2, 30)])
    const { folder } = await clone(key, 'group/repo-1')
    const refused = await world.git(key, ['-C', folder, 'push', 'origin', 'HEAD:refs/heads/x'])
    expect(refused.status).toBe(128)
    expect(refused.stderr).toContain('gitferry: You may read group/repo-1 and not push to it.\n')
    const taken = await world.git(key, ['-C', folder, 'push', world.url('group/repo-2'), 'HEAD:refs/heads/x'])
    expect(taken.status).toBe(0)
    expect(world.log.at(-1)?.fields).toMatchObject({ user: 'deploy-key:2', service: 'receive-pack' })
  })

  it('opens no other repository, and does not tell whether there is one', async () => {
    const key = world.key('deploy-other')
    world.principals.set(key.blob, [deploy(1, 30), deploy(2, 30)])
    const [other, none] = await Promise.all(
      ['group/repo-3', 'group/repo-4'].map((path) => world.git(key, ['ls-remote', world.url(path)])),
    )
    expect(other?.stderr).toContain(
      'gitferry: There is no repository group/repo-3 here that this key may read.',
    )
    expect(none?.stderr).toBe(other?.stderr.replaceAll('repo-3', 'repo-4'))
  })
})

describe('whoever wants anything else', () => {
  it('is greeted, and told that there is no shell', async () => {
    const { status, stdout, stderr } = await world.ssh(mia, [], ['-T'])
    expect(status).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toBe('gitferry: Hi mia! You are signed in, and shell access is not provided: use git.\n')
  })

  it('gets no terminal', async () => {
    const { status, stderr } = await world.ssh(mia, [], ['-tt'])
    expect(status).not.toBe(0)
    expect(stderr).toContain('PTY allocation request failed')
  })

  it.each(['sftp', 'netconf'])('gets no subsystem %s', async (name) => {
    const { status, stderr } = await world.ssh(mia, [name], ['-s'])
    expect(status).not.toBe(0)
    expect(stderr).toContain('subsystem request failed')
  })

  it('gets no connection forwarded, to this machine or from it', async () => {
    const out = await world.ssh(mia, [], ['-W', `127.0.0.1:${world.listening.port}`])
    expect(out).toMatchObject({ status: 255, stdout: '' })
    expect(out.stderr).toContain('administratively prohibited')
    const back = await world.ssh(
      mia,
      ["git-upload-pack '/group/repo-1.git'"],
      ['-n', '-R', '0:127.0.0.1:9'],
      ['ExitOnForwardFailure=yes'],
    )
    expect(back).toMatchObject({ status: 255, stdout: '' })
  })

  it('may set no variable but that of git’s protocol', async () => {
    const options = ['GIT_DIR=/etc', 'GIT_PROTOCOL=version=2', 'LD_PRELOAD=/x'].map((one) => `SetEnv=${one}`)
    // ssh heeds the first SetEnv alone, which may set several
    const env = [options.join(' ').replaceAll(' SetEnv=', ' ')]
    const { stdout } = await world.ssh(mia, ["git-upload-pack '/group/repo-1.git'"], ['-n'], env)
    expect(stdout).toMatch(/^000eversion 2\n/)
    expect(world.exchanges[0]).not.toHaveProperty('env')
  })

  it.each([
    ['true'],
    ['sh -i'],
    ["git-upload-pack '/group/repo-1.git'; echo x"],
    ["git-upload-pack '../repos/group/repo-1.git'"],
    [`git-upload-pack '/group/${'n'.repeat(10_000)}.git'`],
    ["git-upload-archive '/group/repo-1.git'"],
  ])('runs nothing: %.60s', async (command) => {
    const { status, stdout, stderr } = await world.ssh(mia, [command])
    expect({ status, stdout }).toEqual({ status: 128, stdout: '' })
    expect(stderr).toMatch(/^gitferry: .+\n$/)
    expect(world.callers).toEqual([])
    expect(JSON.stringify(world.log)).not.toContain('repo-1')
  })

  it('is asked for no password', async () => {
    const options = [
      'PubkeyAuthentication=no',
      'PreferredAuthentications=password,keyboard-interactive',
      'BatchMode=no',
    ]
    const { status, stderr } = await world.ssh(mia, [], ['-T'], options)
    expect(status).toBe(255)
    expect(stderr).toContain('Permission denied (publickey).')
  })
})
