import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GitCommand, GitRunner, GitRunOptions } from '../../src/git/command.ts'
import { collectedFile, storeCondition } from '../../src/git/store-condition.ts'
import { StoreMaintenance } from '../../src/git/store-maintenance.ts'
import { type LogFields, silentLogger } from '../../src/ports/logger.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'
import { createTestClock, type TestClock } from '../../src/testing/test-clock.ts'
import { runnerIn } from './fake-git.ts'

let sandbox: GitSandbox
let clock: TestClock
let verbs: string[]
let logged: LogFields[]
let maintenance: StoreMaintenance
let store: { path: string; uuid: string }
beforeEach(() => {
  sandbox = createGitSandbox()
  clock = createTestClock()
  verbs = []
  logged = []
  const real = runnerIn(sandbox.dir)
  const runner: GitRunner = {
    run<Result>(command: GitCommand<Result>, options?: GitRunOptions) {
      verbs.push(command.args[0] ?? '')
      return real.run(command, options)
    },
  }
  const logger = { ...silentLogger, info: (_: string, fields?: LogFields) => void logged.push(fields ?? {}) }
  maintenance = new StoreMaintenance({ runner, clock, logger })
  store = { path: sandbox.bare('store'), uuid: 'u' }
  // every import leaves a pack, as every fetch does
  git('config', 'fastimport.unpackLimit', '0')
})
afterEach(() => sandbox.dispose())

const packsOf = () =>
  readdirSync(join(store.path, 'objects/pack')).filter((name) => name.endsWith('.pack')).length
const git = (...args: string[]) => sandbox.run(store.path, ...args)
const exists = (oid: string) => expect(git('cat-file', '-t', oid)).toBe('commit')

it('starts no git where nothing is due', async () => {
  sandbox.history(store.path, { commits: 3 })
  expect(await maintenance.maintain(store, { thorough: true })).toEqual([])
  expect(verbs).toEqual([])
})

it('rolls 50 packs up into few, and drops no object, reachable or not', async () => {
  const oids: string[] = []
  while (packsOf() < 49) oids.push(sandbox.history(store.path, { commits: 1 }))
  expect(await maintenance.maintain(store)).toEqual([])
  oids.push(sandbox.history(store.path, { commits: 1 }))
  git('update-ref', '-d', 'refs/heads/main')
  expect(await maintenance.maintain(store)).toEqual(['incremental-repack'])
  expect(packsOf()).toBeLessThan(5)
  for (const oid of oids) exists(oid)
  git('fsck', '--full')
})

it('packs refs when many are loose', async () => {
  const oid = sandbox.history(store.path, { commits: 1 })
  for (let number = 0; number < 20; number += 1) git('update-ref', `refs/remotes/o/heads/b${number}`, oid)
  const before = sandbox.refs(store.path)
  expect(await maintenance.maintain(store)).toEqual(['pack-refs'])
  expect(sandbox.refs(store.path)).toEqual(before)
  expect((await storeCondition(store.path)).looseRefs).toBe(0)
  expect(await maintenance.maintain(store)).toEqual([])
})

describe('the commit-graph', () => {
  it('is written with changed paths when enough came, and again only when enough came since', async () => {
    sandbox.history(store.path, { commits: 100 })
    expect(await maintenance.maintain(store)).toEqual(['commit-graph'])
    const [layer = ''] = readdirSync(join(store.path, 'objects/info/commit-graphs')).filter((name) =>
      name.endsWith('.graph'),
    )
    // the chunk of Bloom filters, gitformat-commit-graph(5)
    expect(readFileSync(join(store.path, 'objects/info/commit-graphs', layer)).includes('BDAT')).toBe(true)
    git('commit-graph', 'verify')
    expect(await maintenance.maintain(store)).toEqual([])
    sandbox.history(store.path, { commits: 300 })
    expect(await maintenance.maintain(store)).toEqual(['commit-graph'])
  })

  it('is not looked at again and again when what came had no new commit', async () => {
    sandbox.history(store.path, { commits: 100 })
    await maintenance.maintain(store)
    git('repack', '-a', '-d', '-f', '-q', '--window=1')
    await maintenance.maintain(store)
    verbs.length = 0
    expect(await maintenance.maintain(store)).toEqual([])
    expect(verbs).toEqual([])
  })
})

it('counts the objects of packs by their indexes, in both formats', async () => {
  for (const objectFormat of ['sha1', 'sha256'] as const) {
    const path = sandbox.bare(`counted-${objectFormat}`, { objectFormat })
    sandbox.run(path, 'config', 'fastimport.unpackLimit', '0')
    sandbox.history(path, { commits: 120 })
    const counted = Number(/in-pack: (\d+)/.exec(sandbox.run(path, 'count-objects', '-v'))?.[1])
    expect(counted).toBe(360)
    expect((await storeCondition(path)).objects).toBe(counted)
  }
})

describe('a collection', () => {
  const twoWeeks = 14 * 24 * 60 * 60_000
  const orphan = () => {
    const oid = sandbox.history(store.path, { commits: 1, branch: 'gone' })
    git('update-ref', '-d', 'refs/heads/gone')
    return oid
  }

  it('keeps what is younger than two weeks, notes when it was, and leaves its lock to nobody', async () => {
    await maintenance.maintain(store, { thorough: true })
    sandbox.history(store.path, { commits: 2_300 })
    const lost = orphan()
    expect(await maintenance.maintain(store, { thorough: true })).not.toContain('gc')
    await clock.advance(twoWeeks)
    expect(await maintenance.maintain(store)).not.toContain('gc')
    expect(await maintenance.maintain(store, { thorough: true })).toContain('gc')
    exists(lost)
    expect(JSON.parse(readFileSync(join(store.path, collectedFile), 'utf8')).at).toBe(clock.now())
    expect(existsSync(join(store.path, 'gc.pid'))).toBe(false)
    expect(await maintenance.maintain(store, { thorough: true })).toEqual([])
  })

  it('measures growth anew when a crash cut its note off', async () => {
    writeFileSync(join(store.path, collectedFile), '{"at":1')
    await maintenance.maintain(store)
    expect(JSON.parse(readFileSync(join(store.path, collectedFile), 'utf8'))).toEqual({
      at: clock.now(),
      objects: 0,
    })
  })
})

it('logs what was done, how long it took and the bytes before and after', async () => {
  sandbox.history(store.path, { commits: 100 })
  await maintenance.maintain(store)
  const bytes = expect.any(Number)
  expect(logged).toEqual([
    { uuid: 'u', task: 'commit-graph', ms: bytes, bytes_before: bytes, bytes_after: bytes },
  ])
  expect(logged[0]?.bytes_before).toBeGreaterThan(0)
})

it('gives up between and within its tasks', async () => {
  sandbox.history(store.path, { commits: 100 })
  const given = maintenance.maintain(store, { signal: AbortSignal.abort() })
  await expect(given).rejects.toMatchObject({ code: 'ABORTED' })
})
