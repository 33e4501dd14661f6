import { chmodSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RepoRow } from '../../src/contract/index.ts'
import { GitferryError } from '../../src/errors/index.ts'
import type { GitCommand, GitRunner, GitRunOptions } from '../../src/git/command.ts'
import { KeptStores } from '../../src/git/kept-stores.ts'
import { Stores } from '../../src/git/store.ts'
import { type LogFields, silentLogger } from '../../src/ports/logger.ts'
import { KeyedLock } from '../../src/runtime/keyed-lock.ts'
import { ManagedStorage } from '../../src/runtime/managed-storage.ts'
import { checkEveryMs } from '../../src/services/check-date.ts'
import { KeptChecks } from '../../src/services/kept-checks.ts'
import { KeptValues } from '../../src/services/kept-values.ts'
import { StoreCare } from '../../src/services/store-care.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'
import { newRepo } from '../../src/testing/storage/rows.ts'
import { createTestClock, type TestClock } from '../../src/testing/test-clock.ts'
import { runnerIn } from '../git/fake-git.ts'
import { taking } from './kept-world.ts'

const uuid = '6f2b2a8e-0c0a-4d0f-9a55-0123456789ab'
const corrupt = new GitferryError('GIT_FAILED', 'git fetch failed.', { details: { reason: 'corrupt' } })
const { signal } = new AbortController()

let sandbox: GitSandbox
let clock: TestClock
let storage: ManagedStorage
let lock: KeyedLock
let stores: Stores
let keptStores: KeptStores
let care: StoreCare
let repo: RepoRow
let oid: string
let checked: number
let duringCheck: () => void
let onLog: () => void
let logged: { readonly level: string; readonly message: string; readonly fields: LogFields | undefined }[]

beforeEach(async () => {
  sandbox = createGitSandbox()
  clock = createTestClock()
  lock = new KeyedLock()
  logged = []
  checked = 0
  duringCheck = () => {}
  onLog = () => {}
  const real = runnerIn(sandbox.dir)
  const runner: GitRunner = {
    run<Result>(command: GitCommand<Result>, options?: GitRunOptions) {
      if (command.args[0] === 'fsck' && options?.gitDir === keptStores.path(uuid)) {
        checked += 1
        duringCheck()
      }
      return real.run(command, options)
    },
  }
  const log = (level: string) => (message: string, fields?: LogFields) => {
    logged.push({ level, message, fields })
    onLog()
  }
  const logger = { ...silentLogger, info: log('info'), warn: log('warn'), error: log('error') }
  storage = new ManagedStorage(memoryStorage())
  await storage.open()
  const shared = { runner, dataDir: sandbox.dir, clock, logger }
  const onSetAside = (damaged: string) => care.checkKept(damaged)
  stores = new Stores({ ...shared, repoRoots: null, onSetAside })
  keptStores = new KeptStores({ ...shared, lock })
  const keptChecks = new KeptChecks({ storage, keptStores, runner, lock, clock, logger })
  care = new StoreCare({ storage, stores, keptChecks, lock, clock, logger })
  await keepMain()
})
afterEach(async () => {
  await care.stop()
  await storage.close()
  sandbox.dispose()
})

/** A repository with a working store, out of which a run has kept the value of `main`. */
async function keepMain(): Promise<void> {
  const source = sandbox.bare('source')
  oid = sandbox.history(source, { commits: 8 })
  sandbox.run(source, 'repack', '-adq')
  const created_at = new Date(clock.now()).toISOString()
  const given = { uuid, git_dir: source, common_dir: source, created_at }
  repo = await storage.collection('repos').insert(newRepo('repo', given))
  const values = new KeptValues({ storage, clock, logger: silentLogger, keptStores, letGo: () => {} })
  const place = { repo, target_repo_id: repo.id, target_remote: 'backup' }
  const store = await stores.open(repo)
  await values.keep({ id: 7 }, { id: 3, keep_days: 30 }, place, store, [taking(oid, null)])
  await storage.collection('kept_refs').updateWhere({ repo_uuid: uuid }, { state: 'kept' })
}

/** Cuts off the pack of the working store, which the kept store has as well. */
function damage(): void {
  const folder = sandbox.path('stores', `${uuid}.git`, 'objects/pack')
  const pack = join(folder, readdirSync(folder).find((name) => name.endsWith('.pack')) ?? '')
  expect(statSync(pack).nlink, 'the pack is in both').toBeGreaterThan(1)
  chmodSync(pack, 0o600)
  truncateSync(pack, 100)
}

const ofKept = () => logged.filter(({ message }) => message.startsWith('a kept store'))
const monthOver = () =>
  clock.advanceTo(statSync(join(keptStores.path(uuid), 'config')).mtimeMs + checkEveryMs)

const isNamed = {
  level: 'error',
  message: expect.stringMatching(/put it back from a backup .*, or fetch the values named here/),
  fields: {
    uuid,
    kept: 1,
    values: [{ run_id: 7, target_remote: 'backup', ref: 'refs/heads/main' }],
  },
}

describe('a kept store is checked', () => {
  it('within 30 days, and not again for 30 days from then on', async () => {
    await care.round({ signal })
    await monthOver()
    await care.round({ signal })
    expect(ofKept()).toMatchObject([{ level: 'info', fields: { uuid, result: 'sound' } }])
    const times = checked
    await clock.advance(checkEveryMs - 1)
    await care.round({ signal })
    expect(checked).toBe(times)
    await clock.advance(1)
    await care.round({ signal })
    expect(ofKept()).toHaveLength(2)
  })

  it('also where the record of its repository is gone', async () => {
    await storage.collection('repos').delete(repo.id)
    await monthOver()
    await care.round({ signal })
    expect(ofKept()).toHaveLength(1)
  })

  it('and what is damaged is an error that names the values and says what to do, and stays in its place', async () => {
    damage()
    await stores.remove(uuid)
    await monthOver()
    await care.round({ signal })
    expect(ofKept()).toMatchObject([isNamed])
    expect(ofKept()[0]?.fields).toMatchObject({ values: [{ oid }], path: keptStores.path(uuid) })
    expect(readFileSync(join(keptStores.path(uuid), 'HEAD'), 'utf8')).toContain('refs/heads')
  })

  it('at once in the background when the working store was set aside as damaged', async () => {
    const told = Promise.withResolvers<void>()
    onLog = () => ofKept().length > 0 && told.resolve()
    care.start()
    damage()
    expect(await stores.heal(repo, corrupt)).toBe('healed')
    await told.promise
    expect(ofKept()).toMatchObject([isNamed])
  })

  it('later when a run wants it meanwhile, which is let through', async () => {
    const ran = Promise.withResolvers<void>()
    const told = Promise.withResolvers<void>()
    onLog = () => ofKept().length > 0 && told.resolve()
    duringCheck = () => {
      duringCheck = () => {}
      void lock.hold(`kept:${uuid}`, async () => ran.resolve())
    }
    care.start()
    care.checkKept(uuid)
    await ran.promise
    expect(ofKept()).toEqual([])
    await clock.advance(60_000)
    await told.promise
    expect(ofKept()).toMatchObject([{ fields: { result: 'sound' } }])
  })
})
