/**
 * Fault matrix: no room left. For objects: git may write no larger file (`prlimit --fsize`), or its file system is full. For
 * records: SQLite may take no further page. A run says which of its needs was not met, nothing stands half-written, and with
 * room again the next run heals.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@gitferry/client'
import { createApiSandbox } from '@gitferry/core/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { addCommits } from './faults/add-commits.ts'
import { type FaultWorld, type FaultWorldOptions, faultWorld } from './faults/fault-world.ts'
import { type FullDatabase, fullDatabase } from './faults/full-database.ts'
import { leftOvers } from './faults/left-overs.ts'
import { allOf, endOf, expectHealed, expectTruth, outcomesOf } from './faults/prove-fault.ts'
import { startServer, stopServer } from './server-process.ts'

const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end()
})

async function worldOf(options: FaultWorldOptions): Promise<FaultWorld> {
  const world = await faultWorld(options)
  ended.push(() => world[Symbol.asyncDispose]())
  return world
}

const full = { status: 'failed', error_code: 'DISK_FULL', failure_class: 'local' } as const
const megabytes = 1_048_576

describe('a store that may not grow', () => {
  it('because no file may: git is killed for it, the run says so, and heals with the limit gone', async () => {
    const sandbox = createApiSandbox()
    ended.push(() => sandbox.remove())
    const { bareBackupPath, dataDir, originPath, root } = sandbox
    const server = await startServer(['--data-dir', dataDir, '--repo-root', root])
    ended.push(() => server.child.kill('SIGKILL'))
    const api = createClient({ baseUrl: server.url, fetch: server.fetch })
    const { id: repo_id } = await api.repos.register({ path: sandbox.clonePath })
    const branches = { source_branch: 'main', target_remote: 'backup', target_branch: 'main' }
    const task = await api.sync.tasks.create({ repo_id, ...branches })
    const run = async () => api.sync.runs.wait((await api.sync.tasks.run(task.id)).id)
    expect((await run()).status).toBe('success')

    /** For the server and what starts its gits; only the soft limit, so that everybody may take it back. */
    const limit = (bytes: number | 'unlimited') => {
      const { pid = 0 } = server.child
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
      for (const one of [pid, ...children.map(Number)]) {
        execFileSync('prlimit', ['--pid', String(one), `--fsize=${bytes}:`])
      }
    }
    const before = sandbox.oidOf(bareBackupPath, 'main')
    addCommits(originPath, ['main'], 12 * megabytes)
    // more than the records take, less than the pack
    limit(8 * megabytes)
    // on a busy machine this took so long that the server has let the idle connection go: that is to be seen first
    await sleep(10)
    const failed = await run()
    // the kernel kills what would write a larger file, so nobody is left to say why
    expect(endOf(failed)).toEqual({ ...full, error_code: 'GIT_FAILED' })
    // it fails before there is a plan
    expect(outcomesOf(failed)).toEqual([])
    expect(failed.error_message).toMatch(/killed while it wrote the objects.*ulimit -f/)
    expect(sandbox.oidOf(bareBackupPath, 'main')).toBe(before)
    expect(leftOvers(sandbox)).toEqual([])

    // and now no record either
    limit(4_096)
    await expect(api.sync.tasks.run(task.id)).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:DISK_FULL|STORAGE_FAILED)$/),
    })
    limit('unlimited')
    const { items } = await api.sync.runs.list()
    expect(items.map(({ status }) => status)).toEqual(['failed', 'success'])
    const healed = await run()
    expect(healed).toMatchObject({ status: 'success', refs_changed: 1 })
    expect(outcomesOf(healed)).toEqual([['refs/heads/main', 'updated']])
    expect(sandbox.oidOf(bareBackupPath, 'main')).toBe(sandbox.oidOf(originPath, 'main'))
    expect(leftOvers(sandbox)).toEqual([])
    expect(await stopServer(server)).toBe(0)
  })

  it('because its file system is full: the run says so, and heals with more room', async (context) => {
    const sandbox = createApiSandbox()
    ended.push(() => sandbox.remove())
    const dataDir = join(sandbox.dataDir, 'small')
    mkdirSync(dataDir)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', dataDir], { stdio: 'pipe' })
    } catch (error) {
      return context.skip(`no tmpfs can be mounted here: ${(error as Error).message}`)
    }
    ended.push(() => execFileSync('umount', ['-l', dataDir]))
    const world = await worldOf({ mode: 'mirror', options: { dataDir } })
    const before = world.target()
    world.commit(8 * megabytes)
    const run = await world.run()
    expect(endOf(run), run.error_message ?? '').toEqual(full)
    expect(run.error_message).toMatch(/no space left/i)
    expect(outcomesOf(run)).toEqual([])
    expect(world.target()).toEqual(before)
    expectTruth(world, run)
    expect(world.leftOvers()).toEqual([])
    world.sandbox.git(world.store(), 'fsck', '--full')
    execFileSync('mount', ['-o', 'remount,size=64m', dataDir])
    await expectHealed(world)
  })
})

