import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GitferryError } from '../../src/errors/index.ts'
import type { GitCommand, GitRunner, GitRunOptions } from '../../src/git/command.ts'
import type { HeldValue, KeptValue } from '../../src/git/kept-store.ts'
import { KeptStores } from '../../src/git/kept-stores.ts'
import { linkPacks } from '../../src/git/link-packs.ts'
import { type Store, Stores } from '../../src/git/store.ts'
import { silentLogger } from '../../src/ports/logger.ts'
import { KeyedLock } from '../../src/runtime/keyed-lock.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'
import { createTestClock } from '../../src/testing/test-clock.ts'
import { runnerIn } from './fake-git.ts'

const uuid = '6f2b2a8e-0c0a-4d0f-9a55-0123456789ab'
const main = 'refs/heads/main'

let sandbox: GitSandbox
let working: Stores
let kept: KeptStores
/** Called before each git; may throw, as a crash would cut it off. */
let before: (verb: string) => void
let verbs: string[]

beforeEach(() => {
  sandbox = createGitSandbox()
  const real = runnerIn(sandbox.dir)
  before = () => {}
  verbs = []
  const runner: GitRunner = {
    async run<Result>(command: GitCommand<Result>, options?: GitRunOptions) {
      verbs.push(command.args[0]!)
      before(command.args[0]!)
      return real.run(command, options)
    },
  }
  const shared = { runner, dataDir: sandbox.dir, clock: createTestClock(), logger: silentLogger }
  kept = new KeptStores({ ...shared, lock: new KeyedLock() })
  const retiring = { adopt: kept.adopt.bind(kept) }
  working = new Stores({ ...shared, repoRoots: null, retiring })
})
afterEach(() => sandbox.dispose())

const keptPath = (): string => sandbox.path('kept', `${uuid}.git`)
const packsOf = (gitDir: string): string[] =>
  readdirSync(join(gitDir, 'objects', 'pack')).filter((name) => name.endsWith('.pack'))
const keptRefs = (): Record<string, string> => sandbox.refs(keptPath())

/** A working store with a history, and the source it was made of. */
async function workingStore(
  format: 'sha1' | 'sha256' = 'sha1',
): Promise<{ store: Store; oid: string; repo: string }> {
  const repo = sandbox.bare('source', { objectFormat: format })
  const oid = sandbox.history(repo, { commits: 3 })
  const source = { uuid, git_dir: repo, common_dir: repo, object_format: format }
  return { store: await working.open(source), oid, repo }
}

/** One more commit, fetched into the store as a run would. */
function fetchOneMore(repo: string, store: Store, branch = 'main'): string {
  const oid = sandbox.history(repo, { commits: 1, branch })
  sandbox.run(
    store.path,
    'fetch',
    '-q',
    '--no-tags',
    repo,
    `+refs/heads/${branch}:refs/remotes/origin/heads/${branch}`,
  )
  sandbox.run(store.path, 'repack', '-d', '-q', '-l')
  return oid
}

async function keep(
  store: Store,
  values: readonly KeptValue[],
  { runId = 7, format = 'sha1' as 'sha1' | 'sha256' } = {},
): Promise<readonly HeldValue[]> {
  let held: readonly HeldValue[] = []
  const input = { uuid, object_format: format, from: store.path, runId, values }
  await kept.keep(input, {}, async (found) => {
    held = found
  })
  return held
}

