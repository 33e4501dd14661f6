/**
 * Fault matrix: a server over ssh whose host key changes, that stalls, or whose hooks decline. What holds over http holds
 * here, and no ssh, agent or key file stays behind.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { RunWithRefs } from '@gitferry/core'
import { afterEach, describe, expect, it } from 'vitest'
import { tenBranches } from './faults/fault-world.ts'
import { leftOvers } from './faults/left-overs.ts'
import { outcomesOf } from './faults/prove-fault.ts'
import { type RemoteWorld, remoteWorld } from './remote-world.ts'
import { makeKey, serveGitOverSsh, type TestKey } from './ssh-git-server.ts'

const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end()
})

const closed = 'refs/heads/line/7'
const ten = tenBranches.map((branch) => `refs/heads/${branch}`).sort()

/** Both repositories on one server over ssh that shows `hostKey`. */
async function overSsh(key: TestKey, hostKey: TestKey) {
  const world: RemoteWorld = await remoteWorld()
  ended.push(() => world[Symbol.asyncDispose]())
  const serve = async (shown: TestKey, port?: number) => {
    const server = await serveGitOverSsh({ hostKey: shown, authorized: [key], ...(port && { port }) })
    ended.push(() => server.close())
    return server
  }
  const server = await serve(hostKey)
  const { bareBackupPath, originPath } = world.sandbox
  const urlOf = (path: string) => `ssh://git@127.0.0.1:${server.port}${path}`
  const task = await world.addTask({ origin: urlOf(originPath), backup: urlOf(bareBackupPath) })
  await world.use('repo', { ssh_key_id: await world.addKey(key) })
  const target = () => world.sandbox.git(bareBackupPath, 'for-each-ref', 'refs/heads')
  const source = () => world.sandbox.git(originPath, 'for-each-ref', 'refs/heads/main')
  const left = () => leftOvers(world.sandbox)
  return { world, server, serve, task, target, source, left }
}

describe('a server over ssh', () => {
  const endOfRun = ({ error_code, failure_class, status }: RunWithRefs) => [status, error_code, failure_class]

  it('whose host key changes between two runs gets nothing more until a person says so', async () => {
    const [key, known, changed] = [makeKey(), makeKey(), makeKey()]
    const { left, serve, server, source, target, task, world } = await overSsh(key, known)
    expect((await world.run(task)).status).toBe('success')
    const before = target()
    world.sandbox.commit(world.sandbox.originPath, 'main', 'for the right server alone')
    await server.close()
    const imposter = await serve(changed, server.port)
    for (let run = 1; run <= 2; run += 1) {
      const { error_message, ...end } = await world.run(task)
      expect(endOfRun({ error_message, ...end })).toEqual(['failed', 'HOST_KEY_MISMATCH', 'trust'])
      expect(outcomesOf(end)).toEqual([])
      expect(error_message).toContain(known.fingerprint)
      expect(error_message).toContain(changed.fingerprint)
    }
    expect({ offered: imposter.offered, commands: imposter.commands }).toEqual({ offered: [], commands: [] })
    expect(target()).toBe(before)
    expect(left()).toEqual([])

    const [record] = (await world.api.hostKeys.list()).items
    await world.api.hostKeys.delete(record!.id)
    const healed = await world.run(task)
    expect(endOfRun(healed)).toEqual(['success', null, null])
    expect(outcomesOf(healed)).toEqual([['refs/heads/main', 'updated']])
    expect(target()).toBe(source())
    expect(left()).toEqual([])
  })

  it('that stalls is left after the task’s time, and so are its ssh and its agent', async () => {
    const key = makeKey()
    const { left, server, source, target, task, world } = await overSsh(key, makeKey())
    await world.api.sync.tasks.update(task, { stall_timeout_ms: 1_000 })
    const release = server.hold()
    const stalled = await world.run(task)
    expect(endOfRun(stalled)).toEqual(['failed', 'GIT_STALLED', 'network'])
    // it is the listing that stalls
    expect(outcomesOf(stalled)).toEqual([])
    expect(target()).toBe('')
    expect(left()).toEqual([])
    release()
    await world.api.sync.tasks.update(task, { stall_timeout_ms: 300_000 })
    const healed = await world.run(task)
    expect(endOfRun(healed)).toEqual(['success', null, null])
    expect(outcomesOf(healed)).toEqual([['refs/heads/main', 'updated']])
    expect(target()).toBe(source())
  })

  it('runs its hooks, and one that declines one of ten refs keeps back that one alone', async () => {
    const key = makeKey()
    const { left, task, world } = await overSsh(key, makeKey())
    const { bareBackupPath, originPath } = world.sandbox
    for (const branch of tenBranches) world.sandbox.git(originPath, 'branch', branch, 'main')
    await world.api.sync.tasks.update(task, { mode: 'mirror', refs: ['refs/heads/line/*'], tags: false })
    world.sandbox.hook(bareBackupPath, 'update', `[ "$1" != ${closed} ]`)
    const run = await world.run(task)
    expect(endOfRun(run)).toEqual(['partial', 'GIT_REJECTED', 'policy'])
    expect(outcomesOf(run)).toEqual(ten.map((ref) => [ref, ref === closed ? 'rejected' : 'updated']))
    expect(run.refs.find(({ target_ref }) => target_ref === closed)?.reason).toMatch(/hook declined/)
    const landed = world.sandbox.git(bareBackupPath, 'for-each-ref', '--format=%(refname)').split('\n')
    expect(landed).toEqual(ten.filter((ref) => ref !== closed))
    expect(left()).toEqual([])
    rmSync(join(bareBackupPath, 'hooks', 'update'))
    expect(endOfRun(await world.run(task))).toEqual(['success', null, null])
  })
})
