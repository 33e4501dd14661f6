import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ListenAt } from '../../../src/git/ssh/agent.ts'
import { type SshSession, SshSessions, type SshUse } from '../../../src/git/ssh/ssh-sessions.ts'
import { silentLogger } from '../../../src/ports/logger.ts'
import { createGitSandbox, type GitSandbox } from '../../../src/testing/git-sandbox.ts'
import { blobOf, ed25519, keyPairs } from './keys.ts'

let sandbox: GitSandbox
let warnings: string[]
beforeEach(() => {
  sandbox = createGitSandbox()
  warnings = []
})
afterEach(() => sandbox.dispose())

const searchPath = '/usr/local/bin:/usr/bin:/bin'

interface Places {
  readonly dataDir?: string
  readonly temporaryDir?: string
  readonly searchPath?: string
  readonly listen?: ListenAt
}

function sessions(places: Places = {}): SshSessions {
  return new SshSessions({
    dataDir: sandbox.path('data'),
    temporaryDir: sandbox.path('tmp'),
    searchPath,
    logger: { ...silentLogger, warn: (message) => void warnings.push(message) },
    ...places,
  })
}

const use: SshUse = { address: '192.0.2.7', host: 'git.example.com', known: [], privateKey: ed25519.private }

/** The configuration that a command names. */
const configOf = ({ command }: SshSession): string => /-F '(.*)'$/.exec(command)?.[1] ?? ''

/** What OpenSSH itself makes of it: the options in force, by their names in lower case. */
function effective(session: SshSession): Map<string, string> {
  const text = execFileSync('ssh', ['-G', '-F', configOf(session), 'git@git.example.com'], {
    encoding: 'utf8',
  })
  return new Map(text.split('\n').map((line) => [line.split(' ')[0]!, line.slice(line.indexOf(' ') + 1)]))
}