describe('keeping', () => {
  it.each(['sha1', 'sha256'] as const)('makes a store that needs no other: %s', async (format) => {
    const { store, oid } = await workingStore(format)
    expect(await keep(store, [{ ref: main, oid }], { format })).toEqual([
      { ref: main, oid, kept_ref: 'refs/gitferry/kept/7/heads/main' },
    ])
    rmSync(store.path, { recursive: true })
    expect(keptRefs()).toEqual({ 'refs/gitferry/kept/7/heads/main': oid })
    expect(sandbox.run(keptPath(), 'fsck', '--full', '--strict')).toBe('')
    expect(sandbox.run(keptPath(), 'rev-list', '--count', oid)).toBe('3')
    expect(statSync(keptPath()).mode & 0o777).toBe(0o700)
    expect(readdirSync(sandbox.path('kept'))).toEqual([`${uuid}.git`])
  })

  it('links the packs and copies nothing', async () => {
    const { store, oid } = await workingStore()
    await keep(store, [{ ref: main, oid }])
    const packs = packsOf(store.path)
    expect(packs.length).toBeGreaterThan(0)
    expect(packsOf(keptPath())).toEqual(packs)
    for (const pack of packs) {
      const inode = (gitDir: string) => statSync(join(gitDir, 'objects', 'pack', pack)).ino
      expect(inode(keptPath())).toBe(inode(store.path))
    }
  })

  it('brings later values to the store that is there, and what is no pack too', async () => {
    const { store, oid, repo } = await workingStore()
    await keep(store, [{ ref: main, oid }])
    const packed = fetchOneMore(repo, store)
    const tree = sandbox.run(store.path, 'rev-parse', `${oid}^{tree}`)
    const loose = sandbox.run(store.path, 'commit-tree', '-m', 'loose', '-p', oid, tree)
    await keep(
      store,
      [
        { ref: main, oid: packed },
        { ref: 'refs/tags/v1', oid: loose },
      ],
      { runId: 8 },
    )
    rmSync(store.path, { recursive: true })
    expect(Object.values(keptRefs()).sort()).toEqual([oid, packed, loose].sort())
    expect(sandbox.run(keptPath(), 'fsck', '--full')).toBe('')
  })

  it('never changes what is kept: a second value of a ref in one run has a name of its own', async () => {
    const { store, oid, repo } = await workingStore()
    await keep(store, [{ ref: main, oid }])
    const next = fetchOneMore(repo, store)
    await keep(store, [{ ref: main, oid: next }])
    await keep(store, [{ ref: 'refs/heads/main/sub', oid }])
    expect(keptRefs()).toEqual({
      'refs/gitferry/kept/7/heads/main': oid,
      'refs/gitferry/kept/7/2/heads/main': next,
      'refs/gitferry/kept/7/3/heads/main/sub': oid,
    })
  })

  it('changes nothing and records it again where all is kept already', async () => {
    const { store, oid } = await workingStore()
    const first = await keep(store, [{ ref: main, oid }])
    verbs = []
    expect(await keep(store, [{ ref: main, oid }])).toEqual(first)
    expect(verbs).toEqual(['for-each-ref'])
  })

  it.each(['init', 'for-each-ref', 'fetch', 'update-ref'])(
    'that is cut off at the %s records nothing, leaves nothing in the way, and can be repeated',
    async (verb) => {
      const { store, oid } = await workingStore()
      before = (now) => {
        if (now === verb) throw new Error('cut off')
      }
      let recorded = false
      const input = {
        uuid,
        object_format: 'sha1' as const,
        from: store.path,
        runId: 7,
        values: [{ ref: main, oid }],
      }
      const record = async () => {
        recorded = true
      }
      await expect(kept.keep(input, {}, record)).rejects.toThrow('cut off')
      expect(recorded).toBe(false)
      expect(readdirSync(sandbox.path('kept'))).toEqual([])
      before = () => {}
      await keep(store, [{ ref: main, oid }])
      expect(Object.values(keptRefs())).toEqual([oid])
    },
  )

  it('refuses a value whose objects the working store has not whole', async () => {
    const { store, oid } = await workingStore()
    const [pack = ''] = packsOf(store.path)
    for (const kind of ['pack', 'idx', 'rev']) {
      rmSync(join(store.path, 'objects', 'pack', pack.replace(/pack$/, kind)), { force: true })
    }
    await expect(keep(store, [{ ref: main, oid }])).rejects.toMatchObject({ code: 'GIT_FAILED' })
    expect(existsSync(keptPath())).toBe(false)
  })

  it('clears up a lock that a killed git left, so that the next value can be kept', async () => {
    const { store, oid } = await workingStore()
    await keep(store, [{ ref: main, oid }])
    const lock = join(keptPath(), 'refs/gitferry/kept/8/heads/main.lock')
    mkdirSync(join(lock, '..'), { recursive: true })
    writeFileSync(lock, '')
    await expect(keep(store, [{ ref: main, oid }], { runId: 8 })).rejects.toMatchObject({
      code: 'GIT_FAILED',
    })
    await keep(store, [{ ref: main, oid }], { runId: 8 })
    expect(Object.keys(keptRefs())).toContain('refs/gitferry/kept/8/heads/main')
  })

  it('refuses a uuid that is none: it would be a path', () => {
    expect(() => kept.path('../../elsewhere')).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
  })
})

