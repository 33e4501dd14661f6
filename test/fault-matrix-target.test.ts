/**
 * Fault matrix: a target that refuses. Hooks and rules are the target's business: what they forbid is told of the refs that
 * they forbid, in their own words, and everything else goes on.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type FaultWorld, type FaultWorldOptions, faultWorld, tenBranches } from './faults/fault-world.ts'
import { endOf, expectHealed, expectSameFailure, expectTruth, outcomesOf } from './faults/prove-fault.ts'
import { serveGit } from './git-http-server.ts'

const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end()
})

async function worldOf(options: FaultWorldOptions): Promise<FaultWorld> {
  const world = await faultWorld(options)
  ended.push(() => world[Symbol.asyncDispose]())
  return world
}

const closed = 'refs/heads/line/7'
const refused = { error_code: 'GIT_REJECTED', failure_class: 'policy' } as const
/** As servers mark what is for the person who pushes. */
const words = `GitLab: ${closed} is closed until Monday`

const ten = tenBranches.map((branch) => `refs/heads/${branch}`).sort()
const outcomes = (ofClosed: string, ofOthers: string) =>
  ten.map((ref) => [ref, ref === closed ? ofClosed : ofOthers])

interface HookRow {
  readonly name: string
  readonly hook: 'update' | 'pre-receive'
  readonly script: string
  readonly atomic: boolean
  readonly status: 'partial' | 'failed'
  readonly outcomes: readonly (readonly string[])[]
  readonly landed: readonly string[]
}

const declineOne = `case "$1" in ${closed}) echo "${words}" >&2; exit 1;; esac`
/** Reads what is to change: a hook that does not is free to fail for that alone. */
const declineAll = `while read old new ref; do if [ "$ref" = ${closed} ]; then echo "${words}" >&2; bad=1; fi; done; [ -z "$bad" ]`

const hooks: readonly HookRow[] = [
  {
    name: 'an update hook that declines one of ten refs: nine land, and the one is told in the hook’s words',
    hook: 'update',
    script: declineOne,
    atomic: false,
    status: 'partial',
    outcomes: outcomes('rejected', 'updated'),
    landed: ten.filter((ref) => ref !== closed),
  },
  {
    name: 'an update hook that declines one of ten refs of an atomic task: none lands',
    hook: 'update',
    script: declineOne,
    atomic: true,
    status: 'failed',
    outcomes: outcomes('rejected', 'failed'),
    landed: [],
  },
  {
    name: 'a pre-receive hook that minds one of ten refs: it declines the push, so none lands, and all are refused',
    hook: 'pre-receive',
    script: declineAll,
    atomic: false,
    status: 'failed',
    outcomes: outcomes('rejected', 'rejected'),
    landed: [],
  },
]