describe('a use of ssh', () => {
  it('dials the address that was checked, under the name by which the server is known', async () => {
    await using session = await sessions().open(use)
    const options = effective(session)
    expect(options.get('hostname')).toBe('192.0.2.7')
    expect(options.get('hostkeyalias')).toBe('git.example.com')
  })

  it('reads no key, agent, known host or option of the user or the system', async () => {
    await using session = await sessions().open(use)
    const folder = dirname(configOf(session))
    const options = effective(session)
    expect(Object.fromEntries(options)).toMatchObject({
      identityfile: join(folder, 'key.pub'),
      identityagent: join(folder, 'agent'),
      userknownhostsfile: join(folder, 'known_hosts'),
      globalknownhostsfile: '/dev/null',
      identitiesonly: 'yes',
      batchmode: 'yes',
      passwordauthentication: 'no',
      kbdinteractiveauthentication: 'no',
      forwardagent: 'no',
      permitlocalcommand: 'no',
      updatehostkeys: 'false',
      controlmaster: 'false',
    })
    expect([...options.values()].filter((value) => /\.ssh|etc\/ssh/.test(value))).toEqual([])
    expect(options.has('proxycommand')).toBe(false)
  })

  it('has no key at all where none is given', async () => {
    await using session = await sessions().open({ ...use, privateKey: undefined })
    expect(Object.fromEntries(effective(session))).toMatchObject({
      pubkeyauthentication: 'false',
      identityfile: 'none',
      identityagent: 'none',
    })
    expect(readdirSync(dirname(configOf(session))).sort()).toEqual(['known_hosts', 'ssh_config'])
  })

  it('accepts an unknown server, and of a known one nothing but its key', async () => {
    const open = sessions()
    await using first = await open.open(use)
    expect(effective(first).get('stricthostkeychecking')).toBe('accept-new')
    expect(await first.acceptedHostKey()).toBeUndefined()
    const known = [{ type: 'ssh-ed25519', public_key: blobOf(ed25519.public).toString('base64') }]
    await using again = await open.open({ ...use, known })
    expect(effective(again).get('stricthostkeychecking')).toBe('true')
    expect(effective(again).get('hostkeyalgorithms')).toMatch(/^ssh-ed25519,/)
    expect(await again.acceptedHostKey()).toEqual(known[0])
  })

  it('refuses RSA keys under 2048 bits, where its OpenSSH knows how', async () => {
    await using session = await sessions().open(use)
    expect(effective(session).get('requiredrsasize')).toBe('2048')
    // for an older one that is no mistake: what it may not know is named before it comes
    const lines = readFileSync(configOf(session), 'utf8').split('\n')
    const [ignored, required] = ['IgnoreUnknown ', 'RequiredRSASize '].map((name) =>
      lines.findIndex((line) => line.startsWith(name)),
    )
    expect(lines[ignored!]).toMatch(/\bRequiredRSASize\b/)
    expect(ignored).toBeLessThan(required!)
  })

  it.each(keyPairs)('shows OpenSSH one key, and signs with it: $name', async (pair) => {
    await using session = await sessions().open({ ...use, privateKey: pair.private })
    const folder = dirname(configOf(session))
    const agent = { SSH_AUTH_SOCK: join(folder, 'agent'), PATH: searchPath }
    const listed = await output('ssh-add', ['-L'], agent)
    expect(listed.trim().split('\n')).toEqual([pair.public.split(' ').slice(0, 2).join(' ')])
    // ssh-add asks the agent to sign something, and checks it; of an rsa key it asks for SHA-1
    const signed = output('ssh-add', ['-T', join(folder, 'key.pub')], agent)
    if (pair.name === 'rsa') await expect(signed).rejects.toThrow('agent refused operation')
    else await signed
  })

  it('leaves nothing on the disk that is secret or that others may read', async () => {
    await using session = await sessions().open(use)
    const folder = dirname(configOf(session))
    const mode = (path: string) => statSync(path).mode & 0o777
    expect(mode(folder)).toBe(0o700)
    expect(mode(dirname(folder))).toBe(0o700)
    expect(mode(join(folder, 'agent'))).toBe(0o600)
    const files = readdirSync(folder).filter((name) => name !== 'agent')
    expect(files.sort()).toEqual(['key.pub', 'known_hosts', 'ssh_config'])
    for (const name of files) {
      expect(mode(join(folder, name)), name).toBe(0o600)
      expect(readFileSync(join(folder, name), 'utf8')).not.toContain('PRIVATE')
    }
  })

  it('leaves nothing at all when it is over, also while somebody is connected', async () => {
    const session = await sessions().open(use)
    const folder = dirname(configOf(session))
    const socket = connect(join(folder, 'agent'))
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    socket.on('error', () => {})
    await session[Symbol.asyncDispose]()
    await session[Symbol.asyncDispose]()
    await closed
    expect(existsSync(folder)).toBe(false)
  })

  it('leaves nothing when it is given up before it began, or cannot begin', async () => {
    const open = sessions()
    const signal = AbortSignal.abort()
    await expect(open.open({ ...use, signal })).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(open.open({ ...use, privateKey: 'none' })).rejects.toMatchObject({ code: 'SSH_KEY_INVALID' })
    const controller = new AbortController()
    const listen: ListenAt = async () => controller.abort()
    await expect(sessions({ listen }).open({ ...use, signal: controller.signal })).rejects.toMatchObject({
      code: 'ABORTED',
    })
    expect(readdirSync(sandbox.path('data', 'ssh'))).toEqual([])
  })

  it('is ended with all others when gitferry stops', async () => {
    const open = sessions()
    await open.open(use)
    await open.open(use)
    await open.close()
    expect(readdirSync(sandbox.path('data', 'ssh'))).toEqual([])
  })
})