const otherDevice = tmpdir().startsWith('/dev/shm') ? '/tmp' : '/dev/shm'
const hasOtherDevice = existsSync(otherDevice) && statSync(otherDevice).dev !== statSync(tmpdir()).dev

it('across file systems the packs are copied whole', async ({ skip }) => {
  skip(!hasOtherDevice, `${otherDevice} is no file system of its own`)
  const { store, oid } = await workingStore()
  const far = join(otherDevice, `gitferry-${process.pid}-${Date.now()}.git`)
  try {
    sandbox.run(sandbox.dir, 'init', '-q', '--bare', far)
    await linkPacks(store.path, far)
    await linkPacks(store.path, far)
    expect(packsOf(far)).toEqual(packsOf(store.path))
    expect(readdirSync(join(far, 'objects', 'pack')).filter((name) => name.startsWith('tmp_'))).toEqual([])
    sandbox.run(far, 'cat-file', '-e', oid)
  } finally {
    rmSync(far, { recursive: true, force: true })
  }
})

describe('letting go', () => {
  const name = (runId: number) => `refs/gitferry/kept/${runId}/heads/main`

  it('drops what is not listed, and only compacting gives its objects up', async () => {
    const { store, oid, repo } = await workingStore()
    const side = fetchOneMore(repo, store, 'side')
    await keep(store, [{ ref: main, oid }])
    await keep(store, [{ ref: main, oid: side }], { runId: 8 })
    expect(await kept.retain(uuid, async () => new Set([name(7), name(8)]))).toBe(false)
    expect(await kept.retain(uuid, async () => new Set([name(7)]))).toBe(true)
    expect(keptRefs()).toEqual({ [name(7)]: oid })
    sandbox.run(keptPath(), 'cat-file', '-e', side)
    const tree = sandbox.run(keptPath(), 'rev-parse', `${oid}^{tree}`)
    const loose = sandbox.run(keptPath(), 'commit-tree', '-m', 'loose', tree)
    await kept.compact(uuid)
    expect(() => sandbox.run(keptPath(), 'cat-file', '-e', loose)).toThrow()
    expect(() => sandbox.run(keptPath(), 'cat-file', '-e', side)).toThrow()
    sandbox.run(store.path, 'cat-file', '-e', side)
    expect(sandbox.run(keptPath(), 'fsck', '--full')).toBe('')
    expect(packsOf(keptPath())).toHaveLength(1)
  })

  it('removes a store in which nothing is left', async () => {
    const { store, oid } = await workingStore()
    await keep(store, [{ ref: main, oid }])
    expect(await kept.retain(uuid, async () => new Set())).toBe(false)
    expect(readdirSync(sandbox.path('kept'))).toEqual([])
  })

  it('keeps what an earlier version kept, which is listed nowhere', async () => {
    const { store, oid } = await workingStore()
    const old = `refs/gitferry/kept/1/${oid}/heads/main`
    sandbox.run(store.path, 'update-ref', old, oid)
    expect(await kept.adopt({ uuid, object_format: 'sha1' }, store.path)).toBe(1)
    await keep(store, [{ ref: main, oid }])
    await kept.retain(uuid, async () => new Set())
    expect(keptRefs()).toEqual({ [old]: oid })
  })

  it('drops everything when it is told to', async () => {
    const { store, oid } = await workingStore()
    await keep(store, [{ ref: main, oid }])
    await kept.drop(uuid)
    await kept.drop(uuid)
    expect(readdirSync(sandbox.path('kept'))).toEqual([])
  })
})

