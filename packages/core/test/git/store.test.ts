import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GitferryError } from '../../src/errors/index.ts'
import type { GitCommand, GitRunner, GitRunOptions } from '../../src/git/command.ts'
import { Store, type StoreSource, Stores } from '../../src/git/store.ts'
import { silentLogger } from '../../src/ports/logger.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'
import { createTestClock } from '../../src/testing/test-clock.ts'
import { runnerIn } from './fake-git.ts'

const uuid = '6f2b2a8e-0c0a-4d0f-9a55-0123456789ab'
const otherUuid = '6f2b2a8e-0c0a-4d0f-9a55-ba9876543210'

/** Counts what is run. */
class CountingRunner implements GitRunner {
  readonly verbs: string[] = []
  readonly #runner: GitRunner
  before: (verb: string) => void = () => {}

  constructor(runner: GitRunner) {
    this.#runner = runner
  }

  async run<Result>(command: GitCommand<Result>, options?: GitRunOptions): Promise<Result> {
    const verb = command.args[0] ?? ''
    this.verbs.push(verb)
    this.before(verb)
    return this.#runner.run(command, options)
  }
}

let sandbox: GitSandbox
let runner: CountingRunner
let stores: Stores
let warnings: string[]
beforeEach(() => {
  sandbox = createGitSandbox()
  runner = new CountingRunner(runnerIn(sandbox.dir))
  warnings = []
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) }
  stores = new Stores({ runner, dataDir: sandbox.dir, repoRoots: null, clock: createTestClock(), logger })
})
afterEach(() => sandbox.dispose())

const storesDir = (...names: string[]): string => sandbox.path('stores', ...names)
const gitDirOf = (repo: string): string => (repo.endsWith('.git') ? repo : join(repo, '.git'))
const source = (repo: string, format: 'sha1' | 'sha256' = 'sha1'): StoreSource => ({
  uuid,
  git_dir: gitDirOf(repo),
  common_dir: gitDirOf(repo),
  object_format: format,
})

