import { chmodSync, existsSync, readdirSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RepoRow } from '../../src/contract/index.ts'
import type { GitCommand, GitRunner, GitRunOptions } from '../../src/git/command.ts'
import { KeptStores } from '../../src/git/kept-stores.ts'
import { Stores } from '../../src/git/store.ts'
import { type LogFields, silentLogger } from '../../src/ports/logger.ts'
import { KeyedLock } from '../../src/runtime/keyed-lock.ts'
import { ManagedStorage } from '../../src/runtime/managed-storage.ts'
import { checkEveryMs, nextCheck } from '../../src/services/check-date.ts'
import { KeptChecks } from '../../src/services/kept-checks.ts'
import { firstRoundMs, roundEveryMs, StoreCare } from '../../src/services/store-care.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'
import { newRepo, newRun, newTask } from '../../src/testing/storage/rows.ts'
import { createTestClock, type TestClock } from '../../src/testing/test-clock.ts'
import { runnerIn } from '../git/fake-git.ts'

const uuids = ['6f2b2a8e-0c0a-4d0f-9a55-0123456789ab', '7f2b2a8e-0c0a-4d0f-9a55-0123456789ab'] as const
const day = 24 * 60 * 60_000
const { signal } = new AbortController()

let sandbox: GitSandbox
let clock: TestClock
let storage: ManagedStorage
let lock: KeyedLock
let stores: Stores
let care: StoreCare
let verbs: string[]
let before: (verb: string) => unknown
let logged: { readonly message: string; readonly fields: LogFields | undefined }[]
beforeEach(async () => {
  sandbox = createGitSandbox()
  clock = createTestClock()
  lock = new KeyedLock()
  verbs = []
  logged = []
  before = () => {}
  const real = runnerIn(sandbox.dir)
  const runner: GitRunner = {
    async run<Result>(command: GitCommand<Result>, options?: GitRunOptions) {
      const [verb = ''] = command.args
      verbs.push(verb)
      before(verb)
      return real.run(command, options)
    },
  }
  const log = (message: string, fields?: LogFields) => void logged.push({ message, fields })
  const logger = { ...silentLogger, info: log, warn: log, error: log }
  storage = new ManagedStorage(memoryStorage())
  await storage.open()
  const onSetAside = (uuid: string) => care.checkKept(uuid)
  stores = new Stores({ runner, dataDir: sandbox.dir, repoRoots: null, clock, logger, onSetAside })
  const keptStores = new KeptStores({ runner, dataDir: sandbox.dir, clock, logger, lock })
  const keptChecks = new KeptChecks({ storage, keptStores, runner, lock, clock, logger })
  care = new StoreCare({ storage, stores, keptChecks, lock, clock, logger })
})
afterEach(async () => {
  await care.stop()
  await storage.close()
  sandbox.dispose()
})

/** A registered repository, with its store. */
async function register(number: 0 | 1 = 0): Promise<RepoRow> {
  const path = sandbox.bare(`repo-${number}`)
  sandbox.history(path, { commits: 3 })
  const created_at = new Date(clock.now()).toISOString()
  const given = { uuid: uuids[number], git_dir: path, common_dir: path, created_at }
  const repo = await storage.collection('repos').insert(newRepo(`repo ${number}`, given))
  await stores.open(repo)
  verbs.length = 0
  logged.length = 0
  return repo
}
const row = async ({ id }: RepoRow) => (await storage.collection('repos').get(id)) as RepoRow
const storePath = ({ uuid }: RepoRow) => sandbox.path('stores', `${uuid}.git`)
const damage = (repo: RepoRow) => {
  const folder = join(storePath(repo), 'objects/pack')
  const pack = join(folder, readdirSync(folder).find((name) => name.endsWith('.pack')) ?? '')
  chmodSync(pack, 0o600)
  truncateSync(pack, 100)
}
const messages = () => logged.map(({ message }) => message)