describe('a database that may not grow', () => {
  async function withDatabase() {
    const sandbox = createApiSandbox()
    ended.push(() => sandbox.remove())
    const database = fullDatabase(join(sandbox.dataDir, 'records.db'))
    const [warning, complaint] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const logger = {
      debug() {},
      info() {},
      warn: (message: string) => void (message.startsWith('the storage failed') && warning.resolve()),
      error: () => complaint.resolve(),
    }
    const world = await worldOf({ mode: 'mirror', options: { storage: database.storage, logger } })
    /** They settle when the storage failed, and when what it was to take was given up. */
    return { world, database, warning: warning.promise, complaint: complaint.promise }
  }

  const statuses = async (world: FaultWorld) =>
    (await world.api.sync.runs.list({ page_size: 100 })).items.map(({ status }) => status)

  it('takes no run: whoever asks for one is told, and nothing is left of it', async () => {
    const { database, world } = await withDatabase()
    const before = world.target()
    world.commit()
    database.fill()
    await expect(world.api.sync.tasks.run(world.taskId)).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(world.target()).toEqual(before)
    expect(world.leftOvers()).toEqual([])
    expect(database.problems()).toEqual([])
    database.empty()
    expect(await statuses(world)).toEqual(['success'])
    await expectHealed(world)
    expect(database.problems()).toEqual([])
  })

  /** A run that finds the database full when it has come so far. */
  async function fullAt(
    step: 'fetched' | 'planned' | 'pushed',
    database: FullDatabase,
    world: FaultWorld,
  ): Promise<number> {
    const isFull = Promise.withResolvers<void>()
    const unsubscribe = world.api.on('run.progress', ({ phase }) => {
      if (phase !== step) return
      unsubscribe()
      database.fill()
      isFull.resolve()
    })
    world.commit()
    const { id } = await world.api.sync.tasks.run(world.taskId)
    await isFull.promise
    return id
  }

  it('for a moment, before the run may push, fails it with nothing moved: no effect goes without its entry', async () => {
    const { database, warning, world } = await withDatabase()
    const before = world.target()
    const id = await fullAt('fetched', database, world)
    // that the storage failed
    await warning
    expect(world.target()).toEqual(before)
    database.empty()
    const run = await world.api.sync.runs.wait(id)
    expect(endOf(run), run.error_message ?? '').toEqual(full)
    expect(outcomesOf(run)).toEqual([])
    expect(world.target()).toEqual(before)
    expect(world.leftOvers()).toEqual([])
    expect(database.problems()).toEqual([])
    await expectHealed(world)
  })

  it.each([
    ['the push is begun', 'planned'],
    ['the target took the push', 'pushed'],
  ] as const)('for a moment, when %s, costs the run nothing but time', async (_, step) => {
    const { database, warning, world } = await withDatabase()
    const id = await fullAt(step, database, world)
    // that the storage failed
    await warning
    expect(world.target()).toEqual(world.source())
    database.empty()
    const run = await world.api.sync.runs.wait(id)
    expect(run).toMatchObject({ status: 'success', refs_changed: 10, attempt: 1 })
    expect(outcomesOf(run)).toEqual(allOf(Object.keys(world.source()), 'updated'))
    expectTruth(world, run)
    expect(database.problems()).toEqual([])
    await expectHealed(world)
  })

  it('for long, when the target took the push, leaves the run to be taken up again, which tells what landed', async () => {
    const { complaint, database, world } = await withDatabase()
    const id = await fullAt('pushed', database, world)
    // that its end could not be recorded, after half a minute of the clock
    await complaint
    expect(await world.api.sync.runs.get(id)).toMatchObject({ status: 'running', refs: [] })
    expect(world.target()).toEqual(world.source())
    expect(world.leftOvers()).toEqual([])
    database.empty()
    const run = await world.api.sync.runs.wait(id)
    expect(run).toMatchObject({ status: 'success', refs_changed: 10, attempt: 2 })
    expect(outcomesOf(run)).toEqual(allOf(Object.keys(world.source()), 'updated'))
    expectTruth(world, run)
    expect(database.problems()).toEqual([])
    await expectHealed(world)
  })
})