describe('open', () => {
  it.each(['sha1', 'sha256'] as const)('makes a store and seeds it with what is here: %s', async (format) => {
    const upstream = sandbox.repository('upstream', { objectFormat: format })
    const oid = sandbox.commit(upstream)
    sandbox.run(upstream, 'tag', 'v1')
    const clone = sandbox.clone(upstream, 'a clone %41')
    const own = sandbox.commit(clone)
    const store = await stores.open(source(clone, format))
    expect(store).toEqual(new Store(storesDir(`${uuid}.git`), uuid))
    expect(sandbox.refs(store.path)).toEqual({
      'refs/gitferry/seed/heads/main': own,
      'refs/gitferry/seed/remotes/origin/HEAD': oid,
      'refs/gitferry/seed/remotes/origin/main': oid,
      'refs/gitferry/seed/tags/v1': oid,
    })
    expect(sandbox.run(store.path, 'rev-parse', '--show-object-format')).toBe(format)
    expect(sandbox.run(store.path, 'fsck', '--full', '--strict')).toBe('')
    expect(statSync(store.path).mode & 0o777).toBe(0o700)
    expect(existsSync(join(store.path, 'hooks'))).toBe(false)
    expect(readdirSync(storesDir())).toEqual([`${uuid}.git`])
    expect(warnings).toEqual([])
  })

  it('makes an empty store of an empty repository', async () => {
    const store = await stores.open(source(sandbox.bare('empty')))
    expect(sandbox.refs(store.path)).toEqual({})
    expect(warnings).toEqual([])
  })

  it('runs no process where the store is there', async () => {
    const repo = source(sandbox.bare('repo'))
    const made = await stores.open(repo)
    runner.verbs.length = 0
    expect(await stores.open(repo)).toEqual(made)
    expect(runner.verbs).toEqual([])
  })

  it('makes one store for two who ask at once', async () => {
    const repo = source(sandbox.bare('repo'))
    const [one, two] = await Promise.all([stores.open(repo), stores.open(repo)])
    expect(one).toEqual(two)
    expect(runner.verbs.filter((verb) => verb === 'init')).toHaveLength(1)
  })

  it('leaves nothing in its place when it is given up', async () => {
    const repo = sandbox.repository('repo')
    sandbox.commit(repo)
    const controller = new AbortController()
    runner.before = (verb) => verb === 'fetch' && controller.abort()
    const opened = stores.open(source(repo), { signal: controller.signal })
    await expect(opened).rejects.toMatchObject({ code: 'ABORTED' })
    runner.before = () => {}
    const store = await stores.open(source(repo))
    expect(sandbox.refs(store.path)).toHaveProperty('refs/gitferry/seed/heads/main')
  })

  it('leaves nothing half-made when there is no space, and is made when there is', async () => {
    const repo = sandbox.repository('repo')
    sandbox.commit(repo)
    runner.before = (verb) => {
      if (verb === 'fetch') throw new GitferryError('DISK_FULL', 'There is no space left on the disk.')
    }
    await expect(stores.open(source(repo))).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(readdirSync(storesDir())).toEqual([])
    runner.before = () => {}
    expect(sandbox.refs((await stores.open(source(repo))).path)).toHaveProperty(
      'refs/gitferry/seed/heads/main',
    )
  })

  it('makes a store without a seed where the repository is damaged, and says so', async () => {
    const repo = sandbox.repository('repo')
    const oid = sandbox.commit(repo)
    writeFileSync(join(repo, '.git/refs/heads/torn'), `${oid.slice(0, 39)}${oid.endsWith('0') ? '1' : '0'}\n`)
    const store = await stores.open(source(repo))
    expect(sandbox.run(store.path, 'rev-parse', '--is-bare-repository')).toBe('true')
    expect(warnings).toHaveLength(1)
  })

  it('is not seeded by a repository that leads out of the roots by now', async () => {
    mkdirSync(sandbox.path('root'))
    const outside = sandbox.repository('outside')
    sandbox.commit(outside)
    const repo = sandbox.bare('root/repo')
    rmSync(repo, { recursive: true })
    renameSync(join(outside, '.git'), repo)
    renameSync(join(repo, 'objects'), sandbox.path('objects'))
    symlinkSync(sandbox.path('objects'), join(repo, 'objects'))
    const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) }
    const repoRoots = [sandbox.path('root')]
    const rooted = new Stores({ runner, dataDir: sandbox.dir, repoRoots, clock: createTestClock(), logger })
    const store = await rooted.open(source(repo))
    expect(sandbox.refs(store.path)).toEqual({})
    expect(warnings).toHaveLength(1)
    await stores.remove(uuid)
    expect(sandbox.refs((await stores.open(source(repo))).path)).not.toEqual({})
  })

  it('refuses a uuid that is none: it would be a path', async () => {
    const repo = { ...source(sandbox.bare('repo')), uuid: '../../elsewhere' }
    await expect(stores.open(repo)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  it('says when the data directory cannot be written', async () => {
    writeFileSync(storesDir(), 'a file')
    await expect(stores.open(source(sandbox.bare('repo')))).rejects.toMatchObject({ code: 'STORE_FAILED' })
  })
})

describe('sweep', () => {
  it('clears up after a crash and keeps what is good', async () => {
    const repo = sandbox.repository('repo')
    sandbox.commit(repo)
    const store = await stores.open(source(repo))
    const before = sandbox.refs(store.path)
    const leftOver = [
      'packed-refs.lock',
      'refs/gitferry/x.lock',
      'objects/pack/tmp_pack_abc123',
      'objects/pack/tmp_idx_abc123',
      'objects/tmp_objdir-incoming-abc/pack/x.pack',
      'objects/info/commit-graphs/commit-graph-chain.lock',
    ]
    for (const name of leftOver) {
      mkdirSync(join(store.path, name, '..'), { recursive: true })
      writeFileSync(join(store.path, name), '')
    }
    mkdirSync(storesDir(`.new-${otherUuid}-x/refs`), { recursive: true })
    mkdirSync(storesDir(`.old-${otherUuid}-x/refs`), { recursive: true })
    mkdirSync(storesDir('not-ours'))
    await stores.sweep()
    expect(readdirSync(storesDir()).sort()).toEqual([`${uuid}.git`, 'not-ours'])
    for (const name of leftOver) expect(existsSync(join(store.path, name)), name).toBe(false)
    expect(sandbox.refs(store.path)).toEqual(before)
    expect(sandbox.run(store.path, 'fsck', '--full')).toBe('')
  })

  it('removes stores of repositories that are no more, if it is told which are', async () => {
    const repo = source(sandbox.bare('repo'))
    await stores.open(repo)
    await stores.open({ ...repo, uuid: otherUuid })
    await stores.sweep(new Set([uuid]))
    expect(readdirSync(storesDir())).toEqual([`${uuid}.git`])
  })

  it.each<[string, (path: string) => void]>([
    ['has no configuration', (path) => rmSync(join(path, 'config'))],
    [
      'cannot be read',
      (path) => {
        rmSync(join(path, 'config'))
        mkdirSync(join(path, 'config'))
      },
    ],
    ['has another configuration than we write', (path) => sandbox.run(path, 'config', 'x.y', 'z')],
  ])('moves what nobody knows away, and does not remove it, where it %s', async (_, damage) => {
    const { path } = await stores.open(source(sandbox.bare('repo')))
    mkdirSync(sandbox.path('retired', `${uuid}.git`), { recursive: true })
    damage(path)
    await stores.sweep(new Set())
    expect(readdirSync(storesDir())).toEqual([])
    // one that is there already is not in the way
    const [second] = readdirSync(sandbox.path('retired')).filter((name) => name !== `${uuid}.git`)
    expect(existsSync(sandbox.path('retired', second ?? 'none', 'HEAD'))).toBe(true)
  })

  it('removes a store of a known repository whatever its configuration says by now', async () => {
    const { path } = await stores.open(source(sandbox.bare('repo')))
    sandbox.run(path, 'config', 'x.y', 'z')
    await stores.remove(uuid, { isHosted: false })
    expect(readdirSync(storesDir())).toEqual([])
    expect(existsSync(sandbox.path('retired'))).toBe(false)
  })

  it('has nothing to do before the first store', async () => {
    await stores.sweep()
    expect(existsSync(storesDir())).toBe(false)
  })
})

describe('a store that holds overwritten values', () => {
  const keep = async (): Promise<{ store: Store; oid: string }> => {
    const repo = sandbox.bare('source')
    const oid = sandbox.history(repo, { commits: 1 })
    const store = await stores.open(source(repo))
    sandbox.run(store.path, 'update-ref', 'refs/gitferry/kept/1/x/heads/main', oid)
    return { store, oid }
  }
  const kept = () => sandbox.path('kept', `${uuid}.git`)

  it('is moved aside when its repository is deleted', async () => {
    const { store, oid } = await keep()
    await stores.remove(uuid)
    expect(existsSync(store.path)).toBe(false)
    expect(sandbox.run(kept(), 'rev-parse', 'refs/gitferry/kept/1/x/heads/main')).toBe(oid)
  })

  it('is moved aside when nobody knows it at the start, packed refs or not', async () => {
    const { store, oid } = await keep()
    sandbox.run(store.path, 'pack-refs', '--all')
    await stores.sweep(new Set())
    expect(existsSync(store.path)).toBe(false)
    expect(sandbox.run(kept(), 'rev-parse', 'refs/gitferry/kept/1/x/heads/main')).toBe(oid)
  })
})

describe('remove and size', () => {
  it('removes a store, and one that is not there counts as removed', async () => {
    await stores.open(source(sandbox.bare('repo')))
    expect(await stores.size(uuid)).toBeGreaterThan(0)
    await stores.remove(uuid)
    await stores.remove(uuid)
    expect(readdirSync(storesDir())).toEqual([])
    expect(await stores.size(uuid)).toBe(0)
  })
})

describe('trackingRef', () => {
  const store = new Store('/x', uuid)

  it.each([
    ['origin', 'refs/heads/a/b', 'refs/remotes/origin/heads/a/b'],
    ['backup', 'refs/tags/v1', 'refs/remotes/backup/tags/v1'],
    ['local', 'refs/heads/main', 'refs/remotes/local/heads/main'],
  ])('%s %s → %s', (remote, ref, expected) => {
    expect(store.trackingRef(remote, ref)).toBe(expected)
  })

  it.each([
    ['origin', 'main'],
    ['origin', 'refs/notes/x'],
    ['origin', 'refs/heads/'],
    ['origin', 'refs/heads/a b'],
    ['a:b', 'refs/heads/x'],
    ['..', 'refs/heads/x'],
  ])('refuses %s %s', (remote, ref) => {
    expect(() => store.trackingRef(remote, ref)).toThrow(expect.objectContaining({ code: 'REF_INVALID' }))
  })
})

it('the configuration of a store lets objects be fetched by oid and runs no maintenance', async () => {
  const { path } = await stores.open(source(sandbox.bare('repo')))
  const config = sandbox.run(path, 'config', '--local', '--list').split('\n')
  expect(config).toEqual(
    expect.arrayContaining([
      'core.bare=true',
      'uploadpack.allowanysha1inwant=true',
      'gc.auto=0',
      'maintenance.auto=false',
    ]),
  )
  expect(readFileSync(join(path, 'HEAD'), 'utf8')).toBe('ref: refs/heads/main\n')
})
