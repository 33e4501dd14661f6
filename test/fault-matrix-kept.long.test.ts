/**
 * Fault matrix: a run that takes something away from the target, two branches by force and one by a deletion, and does not
 * come through. What the target lost is kept and listed, each value once and with its objects; nothing else is.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '@gitferry/client'
import { createApiSandbox } from '@gitferry/core/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { addCommits } from './faults/add-commits.ts'
import { type FaultWorld, faultWorld, tenBranches } from './faults/fault-world.ts'
import type { Fault, RequestKind } from './faults/faulty-proxy.ts'
import { leftOvers } from './faults/left-overs.ts'
import {
  allOf,
  endOf,
  expectHealed,
  expectSameFailure,
  expectTruth,
  outcomesOf,
  type RunEnd,
  succeeded,
} from './faults/prove-fault.ts'
import { expectKept, overwriting, rewriteHistory } from './faults/rewrite-history.ts'
import { type ServerProcess, startScript, startServer, stopServer } from './server-process.ts'

const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end()
})

const failed = (error_code: string, failure_class: RunEnd['failure_class']): RunEnd => ({
  status: 'failed',
  error_code,
  failure_class,
})

interface PushRow {
  readonly name: string
  readonly on: RequestKind
  readonly fault: Fault
  /** Further tries of the run. Default 0. */
  readonly retries?: number
  readonly ends: RunEnd
  /** What is listed when the run has ended, though the target may have it still. */
  readonly listed: 'nothing' | 'all'
}

const pushes: readonly PushRow[] = [
  {
    name: 'is cut before the target took it keeps the old values: a server may still be at work on it',
    on: 'push',
    fault: { cutRequestAfter: 50_000 },
    ends: failed('GIT_UNREACHABLE', 'network'),
    listed: 'all',
  },
  {
    name: 'is refused lists nothing: the target has lost nothing',
    on: 'push',
    fault: { status: 403 },
    ends: failed('GIT_AUTH_FAILED', 'auth'),
    listed: 'nothing',
  },
  {
    name: 'is cut, and comes through at the second try, keeps each old value once',
    on: 'push',
    fault: { cutRequestAfter: 50_000 },
    retries: 1,
    ends: succeeded,
    listed: 'all',
  },
  {
    name: 'is cut after the target took it keeps the old values',
    on: 'push',
    fault: { cutAfter: 0, framing: 'length' },
    ends: succeeded,
    listed: 'all',
  },
]

describe('a push that overwrites and deletes, and', () => {
  const listed = async (world: FaultWorld) => (await world.api.sync.kept.list()).items

  it.each(pushes.map((row) => [row.name, row] as const))('%s', async (_, row) => {
    await using world = await faultWorld({
      mode: 'mirror',
      task: overwriting,
      options: { networkRetries: row.retries ?? 0 },
    })
    const { dataDir, originPath } = world.sandbox
    const before = world.target()
    const lost = rewriteHistory(originPath, tenBranches, 100_000)
    const now = world.source()
    const lands = row.ends === succeeded
    world.proxy.inject({ repository: 'backup.git', on: row.on, fault: row.fault, times: 1 })
    const run = await world.run()

    expect(endOf(run), run.error_message ?? '').toEqual(row.ends)
    expect(outcomesOf(run)).toEqual(allOf(Object.keys(before), lands ? 'updated' : 'failed'))
    const actions = run.refs.flatMap(({ action, target_ref }) => (target_ref in lost ? action : []))
    expect(actions.sort()).toEqual(['delete', 'force', 'force'])
    expect(world.target()).toEqual(lands ? now : before)
    expectTruth(world, run)
    if (!lands) expectSameFailure(run)
    expect(world.leftOvers()).toEqual([])
    if (row.listed === 'all') expectKept(await listed(world), { dataDir, lost, now })
    else expect(await listed(world)).toEqual([])

    world.proxy.heal()
    await expectHealed(world)
    const ofRun = (await listed(world)).filter(({ run_id }) => run_id === (lands ? run.id : run.id + 1))
    expect(Object.fromEntries(ofRun.map(({ oid, ref }) => [ref, oid]))).toEqual(lost)
    if (lands || row.listed === 'nothing') expectKept(await listed(world), { dataDir, lost, now })
  })
})

const crashing = fileURLToPath(new URL('./fixtures/crashing-server.ts', import.meta.url))

const steps = [
  { checkpoint: 'planned', when: 'before anything is kept', landed: false, attempt: 2 },
  { checkpoint: 'pushing', when: 'between keeping and pushing', landed: false, attempt: 2 },
  { checkpoint: 'pushed', when: 'before it is recorded', landed: true, attempt: 2 },
] as const

describe('a server that is killed in a run that overwrites and deletes', () => {
  it.each(steps)('$when keeps exactly what the target lost', async ({ attempt, checkpoint, landed }) => {
    const sandbox = createApiSandbox()
    ended.push(() => sandbox.remove())
    const { bareBackupPath, clonePath, dataDir, originPath, root } = sandbox
    const track = (server: ServerProcess) => {
      ended.push(async () => {
        server.child.kill('SIGKILL')
        await server.ended
      })
      return { server, api: createClient({ baseUrl: server.url, fetch: server.fetch }) }
    }
    const refsOf = (path: string) => {
      const lines = sandbox.git(path, 'for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads/line')
      return Object.fromEntries(lines.split('\n').map((line) => line.split(' ')))
    }
    for (const branch of tenBranches) sandbox.git(originPath, 'branch', branch, 'main')
    addCommits(originPath, tenBranches, 1_000)
    sandbox.git(originPath, 'push', '--quiet', bareBackupPath, 'refs/heads/line/*:refs/heads/line/*')
    const before = refsOf(bareBackupPath)
    const lost = rewriteHistory(originPath, tenBranches)
    const now = refsOf(originPath)

    const proof = join(dataDir, 'hit')
    const doomed = track(await startScript(crashing, [dataDir, root, checkpoint, proof]))
    const { id: repo_id } = await doomed.api.repos.register({ path: clonePath })
    const { id: task } = await doomed.api.sync.tasks.create({
      ...{ repo_id, source_remote: 'origin', target_remote: 'backup' },
      ...{ mode: 'mirror', refs: ['refs/heads/line/*'], tags: false },
      ...overwriting,
    })
    await doomed.api.sync.tasks.run(task).catch(() => {})
    expect(await doomed.server.ended).toBe('SIGKILL')
    expect(readFileSync(proof, 'utf8')).toBe(checkpoint)
    expect(refsOf(bareBackupPath)).toEqual(landed ? now : before)

    const { api, server } = track(await startServer(['--data-dir', dataDir, '--repo-root', root]))
    const { items: runs } = await api.sync.runs.list()
    expect(runs).toHaveLength(1)
    const run = await api.sync.runs.wait(runs[0]!.id)
    expect(endOf(run), run.error_message ?? '').toEqual(succeeded)
    expect(run).toMatchObject({ attempt, refs_changed: 10, refs_failed: 0 })
    expect(outcomesOf(run)).toEqual(allOf(Object.keys(before), 'updated'))
    expect(refsOf(bareBackupPath)).toEqual(now)
    expectKept((await api.sync.kept.list()).items, { dataDir, lost, now })

    const next = await api.sync.runs.wait((await api.sync.tasks.run(task)).id)
    expect(next).toMatchObject({ status: 'success', refs_changed: 0 })
    expectKept((await api.sync.kept.list()).items, { dataDir, lost, now })
    expect(leftOvers(sandbox)).toEqual([])
    expect((await api.audit.verify()).valid).toBe(true)
    expect(await stopServer(server)).toBe(0)
  })
})