it('gives a kept value to another repository', async () => {
  const { store, oid } = await workingStore()
  await keep(store, [{ ref: main, oid }])
  const other = sandbox.bare('other')
  await kept.fetchInto(other, uuid, [oid, oid])
  expect(sandbox.run(other, 'rev-list', '--count', oid)).toBe('3')
  expect(sandbox.refs(other)).toEqual({})
  await kept.drop(uuid)
  await expect(kept.fetchInto(other, uuid, [oid])).rejects.toMatchObject({ code: 'KEPT_REF_NOT_FOUND' })
})

it('clears up after a crash: half-made and half-removed stores, and locks', async () => {
  const { store, oid } = await workingStore()
  await keep(store, [{ ref: main, oid }])
  for (const rubbish of [`.new-${uuid}-x`, `.old-${uuid}-x`])
    mkdirSync(sandbox.path('kept', rubbish, 'refs'), { recursive: true })
  writeFileSync(join(keptPath(), 'packed-refs.lock'), '')
  await kept.sweep()
  expect(readdirSync(sandbox.path('kept'))).toEqual([`${uuid}.git`])
  expect(existsSync(join(keptPath(), 'packed-refs.lock'))).toBe(false)
})

describe('a working store in which an earlier version kept values', () => {
  const keepOld = (store: Store, oid: string): string => {
    const name = `refs/gitferry/kept/1/${oid}/heads/main`
    sandbox.run(store.path, 'update-ref', name, oid)
    return name
  }

  it('gives them to the kept store that is there before it is removed', async () => {
    const { store, oid, repo } = await workingStore()
    const next = fetchOneMore(repo, store)
    await keep(store, [{ ref: main, oid: next }])
    const old = keepOld(store, oid)
    await working.remove(uuid)
    expect(existsSync(store.path)).toBe(false)
    expect(keptRefs()).toEqual({ [old]: oid, 'refs/gitferry/kept/7/heads/main': next })
    expect(sandbox.run(keptPath(), 'fsck', '--full')).toBe('')
    expect(readdirSync(sandbox.path('kept'))).toEqual([`${uuid}.git`])
  })

  it('is moved aside whole where git cannot read them any more', async () => {
    const { store, oid } = await workingStore()
    await keep(store, [{ ref: main, oid }])
    keepOld(store, oid)
    const missing = oid.endsWith('0') ? `${oid.slice(0, -1)}1` : `${oid.slice(0, -1)}0`
    mkdirSync(join(store.path, 'refs/gitferry/kept/2'), { recursive: true })
    writeFileSync(join(store.path, 'refs/gitferry/kept/2/main'), `${missing}\n`)
    await working.remove(uuid)
    expect(existsSync(store.path)).toBe(false)
    const [aside = '', ...others] = readdirSync(sandbox.path('kept')).filter(
      (entry) => entry !== `${uuid}.git`,
    )
    expect(others).toEqual([])
    expect(
      sandbox.run(sandbox.path('kept', aside), 'rev-parse', `refs/gitferry/kept/1/${oid}/heads/main`),
    ).toBe(oid)
    await kept.sweep()
    expect(existsSync(sandbox.path('kept', aside))).toBe(true)
  })

  it('stays where it is while the disk is full', async () => {
    const { store, oid } = await workingStore()
    keepOld(store, oid)
    before = (verb) => {
      if (verb === 'fetch') throw new GitferryError('DISK_FULL', 'The disk is full.')
    }
    await expect(working.remove(uuid)).rejects.toMatchObject({ code: 'STORE_FAILED' })
    sandbox.run(store.path, 'cat-file', '-e', oid)
    expect(readdirSync(sandbox.path('kept'))).toEqual([])
    before = () => {}
    await working.remove(uuid)
    expect(Object.values(keptRefs())).toEqual([oid])
  })

  it('that an earlier version retired whole is used on as it is', async () => {
    const { store, oid, repo } = await workingStore()
    const old = keepOld(store, oid)
    mkdirSync(sandbox.path('kept'))
    sandbox.run(sandbox.dir, 'clone', '-q', '--mirror', store.path, keptPath())
    const next = fetchOneMore(repo, store)
    await keep(store, [{ ref: main, oid: next }])
    await kept.retain(uuid, async () => new Set(['refs/gitferry/kept/7/heads/main']))
    expect(keptRefs()).toMatchObject({ [old]: oid, 'refs/gitferry/kept/7/heads/main': next })
  })
})
