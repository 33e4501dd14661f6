import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LfsServer, type LfsServerOptions } from '../../../../../test/lfs-server.ts'
import type { GitProgress } from '../../../src/git/command.ts'
import { fakeGit } from '../fake-git.ts'
import { folder, LfsWorld, needsGitLfs, oidOf, server } from './lfs-world.ts'

let world: LfsWorld
let ended: (() => unknown)[]
beforeEach(() => {
  world = new LfsWorld()
  ended = []
})
afterEach(async () => {
  for (const end of ended.reverse()) await end()
  world.sandbox.dispose()
})

async function serve(options: LfsServerOptions = {}): Promise<LfsServer> {
  const started = await LfsServer.start(options)
  ended.push(() => started.close())
  return started
}

/** Processes that work in the sandbox: every git of the runner, and whatever it started. */
const leftOver = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(world.sandbox.dir)
      } catch {
        // gone meanwhile, or a zombie
        return false
      }
    })
const big = 'x'.repeat(300_000)

describe('carrying LFS objects between two repositories of this machine', () => {
  const [source, target] = ['source.git', 'target.git']
  const at = (name: string) => world.sandbox.path(name)
  beforeEach(() => {
    world.sandbox.bare('source')
    world.sandbox.bare('target')
  })

  it('copies those of the push, and no others, without git-lfs', async () => {
    const tip = world.commit('one', 'two')
    for (const content of ['one', 'two', 'another']) world.put(at(source), content)
    world.git = fakeGit(world.sandbox.path('home'), '[ "$1" = lfs ] && exit 1; exec /usr/bin/git "$@"')
    await world.carry(tip, { source: folder(at(source)), target: folder(at(target)) })
    expect(world.read(at(target), 'one')).toBe('one')
    expect(world.read(at(target), 'two')).toBe('two')
    expect(world.read(at(target), 'another')).toBeUndefined()
    const inode = (name: string) => statSync(world.object(at(name), oidOf('one'))).ino
    expect(inode(source)).not.toBe(inode(target))
  })

  it('brings none where the source does not have them all, and says how many and which', async () => {
    const tip = world.commit('one', 'two')
    world.put(at(source), 'one')
    await expect(
      world.carry(tip, { source: folder(at(source)), target: folder(at(target)) }),
    ).rejects.toMatchObject({
      code: 'LFS_FAILED',
      details: { reason: 'missing', objects: 1 },
      message: expect.stringContaining(oidOf('two')),
    })
    expect(world.read(at(target), 'one')).toBeUndefined()
  })

  it('asks the source for nothing that the target has', async () => {
    const tip = world.commit('one')
    world.put(at(target), 'one')
    await world.carry(tip, { source: folder(at(source)), target: folder(at(target)) })
    expect(existsSync(`${at(source)}/lfs`)).toBe(false)
  })

  it('takes no object whose content is not what its name says, and leaves no half', async () => {
    const tip = world.commit('one')
    world.put(at(source), 'on3', oidOf('one'))
    await expect(
      world.carry(tip, { source: folder(at(source)), target: folder(at(target)) }),
    ).rejects.toMatchObject({
      code: 'LFS_FAILED',
      details: { reason: 'damaged' },
    })
    const left = readdirSync(`${at(target)}/lfs`, { recursive: true, withFileTypes: true })
    expect(left.filter((entry) => entry.isFile())).toEqual([])
  })

  it.each([
    ['the folder of the target', 'target.git'],
    ['the folder of the source', 'source.git'],
  ])('follows no link in the place of %s', async (_what, name) => {
    const tip = world.commit('one')
    const elsewhere = world.sandbox.path('elsewhere')
    world.put(at(source), 'one')
    mkdirSync(elsewhere)
    if (name === 'source.git') {
      world.put(elsewhere, 'one')
      rmSync(`${at(name)}/lfs`, { recursive: true })
    }
    symlinkSync(name === 'source.git' ? `${elsewhere}/lfs` : elsewhere, `${at(name)}/lfs`)
    await expect(
      world.carry(tip, { source: folder(at(source)), target: folder(at(target)) }),
    ).rejects.toMatchObject({
      code: 'LFS_FAILED',
      details: { reason: 'layout' },
    })
    expect(world.read(at(target), 'one')).toBeUndefined()
  })

  it('takes no link for an object', async () => {
    const tip = world.commit('one')
    world.put(at(source), 'one')
    const path = world.object(at(source), oidOf('one'))
    writeFileSync(world.sandbox.path('secret'), 'one')
    rmSync(path)
    symlinkSync(world.sandbox.path('secret'), path)
    await expect(
      world.carry(tip, { source: folder(at(source)), target: folder(at(target)) }),
    ).rejects.toMatchObject({
      code: 'LFS_FAILED',
      details: { reason: 'missing' },
    })
  })
})

