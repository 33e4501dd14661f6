import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GitferryError, isGitferryError } from '../../src/errors/index.ts'
import type { GitRunner } from '../../src/git/command.ts'
import { compareCommits } from '../../src/git/commands/compare-commits.ts'
import { fetch } from '../../src/git/commands/fetch.ts'
import { pushRefs } from '../../src/git/commands/push.ts'
import { keepDamagedMs } from '../../src/git/damaged-stores.ts'
import { fileUrl } from '../../src/git/remote-url.ts'
import { type Store, type StoreSource, Stores } from '../../src/git/store.ts'
import { storeConfig } from '../../src/git/store-config.ts'
import { type LogFields, silentLogger } from '../../src/ports/logger.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'
import { createTestClock, type TestClock } from '../../src/testing/test-clock.ts'
import { runnerIn } from './fake-git.ts'

const uuid = '6f2b2a8e-0c0a-4d0f-9a55-0123456789ab'
const corrupt = new GitferryError('GIT_FAILED', 'git fetch failed.', { details: { reason: 'corrupt' } })

let sandbox: GitSandbox
let clock: TestClock
let runner: GitRunner
let stores: Stores
let warnings: { readonly message: string; readonly fields: LogFields | undefined }[]
let source: string
let target: string
let repo: StoreSource
let store: Store
beforeEach(async () => {
  sandbox = createGitSandbox()
  clock = createTestClock()
  runner = runnerIn(sandbox.dir)
  warnings = []
  const warn = (message: string, fields?: LogFields) => void warnings.push({ message, fields })
  const logger = { ...silentLogger, warn }
  stores = new Stores({ runner, dataDir: sandbox.dir, repoRoots: null, clock, logger })
  source = sandbox.bare('source')
  target = sandbox.bare('target')
  const clone = sandbox.bare('clone')
  sandbox.history(source, { commits: 8 })
  repo = { uuid, git_dir: clone, common_dir: clone, object_format: 'sha1' }
  await sync()
  store = await stores.open(repo)
})
afterEach(() => sandbox.dispose())

/** One sync as a run does it: fetch, compare, push. */
async function sync(): Promise<void> {
  const { path } = await stores.open(repo)
  const main = 'refs/heads/main'
  const fetched = [{ source: main, target: 'refs/remotes/origin/heads/main' }]
  const oid = sandbox.tip(source, main)
  const expected = sandbox.refs(target)[main] ?? null
  await runner.run(fetch({ url: fileUrl(source), protocol: 'file', refspecs: fetched }), { gitDir: path })
  const relation = await runner.run(compareCommits(oid, expected ?? oid), { gitDir: path })
  expect(relation, 'the commits are in the store').not.toBe('missing')
  if (expected === oid) return
  const updates = [{ ref: main, oid, expected }]
  const results = await runner.run(pushRefs({ url: fileUrl(target), protocol: 'file', updates }), {
    gitDir: path,
  })
  expect(results).toMatchObject([{ outcome: 'updated' }])
}

/** As a run worker does: once again after it was healed. Answers what the first attempt said. */
async function syncAndHeal(): Promise<unknown> {
  try {
    await sync()
    return undefined
  } catch (error) {
    expect(isGitferryError(error, 'GIT_FAILED') && error.details.reason, String(error)).toBe('corrupt')
    expect(await stores.heal(repo, error)).toBe('healed')
    await sync()
    return error
  }
}

const inStore = (...names: string[]) => join(store.path, ...names)
const packFile = (ending: string): string => {
  const name = readdirSync(inStore('objects/pack')).find((file) => file.endsWith(ending)) ?? ''
  const path = inStore('objects/pack', name)
  chmodSync(path, 0o600)
  return path
}
const overwrite = (path: string, at: number, bytes = 8) => {
  chmodSync(path, 0o600)
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(bytes, 0xff), 0, bytes, at)
  closeSync(file)
}
const unpack = () => {
  const pack = packFile('.pack')
  const bytes = readFileSync(pack)
  rmSync(inStore('objects/pack'), { recursive: true })
  mkdirSync(inStore('objects/pack'))
  const list = sandbox.path('unpacked.pack')
  writeFileSync(list, bytes)
  sandbox.run(store.path, '-c', 'alias.u=!git unpack-objects -q <', 'u', list)
}
const objectFile = (oid: string) => {
  const path = inStore('objects', oid.slice(0, 2), oid.slice(2))
  chmodSync(path, 0o600)
  return path
}
const tracking = 'refs/remotes/origin/heads/main'
const quarantine = () => readdirSync(sandbox.path('stores')).filter((name) => name.startsWith('.corrupt-'))

