import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GitferryError } from '../../src/errors/index.ts'
import { updateRefs } from '../../src/git/commands/update-ref.ts'
import { lockPatienceMs, StoreLocks } from '../../src/git/store-locks.ts'
import { type LogFields, silentLogger } from '../../src/ports/logger.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'
import { createTestClock, type TestClock } from '../../src/testing/test-clock.ts'
import { runnerIn } from './fake-git.ts'

const minute = 60_000
const hour = 60 * minute

let sandbox: GitSandbox
let clock: TestClock
let warnings: LogFields[]
let locks: StoreLocks
let path: string
beforeEach(() => {
  sandbox = createGitSandbox()
  clock = createTestClock()
  warnings = []
  const logger = {
    ...silentLogger,
    warn: (_: string, fields?: LogFields) => void warnings.push(fields ?? {}),
  }
  locks = new StoreLocks({ clock, logger })
  path = sandbox.bare('store')
})
afterEach(() => sandbox.dispose())

const leave = (name: string, ageMs: number) => {
  const file = join(path, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, '')
  const at = (clock.now() - ageMs) / 1_000
  utimesSync(file, at, at)
}
const isThere = (name: string) => existsSync(join(path, name))
const locked = new GitferryError('GIT_FAILED', 'x', { details: { reason: 'locked' } })

/** Moves the clock on until the promise settles. */
async function waited<Value>(promise: Promise<Value>): Promise<Value> {
  let isSettled = false
  const settled = promise.finally(() => {
    isSettled = true
  })
  settled.catch(() => {})
  while (!isSettled) {
    await new Promise((resolve) => setImmediate(resolve))
    if (clock.pending > 0) await clock.advance(100)
  }
  return settled
}

describe('after a run that a lock stopped', () => {
  it('a lock older than git holds one is removed, with a word in the log', async () => {
    leave('refs/heads/main.lock', hour)
    expect(await waited(locks.unlock(path, 'u', locked))).toBe('unlocked')
    expect(isThere('refs/heads/main.lock')).toBe(false)
    expect(warnings).toEqual([{ uuid: 'u', name: 'refs/heads/main.lock', age_ms: hour }])
  })

  it('a younger lock is waited for', async () => {
    leave('packed-refs.lock', minute)
    const started = clock.now()
    clock.setTimer(1_200, () => rmSync(join(path, 'packed-refs.lock')))
    expect(await waited(locks.unlock(path, 'u', locked))).toBe('unlocked')
    expect(clock.now() - started).toBeLessThan(lockPatienceMs)
    expect(warnings).toEqual([])
  })

  it('a younger lock that stays is reported and left alone', async () => {
    leave('packed-refs.lock', minute)
    leave('config.lock', minute)
    expect(await waited(locks.unlock(path, 'u', locked))).toBe('held')
    expect(isThere('packed-refs.lock')).toBe(true)
    expect(isThere('config.lock')).toBe(false)
    expect(warnings.at(-1)).toEqual({
      uuid: 'u',
      locks: [{ name: 'packed-refs.lock', age_ms: minute + lockPatienceMs }],
    })
  })

  it('an unfinished pack of another git stops nobody', async () => {
    leave('objects/pack/tmp_pack_a', minute)
    expect(await waited(locks.unlock(path, 'u', locked))).toBe('unlocked')
    expect(isThere('objects/pack/tmp_pack_a')).toBe(true)
  })

  it('waiting is given up with the run, and leaves no timer', async () => {
    leave('packed-refs.lock', minute)
    const controller = new AbortController()
    clock.setTimer(700, () => controller.abort())
    const unlocked = locks.unlock(path, 'u', locked, { signal: controller.signal })
    await expect(waited(unlocked)).rejects.toMatchObject({ code: 'ABORTED' })
    expect(clock.pending).toBe(0)
  })

  it('nothing is looked at for a failure of another kind', async () => {
    leave('packed-refs.lock', hour)
    expect(await locks.unlock(path, 'u', new Error('x'))).toBe('not-locked')
    expect(isThere('packed-refs.lock')).toBe(true)
  })

  it('what git itself says of a lock is understood, and git works again', async () => {
    const oid = sandbox.history(path, { commits: 1 })
    const run = () =>
      runnerIn(sandbox.dir).run(updateRefs([{ ref: 'refs/heads/other', oid, expected: null }]), {
        gitDir: path,
      })
    leave('refs/heads/other.lock', hour)
    const error = await run().catch((thrown: unknown) => thrown)
    expect(await waited(locks.unlock(path, 'u', error))).toBe('unlocked')
    expect(await run()).toEqual({ outcome: 'updated' })
  })
})

describe('clearing up', () => {
  it('takes everything of a killed git, however young, where no other can be at work', async () => {
    leave('packed-refs.lock', 0)
    leave('objects/tmp_objdir-incoming-a/pack/x.pack', 0)
    await locks.clear(path, 'u', { onlyStale: false })
    expect(isThere('packed-refs.lock')).toBe(false)
    expect(isThere('objects/tmp_objdir-incoming-a')).toBe(false)
  })

  it('takes only what is stale where others may be', async () => {
    leave('packed-refs.lock', minute)
    leave('shallow.lock', hour)
    await locks.clear(path, 'u', { onlyStale: true })
    expect(isThere('packed-refs.lock')).toBe(true)
    expect(isThere('shallow.lock')).toBe(false)
  })
})