describe('a store is checked', () => {
  it('at a random date of its first 30 days, the same after a restart, and every 30 days from then on', async () => {
    const made = '2026-01-01T00:00:00.000Z'
    const dates = Array.from({ length: 300 }, (_, number) =>
      nextCheck({ uuid: `${number}`, created_at: made, checked_at: null }),
    )
    const [first = 0, last = 0] = [Math.min(...dates), Math.max(...dates)]
    expect(first).toBeGreaterThanOrEqual(Date.parse(made))
    expect(last).toBeLessThan(Date.parse(made) + checkEveryMs)
    expect(last - first).toBeGreaterThan(0.9 * checkEveryMs)
    expect(nextCheck({ uuid: '7', created_at: made, checked_at: null })).toBe(dates[7])
    const checked_at = '2026-02-01T00:00:00.000Z'
    expect(nextCheck({ uuid: '7', created_at: made, checked_at })).toBe(Date.parse(checked_at) + 30 * day)
  })

  it('when its date has come, and not again for 30 days', async () => {
    const repo = await register()
    const due = nextCheck(repo)
    await clock.advanceTo(due - 1)
    await care.round({ signal })
    expect(verbs).toEqual([])
    await clock.advance(1)
    await care.round({ signal })
    expect(verbs).toEqual(['fsck', 'fsck'])
    expect((await row(repo)).checked_at).toBe(new Date(due).toISOString())
    expect(logged).toMatchObject([{ fields: { uuid: repo.uuid, result: 'sound', ms: expect.any(Number) } }])
    await clock.advance(checkEveryMs - 1)
    await care.round({ signal })
    expect(verbs).toHaveLength(2)
    await clock.advance(1)
    await care.round({ signal })
    expect(verbs).toHaveLength(4)
  })

  it('and healed, if it is damaged', async () => {
    const repo = await register()
    damage(repo)
    await clock.advanceTo(nextCheck(repo))
    await care.round({ signal })
    expect(logged).toMatchObject([
      { message: 'a damaged store was replaced; it is kept for a week' },
      { message: 'a store was checked', fields: { result: 'healed' } },
    ])
    expect(sandbox.run(storePath(repo), 'fsck', '--full')).toBe('')
    expect(sandbox.refs(storePath(repo))).toHaveProperty('refs/gitferry/seed/heads/main')
  })

  it('unless it was never made', async () => {
    const repo = await register()
    await stores.remove(repo.uuid)
    await clock.advanceTo(nextCheck(repo))
    await care.round({ signal })
    expect(verbs).toEqual([])
    expect((await row(repo)).checked_at).toBeNull()
    expect(existsSync(storePath(repo))).toBe(false)
  })
})

describe('a run comes first', () => {
  it.each(['pending', 'running'] as const)('a store with a run that is %s is left alone', async (status) => {
    const repo = await register()
    const task = await storage.collection('tasks').insert(newTask({ repo_id: repo.id }))
    await storage.collection('runs').insert(newRun({ task_id: task.id, repo_id: repo.id, status }))
    await clock.advanceTo(nextCheck(repo))
    await care.round({ signal })
    expect(verbs).toEqual([])
  })

  it('a store that somebody holds is left alone', async () => {
    const repo = await register()
    await clock.advanceTo(nextCheck(repo))
    const gate = Promise.withResolvers<void>()
    const held = lock.hold(`repo:${repo.id}`, () => gate.promise)
    await care.round({ signal })
    expect(verbs).toEqual([])
    gate.resolve()
    await held
  })

  it('a check gives way to a run that comes, and is done at a later round', async () => {
    const repo = await register()
    await clock.advanceTo(nextCheck(repo))
    let ran = Promise.resolve('')
    before = (verb) => {
      before = () => {}
      ran = lock.hold(`repo:${repo.id}`, async () => `run while ${verb}`)
    }
    await care.round({ signal })
    expect(await ran).toBe('run while fsck')
    expect(verbs).toEqual(['fsck'])
    expect((await row(repo)).checked_at).toBeNull()
    expect(messages()).toEqual(['looking after a store gave way to a run'])
    await care.round({ signal })
    expect((await row(repo)).checked_at).not.toBeNull()
  })
})

describe('a round', () => {
  it('goes on after a store that fails', async () => {
    const hosted = await register(0)
    const other = await register(1)
    const place = { is_hosted: true, common_dir: storePath(hosted), git_dir: storePath(hosted) }
    await storage.collection('repos').update(hosted.id, place)
    damage(hosted)
    await clock.advance(checkEveryMs)
    await care.round({ signal })
    expect(logged[0]).toMatchObject({ fields: { repo_id: hosted.id, error: { code: 'STORE_FAILED' } } })
    expect((await row(hosted)).checked_at).toBeNull()
    expect((await row(other)).checked_at).not.toBeNull()
  })

  it('does what a store needs, also what takes long', async () => {
    const repo = await register()
    const oid = sandbox.tip(repo.common_dir, 'main')
    for (let number = 0; number < 20; number += 1) {
      sandbox.run(storePath(repo), 'update-ref', `refs/remotes/o/heads/${number}`, oid)
    }
    verbs.length = 0
    await care.round({ signal })
    expect(verbs).toEqual(['pack-refs'])
  })

  it('comes some minutes after the start and every hour from then on, and stop ends one under way', async () => {
    const repo = await register()
    await storage.collection('repos').update(repo.id, { created_at: '2025-01-01T00:00:00.000Z' })
    const began = Promise.withResolvers<void>()
    before = () => began.resolve()
    care.start()
    await clock.advance(firstRoundMs - 1)
    expect(verbs).toEqual([])
    await clock.advance(1)
    await began.promise
    await care.stop()
    expect(verbs).toEqual(['fsck'])
    expect((await row(repo)).checked_at).toBeNull()
    expect(clock.pending).toBe(0)
    await clock.advance(roundEveryMs)
    expect(verbs).toEqual(['fsck'])
  })
})