/** What is done to the store, and whether the sync stumbles over it (else it is mended by the fetch itself). */
const damages: readonly [string, () => void][] = [
  ['a pack is cut off', () => truncateSync(packFile('.pack'), 500)],
  ['a pack is empty', () => truncateSync(packFile('.pack'), 0)],
  ['bytes of the first object of a pack are turned', () => overwrite(packFile('.pack'), 14)],
  ['bytes in the middle of a pack are turned', () => overwrite(packFile('.pack'), 700, 300)],
  [
    'the checksum of a pack is turned',
    () => overwrite(packFile('.pack'), readFileSync(packFile('.pack')).length - 10),
  ],
  ['the head of an index is turned', () => overwrite(packFile('.idx'), 0)],
  ['the fan-out table of an index is turned', () => overwrite(packFile('.idx'), 10)],
  ['names in an index are turned', () => overwrite(packFile('.idx'), 1_036, 400)],
  ['an index is cut off', () => truncateSync(packFile('.idx'), 600)],
  ['an index is gone', () => rmSync(packFile('.idx'))],
  ['a pack is gone', () => rmSync(packFile('.pack'))],
  ['all objects are gone', () => rmSync(inStore('objects'), { recursive: true })],
  [
    'a loose object is empty',
    () => {
      unpack()
      truncateSync(objectFile(sandbox.tip(source, 'main')), 0)
    },
  ],
  [
    'a loose object is garbage',
    () => {
      unpack()
      overwrite(objectFile(sandbox.tip(source, 'main~2')), 0)
    },
  ],
  [
    'a commit amid the history is gone',
    () => {
      unpack()
      rmSync(objectFile(sandbox.tip(source, 'main~2')))
    },
  ],
  ['packed refs are garbage', () => writeFileSync(inStore('packed-refs'), 'what is this\n')],
  ['packed refs are zeros', () => writeFileSync(inStore('packed-refs'), Buffer.alloc(300))],
  [
    'packed refs are cut off',
    () => {
      sandbox.run(store.path, 'pack-refs', '--all')
      truncateSync(inStore('packed-refs'), 60)
    },
  ],
  ['HEAD is garbage', () => writeFileSync(inStore('HEAD'), 'garbage\n')],
  ['HEAD is empty', () => writeFileSync(inStore('HEAD'), '')],
  ['HEAD is gone', () => rmSync(inStore('HEAD'))],
  ['the refs are gone', () => rmSync(inStore('refs'), { recursive: true })],
  ['the configuration is garbage', () => writeFileSync(inStore('config'), '[core')],
  ['a ref is empty', () => writeFileSync(inStore(tracking), '')],
  ['a ref is zeros', () => writeFileSync(inStore(tracking), Buffer.alloc(41))],
  ['a ref names nothing', () => writeFileSync(inStore(tracking), `${'1'.repeat(40)}\n`)],
  [
    'the commit-graph is turned',
    () => {
      sandbox.run(store.path, 'commit-graph', 'write', '--reachable')
      overwrite(inStore('objects/info/commit-graph'), 300, 900)
    },
  ],
  [
    'the commit-graph is cut off',
    () => {
      sandbox.run(store.path, 'commit-graph', 'write', '--reachable')
      chmodSync(inStore('objects/info/commit-graph'), 0o600)
      truncateSync(inStore('objects/info/commit-graph'), 200)
    },
  ],
]

describe('a sync comes to its end, and the next ones too, after', () => {
  it.each(damages)('%s', async (_, damage) => {
    damage()
    for (const round of [1, 2]) {
      sandbox.history(source, { commits: 2 })
      await syncAndHeal()
      expect(sandbox.refs(target), `round ${round}`).toEqual(sandbox.refs(source))
    }
    sandbox.run(target, 'fsck', '--full')
  })
})

describe('what meets the damage first says so', () => {
  const refused = { code: 'GIT_FAILED', details: { reason: 'corrupt' } }

  it('a comparison, instead of taking the commits for missing', async () => {
    truncateSync(packFile('.pack'), 500)
    const compared = compareCommits(sandbox.tip(source, 'main'), sandbox.tip(source, 'main~3'))
    await expect(runner.run(compared, { gitDir: store.path })).rejects.toMatchObject(refused)
  })

  it('a push, instead of blaming the target for each ref', async () => {
    unpack()
    truncateSync(objectFile(sandbox.tip(source, 'main~2')), 0)
    const update = { ref: 'refs/heads/other', oid: sandbox.tip(source, 'main'), expected: null }
    const empty = { url: fileUrl(sandbox.bare('empty')), protocol: 'file' } as const
    const pushed = runner.run(pushRefs({ ...empty, updates: [update] }), { gitDir: store.path })
    await expect(pushed).rejects.toMatchObject(refused)
  })
})

describe('a check finds and heals', () => {
  it.each(damages)('%s', async (name, damage) => {
    damage()
    const isSound = ['an index is gone', 'a pack is gone'].includes(name) ? undefined : 'healed'
    if (isSound) expect(await stores.check(repo)).toBe(isSound)
    else await stores.check(repo)
    const { path } = await stores.open(repo)
    expect(sandbox.run(path, 'fsck', '--full', '--strict')).toBe('')
    expect(await stores.check(repo)).toBe('sound')
  })
})