describe('without a socket', () => {
  const listen: ListenAt = () => Promise.reject(Object.assign(new Error('no'), { code: 'EPERM' }))

  it('the key stands in a file of ours alone, a warning says so, and it is gone afterwards', async () => {
    const session = await sessions({ listen }).open(use)
    const folder = dirname(configOf(session))
    const options = effective(session)
    expect(options.get('identityfile')).toBe(join(folder, 'key'))
    expect(options.get('identityagent')).toBe('none')
    expect(statSync(join(folder, 'key')).mode & 0o777).toBe(0o600)
    // OpenSSH can read it
    const shown = execFileSync('ssh-keygen', ['-y', '-f', join(folder, 'key')], { encoding: 'utf8' })
    expect(blobOf(shown)).toEqual(blobOf(ed25519.public))
    expect(warnings).toEqual([expect.stringContaining('no socket can be had for an SSH agent')])
    await session[Symbol.asyncDispose]()
    expect(existsSync(folder)).toBe(false)
  })

  it.each(['EMFILE', 'ENOMEM'])(
    'for a moment (%s), the key is written nowhere: that is an error',
    async (code) => {
      let written: string[] = []
      const busy: ListenAt = (_, path) => {
        written = readdirSync(dirname(path))
        return Promise.reject(Object.assign(new Error('no'), { code }))
      }
      await expect(sessions({ listen: busy }).open(use)).rejects.toMatchObject({
        code: 'STORE_FAILED',
        message: expect.stringContaining(`(${code})`),
      })
      expect(written).toEqual([])
      expect(readdirSync(sandbox.path('data', 'ssh'))).toEqual([])
      expect(warnings).toEqual([])
    },
  )

  it('because every path is too long, it is the same', async () => {
    const long = (name: string) => sandbox.path(name, 'x'.repeat(100))
    mkdirSync(long('tmp'), { recursive: true })
    await using session = await sessions({ dataDir: long('data'), temporaryDir: long('tmp') }).open(use)
    expect(readdirSync(dirname(configOf(session)))).toContain('key')
    expect(warnings).toHaveLength(1)
  })
})

describe('the folder', () => {
  const cases = [
    ['too long for a socket', 'x'.repeat(100)],
    ['no path that ssh can be told', 'da"ta'],
    ['full of variables', '$HOME'],
  ] as const
  it.each(cases)('is made in the temporary folder where the data directory is %s', async (_, name) => {
    mkdirSync(sandbox.path('tmp'))
    const open = sessions({ dataDir: sandbox.path(name) })
    await using session = await open.open(use)
    expect(dirname(dirname(configOf(session)))).toBe(sandbox.path('tmp'))
    expect(readdirSync(dirname(configOf(session)))).toContain('agent')
    expect(warnings).toEqual([])
  })

  it.each(['with a space', "with'quote", 'per%cent', 'ä%d'])('may be named %j', async (name) => {
    await using session = await sessions({ dataDir: sandbox.path(name) }).open(use)
    // as git would start it
    const options = execFileSync(
      'sh',
      ['-c', `${session.command} "$@"`, 'ssh', '-G', 'git@git.example.com'],
      {
        encoding: 'utf8',
      },
    )
    expect(options).toContain(`userknownhostsfile ${sandbox.path(name)}`)
    expect(options).toContain('hostname 192.0.2.7')
  })

  it('that a killed gitferry left is swept at start, and nobody else’s', async () => {
    const mine = sessions({ dataDir: sandbox.path('x'.repeat(100)) })
    mkdirSync(sandbox.path('tmp'))
    await mine.open(use)
    const near = sessions()
    await near.open(use)
    mkdirSync(sandbox.path('tmp', 'gitferry-00000000-other'))
    writeFileSync(sandbox.path('tmp', 'gitferry-file'), '')
    expect(readdirSync(sandbox.path('tmp'))).toHaveLength(3)
    await sessions({ dataDir: sandbox.path('x'.repeat(100)) }).sweep()
    expect(readdirSync(sandbox.path('tmp')).sort()).toEqual(['gitferry-00000000-other', 'gitferry-file'])
    expect(readdirSync(sandbox.path('data', 'ssh'))).toHaveLength(1)
    await sessions().sweep()
    expect(readdirSync(sandbox.path('data', 'ssh'))).toEqual([])
    await Promise.all([mine.close(), near.close()])
  })
})

describe('ssh itself', () => {
  it('is told to be missing where it is, and found once it is installed', async () => {
    const folder = sandbox.path('bin')
    const open = sessions({ searchPath: `relative:${folder}` })
    await expect(open.open(use)).rejects.toMatchObject({
      code: 'GIT_MISSING',
      message: expect.stringContaining('No ssh was found'),
    })
    mkdirSync(folder)
    writeFileSync(join(folder, 'ssh'), '#!/bin/sh\n')
    await expect(open.open(use)).rejects.toMatchObject({ code: 'GIT_MISSING' })
    chmodSync(join(folder, 'ssh'), 0o755)
    await using session = await open.open(use)
    expect(session.command).toMatch(`'${join(folder, 'ssh')}' -F '`)
  })
})

/** What a program prints; not synchronous, for the agent that it asks is in this process. */
async function output(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [printed, said] = ['', '']
  child.stdout.on('data', (chunk) => {
    printed += chunk
  })
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${said}`)
  return printed
}