describe('carrying LFS objects without git-lfs', () => {
  it('is refused where a server has to be asked, before anything is', async () => {
    const api = await serve()
    const tip = world.commit('one')
    world.git = fakeGit(
      world.sandbox.path('home'),
      `[ "$1" = lfs ] && { echo "git: 'lfs' is not a git command. See 'git --help'." >&2; exit 1; }; exec /usr/bin/git "$@"`,
    )
    await expect(
      world.carry(tip, { source: server(api.port, 'a.git'), target: server(api.port, 'b.git') }),
    ).rejects.toMatchObject({ code: 'LFS_MISSING', message: expect.stringContaining('Install git-lfs') })
    expect(api.requests).toEqual([])
  })
})

describe('carrying LFS objects between servers', () => {
  beforeEach(needsGitLfs)

  it('fetches and pushes those of the push, verified, with the login of each', async () => {
    const [from, to] = [
      await serve({ login: 'reader:one secret' }),
      await serve({ login: 'writer:two secret' }),
    ]
    from.add('a.git', 'one')
    from.add('a.git', big)
    from.add('a.git', 'another')
    const tip = world.commit('one', big)
    const seen: GitProgress[] = []
    await world.carry(
      tip,
      {
        source: server(from.port, 'a', 'reader:one secret'),
        target: server(to.port, 'b.git', 'writer:two secret'),
      },
      { onProgress: (step) => seen.push(step) },
    )
    expect(new Set(to.objects('b.git').keys())).toEqual(new Set([oidOf('one'), oidOf(big)]))
    expect(to.objects('b.git').get(oidOf(big))?.toString()).toBe(big)
    expect(from.batches).toEqual([{ operation: 'download', objects: 2 }])
    expect(to.batches).toEqual([{ operation: 'upload', objects: 2 }])
    expect(seen.map(({ stage, percent }) => `${stage} ${percent}`)).toEqual([
      'Downloading LFS objects 50',
      'Downloading LFS objects 100',
      'Uploading LFS objects 50',
      'Uploading LFS objects 100',
    ])
    expect(existsSync(world.staging)).toBe(false)
    expect(leftOver()).toEqual([])
  })

  it('works where both are the same repository of the same server: nothing is stored twice', async () => {
    const api = await serve()
    api.add('a.git', 'one')
    const tip = world.commit('one')
    await world.carry(tip, { source: server(api.port, 'a.git'), target: server(api.port, 'a.git') })
    expect(api.requests.filter((request) => request.startsWith('PUT'))).toEqual([])
  })

  it('brings objects from a server into a repository of this machine, and back', async () => {
    const api = await serve()
    const local = world.sandbox.bare('local')
    api.add('a.git', 'one')
    const tip = world.commit('one')
    await world.carry(tip, { source: server(api.port, 'a.git'), target: folder(local) })
    expect(world.read(local, 'one')).toBe('one')
    expect(execFileSync('git', ['--git-dir', local, 'lfs', 'env'], { encoding: 'utf8' })).toContain(
      `LocalMediaDir=${local}/lfs/objects`,
    )
    await world.carry(tip, { source: folder(local), target: server(api.port, 'b.git') })
    expect(api.objects('b.git').get(oidOf('one'))?.toString()).toBe('one')
    expect(existsSync(world.staging)).toBe(false)
  })

  it('says which objects the source does not have, and stores nothing', async () => {
    const [from, to] = [await serve(), await serve()]
    from.add('a.git', 'one')
    const tip = world.commit('one', 'two')
    await expect(
      world.carry(tip, { source: server(from.port, 'a.git'), target: server(to.port, 'b.git') }),
    ).rejects.toMatchObject({
      code: 'LFS_FAILED',
      details: { reason: 'missing', objects: 1 },
      message: expect.stringContaining(oidOf('two')),
    })
    expect(to.requests).toEqual([])
  })

  it.each([
    ['a refused login', { login: 'user:right' }, 'auth'],
    ['a full account', { quota: 2 }, 'quota'],
    ['a redirect', { redirectTo: 'http://127.0.0.1:9' }, 'redirect'],
  ] as const)('tells %s of the target, without the login', async (_what, options, reason) => {
    const [from, to] = [await serve(), await serve(options)]
    from.add('a.git', 'one')
    const tip = world.commit('one')
    const error = await world
      .carry(tip, {
        source: server(from.port, 'a.git'),
        target: server(to.port, 'b.git', 'user:wr0ng-secret'),
      })
      .catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'LFS_FAILED', details: { reason } })
    expect(JSON.stringify([error.message, error.details])).not.toMatch(/wr0ng-secret|dXNlcjp3/)
    expect(to.objects('b.git').size).toBe(0)
  })

  it('says that a server has no LFS', async () => {
    const none = createServer((_request, response) => response.writeHead(404).end('<html>'))
    await new Promise<void>((resolve) => none.listen(0, '127.0.0.1', resolve))
    ended.push(() => none.close())
    const { port } = none.address() as AddressInfo
    await expect(
      world.carry(world.commit('one'), { source: server(port, 'a.git'), target: server(port, 'b.git') }),
    ).rejects.toMatchObject({ code: 'LFS_FAILED', details: { reason: 'no_lfs' } })
  })

  it('sends the login to the remote’s own origin alone, wherever its objects are', async () => {
    const storage = await serve()
    const from = await serve({ login: 'user:secret', storageUrl: `http://127.0.0.1:${storage.port}` })
    from.add('a.git', 'one')
    const target = folder(world.sandbox.bare('target'))
    await expect(
      world.carry(world.commit('one'), { source: server(from.port, 'a.git', 'user:secret'), target }),
    ).rejects.toMatchObject({ code: 'LFS_FAILED', details: { reason: 'auth' } })
    expect(storage.storageLogins.length).toBeGreaterThan(0)
    expect(new Set(storage.storageLogins)).toEqual(new Set([null]))
  })

  it('goes to no address that the rules forbid, though the server names it', async () => {
    const inside = await serve()
    const from = await serve({ storageUrl: `http://localhost:${inside.port}` })
    from.add('a.git', 'one')
    world.allowOutgoing = [`127.0.0.1:${from.port}`]
    const target = folder(world.sandbox.bare('target'))
    await expect(
      world.carry(world.commit('one'), { source: server(from.port, 'a.git'), target }),
    ).rejects.toMatchObject({ code: 'LFS_FAILED', details: { reason: 'forbidden' } })
    expect(inside.requests).toEqual([])
  })

  it('connects to the address that was weighed, whatever the name resolves to for others', async () => {
    const from = await serve()
    from.add('a.git', 'one')
    world.allowOutgoing = ['lfs.example']
    const local = world.sandbox.bare('target')
    await expect(
      world.carry(world.commit('one'), {
        source: server(from.port, 'a.git', undefined, 'lfs.example'),
        target: folder(local),
      }),
    ).rejects.toMatchObject({ details: { reason: 'forbidden' } })
    world.allowOutgoing = ['lfs.example', '127.0.0.1']
    await world.carry(world.commit('one'), {
      source: server(from.port, 'a.git', undefined, 'lfs.example'),
      target: folder(local),
    })
    expect(world.lookups).toContain('lfs.example')
    expect(world.read(local, 'one')).toBe('one')
  })

  it('runs nothing and asks nobody that a hostile .lfsconfig or store config names', async () => {
    const [good, evil] = [await serve(), await serve()]
    good.add('a.git', 'one')
    const marker = world.sandbox.path('marker')
    const config = [
      '[lfs]',
      `url = http://127.0.0.1:${evil.port}/x.git/info/lfs`,
      `pushurl = http://127.0.0.1:${evil.port}/x.git/info/lfs`,
      'standalonetransferagent = evil',
      'fetchexclude = *',
      `storage = ${world.sandbox.path('stolen')}`,
      '[lfs "customtransfer.evil"]',
      'path = touch',
      `args = ${marker}`,
      '[lfs "extension.evil"]',
      `clean = touch ${marker}`,
      `smudge = touch ${marker}`,
      'priority = 0',
      '[remote "origin"]',
      `lfsurl = http://127.0.0.1:${evil.port}/x.git/info/lfs`,
      '[credential]',
      `helper = "!touch ${marker}"`,
      '[core]',
      `hooksPath = ${world.sandbox.path('hooks')}`,
      '',
    ].join('\n')
    world.sandbox.commit(world.repo, { file: '.lfsconfig', content: config })
    const tip = world.commit('one')
    world.sandbox.run(world.store, 'update-ref', 'refs/heads/main', tip)
    writeFileSync(`${world.store}/config`, config, { flag: 'a' })
    await world.carry(tip, { source: server(good.port, 'a.git'), target: server(good.port, 'b.git') })
    expect(good.objects('b.git').size).toBe(1)
    expect(evil.requests).toEqual([])
    expect(existsSync(marker)).toBe(false)
    expect(existsSync(world.sandbox.path('stolen'))).toBe(false)
  })

  it('is given up at once: no process, no half object, and the next attempt heals', async () => {
    const [from, to] = [await serve(), await serve()]
    from.add('a.git', big)
    from.holdsDownloads = true
    const tip = world.commit(big)
    const ends = { source: server(from.port, 'a.git'), target: server(to.port, 'b.git') }
    const stop = new AbortController()
    const carried = world.carry(tip, ends, { signal: stop.signal }).catch((error) => error)
    await from.waiting
    expect(leftOver()).not.toEqual([])
    stop.abort()
    expect(await carried).toMatchObject({ code: 'ABORTED' })
    expect(leftOver()).toEqual([])
    const left = readdirSync(world.staging, { recursive: true, withFileTypes: true })
    expect(left.filter((entry) => entry.isFile())).toEqual([])
    from.holdsDownloads = false
    await world.carry(tip, ends)
    expect(to.objects('b.git').get(oidOf(big))?.length).toBe(big.length)
  })

  it('is given up when nothing moves for the stall deadline', async () => {
    const from = await serve()
    from.add('a.git', big)
    from.holdsDownloads = true
    const ends = { source: server(from.port, 'a.git'), target: folder(world.sandbox.bare('target')) }
    await expect(world.carry(world.commit(big), ends, { stallTimeoutMs: 700 })).rejects.toMatchObject({
      code: 'GIT_STALLED',
    })
    expect(leftOver()).toEqual([])
  })

  it('keeps what has come when the target fails, and does not fetch it again', async () => {
    const [from, to] = [await serve(), await serve({ quota: 1 })]
    from.add('a.git', 'one')
    const tip = world.commit('one')
    const source = server(from.port, 'a.git')
    await expect(world.carry(tip, { source, target: server(to.port, 'b.git') })).rejects.toThrow('507')
    const good = await serve()
    await world.carry(tip, { source, target: server(good.port, 'b.git') })
    expect(from.requests.filter((request) => request.startsWith('GET'))).toHaveLength(1)
    expect(good.objects('b.git').size).toBe(1)
  })
})