describe('healing', () => {
  it('sets the damaged store aside under its time, says so, and seeds the new one', async () => {
    sandbox.run(sandbox.dir, 'clone', '-q', '--mirror', source, sandbox.path('seed.git'))
    rmSync(repo.common_dir, { recursive: true })
    sandbox.run(sandbox.dir, 'clone', '-q', '--mirror', source, repo.common_dir)
    truncateSync(packFile('.pack'), 500)
    expect(await stores.heal(repo, corrupt)).toBe('healed')
    expect(quarantine()).toEqual([`.corrupt-${uuid}-20260101T000000000Z`])
    expect(warnings).toMatchObject([
      { fields: { uuid, name: quarantine()[0], said: expect.stringMatching(/pack/) } },
    ])
    expect(sandbox.refs(store.path)).toHaveProperty('refs/gitferry/seed/heads/main')
  })

  it('lets a sound store be: what is damaged is at the other end', async () => {
    const before = sandbox.refs(store.path)
    expect(await stores.heal(repo, corrupt)).toBe('not-ours')
    expect(sandbox.refs(store.path)).toEqual(before)
    expect(quarantine()).toEqual([])
  })

  it('looks at no store for a failure of another kind', async () => {
    truncateSync(packFile('.pack'), 500)
    for (const reason of ['locked', 'fsck', 'other']) {
      const error = new GitferryError('GIT_FAILED', 'x', { details: { reason } })
      expect(await stores.heal(repo, error)).toBe('not-corrupt')
    }
    expect(await stores.heal(repo, new Error('x'))).toBe('not-corrupt')
    expect(quarantine()).toEqual([])
  })

  it('takes old objects that break a rule of today, but can be read, for no damage', async () => {
    const tree = sandbox.run(source, 'rev-parse', 'main^{tree}')
    const text = `tree ${tree}\nauthor A <a@b> 1 +051800\ncommitter A <a@b> 1 +051800\n\nold\n`
    writeFileSync(sandbox.path('commit'), text)
    const args = ['hash-object', '-t', 'commit', '-w', '--literally', sandbox.path('commit')]
    const oid = sandbox.run(store.path, ...args)
    sandbox.run(store.path, 'update-ref', 'refs/remotes/origin/heads/old', oid)
    expect(() => sandbox.run(store.path, 'fsck', '--full')).toThrow(/badTimezone/)
    expect(await stores.check(repo)).toBe('sound')
  })

  it('never replaces a hosted repository, and says what to do', async () => {
    const hosted = { ...repo, common_dir: store.path, git_dir: store.path, is_hosted: true }
    truncateSync(packFile('.pack'), 500)
    const healed = stores.heal(hosted, corrupt)
    await expect(healed).rejects.toMatchObject({ code: 'STORE_FAILED', details: { path: store.path } })
    await expect(healed).rejects.toThrow(/backup/)
    expect(existsSync(store.path)).toBe(true)
    expect(quarantine()).toEqual([])
  })

  it('does not replace what bears the mark of a hosted repository, whatever its record says', async () => {
    writeFileSync(inStore('config'), storeConfig({ objectFormat: 'sha1', isHosted: true }))
    truncateSync(packFile('.pack'), 500)
    await expect(stores.heal(repo, corrupt)).rejects.toMatchObject({ code: 'STORE_FAILED' })
    rmSync(inStore('HEAD'))
    await expect(stores.open(repo)).rejects.toMatchObject({ code: 'STORE_FAILED' })
    expect(existsSync(inStore('objects'))).toBe(true)
    expect(quarantine()).toEqual([])
  })

  it('can be given up, and the store stays in its place', async () => {
    truncateSync(packFile('.pack'), 500)
    const healed = stores.heal(repo, corrupt, { signal: AbortSignal.abort() })
    await expect(healed).rejects.toMatchObject({ code: 'ABORTED' })
    expect(quarantine()).toEqual([])
    expect(existsSync(inStore('HEAD'))).toBe(true)
  })
})

describe('a damaged store', () => {
  const damage = async () => {
    truncateSync(packFile('.pack'), 500)
    await stores.heal(repo, corrupt)
    warnings.length = 0
  }

  it('is named at each start for a week, and is gone after it', async () => {
    await damage()
    await clock.advance(keepDamagedMs - 1)
    await stores.sweep(new Set([uuid]))
    expect(warnings).toMatchObject([{ fields: { names: quarantine() } }])
    expect(quarantine()).toHaveLength(1)
    await clock.advance(1)
    await stores.removeOldDamaged()
    expect(quarantine()).toEqual([])
    expect(existsSync(store.path)).toBe(true)
  })

  it('that holds overwritten values keeps them beyond its week', async () => {
    sandbox.run(store.path, 'update-ref', 'refs/gitferry/kept/1/x/heads/main', sandbox.tip(source, 'main'))
    await damage()
    await clock.advance(keepDamagedMs)
    await stores.removeOldDamaged()
    expect(quarantine()).toEqual([])
    expect(existsSync(sandbox.path('kept', `${uuid}.git`, 'refs/gitferry/kept/1/x/heads/main'))).toBe(true)
  })
})