describe('a target with', () => {
  it.each(hooks.map((row) => [row.name, row] as const))('%s', async (_, row) => {
    const world = await worldOf({ mode: 'mirror', task: { atomic: row.atomic } })
    const { bareBackupPath } = world.sandbox
    const before = world.target()
    world.commit()
    world.sandbox.hook(bareBackupPath, row.hook, row.script)
    const run = await world.run()

    expect(endOf(run), run.error_message ?? '').toEqual({ status: row.status, ...refused })
    expect(outcomesOf(run)).toEqual(row.outcomes)
    const moved = Object.fromEntries(row.landed.map((ref) => [ref, world.source()[ref]]))
    expect(world.target()).toEqual({ ...before, ...moved })
    expectTruth(world, run)
    const one = run.refs.find(({ target_ref }) => target_ref === closed)
    expect(one).toMatchObject({ outcome: 'rejected', failure_class: 'policy' })
    expect(one?.reason).toMatch(/hook declined/)
    expect(one?.reason).toContain(words)
    expect(run.error_message).toContain(words)
    expect({ total: run.refs_total, changed: run.refs_changed, failed: run.refs_failed }).toEqual({
      total: 10,
      changed: row.landed.length,
      failed: 10 - row.landed.length,
    })
    expect(world.leftOvers()).toEqual([])

    // as long as the hook is there, nothing gets better, and nothing worse
    const again = await world.run()
    expect(endOf(again)).toEqual({ status: 'failed', ...refused })
    expect(world.target()).toEqual({ ...before, ...moved })
    rmSync(join(bareBackupPath, 'hooks', row.hook))
    await expectHealed(world)
  })

  it('a hook that declines the one branch of a task: the run fails with its words', async () => {
    const world = await worldOf({})
    const before = world.target()
    world.commit()
    const said = 'GitLab: You are not allowed to push here.'
    world.sandbox.hook(world.sandbox.bareBackupPath, 'pre-receive', `echo "${said}" >&2; exit 1`)
    const run = await world.run()
    expect(endOf(run)).toEqual({ status: 'failed', ...refused })
    expect(outcomesOf(run)).toEqual([['refs/heads/main', 'rejected']])
    expect(run.refs[0]?.reason).toContain(said)
    expect(run.error_message).toContain(said)
    expect(world.target()).toEqual(before)
    rmSync(join(world.sandbox.bareBackupPath, 'hooks', 'pre-receive'))
    await expectHealed(world)
  })

  it('no receive-pack takes no push: the run fails as one without the right to, and heals when it has it', async () => {
    let takesPushes = true
    const world = await worldOf({ serve: (root) => serveGit(root, { takesPushes: () => takesPushes }) })
    const before = world.target()
    world.commit()
    takesPushes = false
    const run = await world.run()
    expect(endOf(run)).toEqual({ status: 'failed', error_code: 'GIT_AUTH_FAILED', failure_class: 'auth' })
    expect(run.error_message).toMatch(/push.*403/)
    expect(outcomesOf(run)).toEqual([['refs/heads/main', 'failed']])
    expectSameFailure(run)
    expectTruth(world, run)
    expect(run.refs_changed).toBe(0)
    expect(world.proxy.requests.filter(({ kind }) => kind === 'push-greeting')).toHaveLength(1)
    expect(world.target()).toEqual(before)
    expect(world.leftOvers()).toEqual([])
    takesPushes = true
    await expectHealed(world)
  })
})

describe('a lock that somebody else holds at the target', () => {
  it('on one of ten refs is tried three times, keeps that one back alone, and is left alone', async () => {
    const world = await worldOf({ mode: 'mirror' })
    const before = world.target()
    const lock = join(world.sandbox.bareBackupPath, `${closed}.lock`)
    world.commit()
    writeFileSync(lock, '')
    const run = await world.run()
    expect(run).toMatchObject({ status: 'partial', error_code: 'GIT_REJECTED', failure_class: 'race' })
    expect(outcomesOf(run)).toEqual(outcomes('stale', 'updated'))
    expect(world.target()).toEqual({ ...world.source(), [closed]: before[closed] })
    expect(world.proxy.requests.filter(({ kind }) => kind === 'push')).toHaveLength(3)
    expect(world.leftOvers()).toEqual([lock])
    rmSync(lock)
    await expectHealed(world)
  })

  it('on the branch of a repository on this machine fails the run as a race, and is left alone', async () => {
    const world = await worldOf({ task: { target_remote: 'local', target_branch: 'copy' } })
    const { clonePath } = world.sandbox
    const copy = () => world.sandbox.oidOf(clonePath, 'copy')
    const [before, lock] = [copy(), join(clonePath, '.git', 'refs', 'heads', 'copy.lock')]
    world.commit()
    writeFileSync(lock, '')
    const run = await world.run()
    expect(endOf(run)).toEqual({ status: 'failed', error_code: 'GIT_REJECTED', failure_class: 'race' })
    expect(run.refs).toMatchObject([{ outcome: 'stale', failure_class: 'race' }])
    expect(copy()).toBe(before)
    expect(existsSync(lock)).toBe(true)
    rmSync(lock)
    expect(endOf(await world.run())).toMatchObject({ status: 'success' })
    expect(copy()).toBe(world.source()['refs/heads/main'])
    expect(world.leftOvers()).toEqual([])
  })
})
