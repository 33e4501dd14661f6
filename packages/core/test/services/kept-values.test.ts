import { rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PlanUpdate, RunRef, RunRow } from '../../src/contract/index.ts'
import { toRunRef } from '../../src/sync/to-run-ref.ts'
import { KeptWorld, taking } from './kept-world.ts'

const wanted = 'b'.repeat(40)
const dayMs = 86_400_000

describe.each(['memory', 'sqlite'] as const)('kept values over %s', (kind) => {
  let world: KeptWorld
  beforeEach(async () => {
    world = new KeptWorld(kind)
    await world.storage.open()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  const keep = async (run: RunRow, updates: readonly PlanUpdate[], task = world.task) =>
    world.values.keep(run, task, world.place, await world.store(), updates)
  const outcome = (update: PlanUpdate, outcome: RunRef['outcome'] = 'updated'): RunRef =>
    toRunRef(update, { outcome, reason: '', failure_class: null })
  const end = (run: RunRow, refs: readonly RunRef[] | 'nothing') =>
    world.storage.transaction(async (session) => {
      await session.collection('runs').update(run.id, { status: 'success' })
      await world.values.settle(session, run, refs)
    })

  it('are objects and refs first, then planned rows', async () => {
    const run = await world.run()
    await keep(run, [taking(world.oid, wanted)])
    const [row, ...others] = await world.rows()
    expect(others).toEqual([])
    expect(row).toMatchObject({
      run_id: run.id,
      task_id: 3,
      repo_id: 1,
      target_repo_id: 2,
      target_remote: 'backup',
      ref: 'refs/heads/main',
      oid: world.oid,
      became_oid: wanted,
      kept_ref: `refs/gitferry/kept/${run.id}/heads/main`,
      state: 'planned',
      kept_at: '2026-01-01T00:00:00.000Z',
      expires_at: '2026-01-31T00:00:00.000Z',
      restored_by_run_id: null,
    })
    rmSync((await world.store()).path, { recursive: true })
    expect(world.sandbox.run(world.keptPath, 'fsck', '--full')).toBe('')
    world.sandbox.run(world.keptPath, 'cat-file', '-e', world.oid)
  })

  it('leave no row where the kept store could not be written', async () => {
    world.before = (verb) => {
      if (verb === 'update-ref') throw new Error('cut off')
    }
    await expect(keep(await world.run(), [taking(world.oid, wanted)])).rejects.toThrow('cut off')
    expect(await world.rows()).toEqual([])
  })

  it('are of forced updates and deletions alone', async () => {
    const harmless: PlanUpdate[] = [
      { ...taking(world.oid, wanted), action: 'fast-forward' },
      { ...taking(world.oid, wanted), action: 'create', old_oid: null },
      { ...taking(world.oid, wanted), action: 'conflict' },
    ]
    await keep(await world.run(), harmless)
    expect(await world.rows()).toEqual([])
    expect(await world.refs()).toEqual([])
  })

  it('are none for a task that keeps nothing', async () => {
    await keep(await world.run(), [taking(world.oid, null)], { ...world.task, keep_days: 0 })
    expect(await world.rows()).toEqual([])
  })

  it('become kept where the target took the update, and are let go where it did not', async () => {
    // the first time after a start looks at every store, later ones only where something was let go
    await world.expiry.expire()
    const run = await world.run()
    const updates = [taking(world.oid, wanted), taking(world.oid, null, 'refs/heads/side')]
    await keep(run, updates)
    await end(run, [outcome(updates[0]!), outcome(updates[1]!, 'rejected')])
    expect(await world.rows()).toMatchObject([{ ref: 'refs/heads/main', state: 'kept', became_oid: wanted }])
    expect(await world.refs()).toHaveLength(2)
    await world.expiry.expire()
    expect(await world.refs()).toEqual([`refs/gitferry/kept/${run.id}/heads/main`])
  })

  it('that a later attempt keeps again are one row', async () => {
    const run = await world.run()
    await keep(run, [taking(world.oid, wanted)])
    await world.clock.advance(60_000)
    await keep(run, [taking(world.oid, null)])
    expect(await world.rows()).toMatchObject([{ became_oid: null, kept_at: '2026-01-01T00:01:00.000Z' }])
  })

  it('of both attempts stay where the first may have landed', async () => {
    const run = await world.run()
    await keep(run, [taking(world.oid, wanted)])
    await world.clock.advance(60_000)
    const again = { ...run, attempt: 2, started_at: new Date(world.clock.now()).toISOString() }
    const next = world.sandbox.history(world.source, { commits: 1 })
    const { path } = await world.store()
    world.sandbox.run(path, 'fetch', '-q', world.source, 'refs/heads/main:refs/remotes/origin/heads/main')
    const update = taking(next, wanted)
    await keep(again, [update])
    await end(again, [outcome(update)])
    expect((await world.rows()).map(({ oid, state }) => [oid, state])).toEqual([
      [world.oid, 'kept'],
      [next, 'kept'],
    ])
    expect(await world.refs()).toHaveLength(2)
  })

  it('that a restore put back bear its run', async () => {
    const run = await world.run()
    const update = taking(world.oid, wanted)
    await keep(run, [update])
    await end(run, [outcome(update)])
    const plan = await world.storage.collection('plans').insert({
      task_id: 3,
      repo_id: 1,
      target_repo_id: 2,
      kind: 'restore',
      status: 'open',
      updates: [],
      stopped_code: null,
      stopped_reason: null,
      run_id: null,
      applied_by_run_id: null,
      kept_run_id: run.id,
      created_at: run.queued_at,
    })
    const restoring = await world.run({ plan_id: plan.id })
    await end(restoring, [outcome({ ...taking(wanted, world.oid) }, 'rejected')])
    expect(await world.rows()).toMatchObject([{ restored_by_run_id: null }])
    await end(restoring, [outcome({ ...taking(wanted, world.oid) })])
    expect(await world.rows()).toMatchObject([{ restored_by_run_id: restoring.id }])
  })

  describe('after a crash', () => {
    it('wait for a run that goes on', async () => {
      await keep(await world.run(), [taking(world.oid, wanted)])
      expect(await world.restart().values.recover()).toBe(0)
      expect(await world.rows()).toMatchObject([{ state: 'planned' }])
    })

    it('are settled by what the refs of an ended run say', async () => {
      const run = await world.run({ status: 'partial' })
      const updates = [taking(world.oid, wanted), taking(world.oid, null, 'refs/heads/side')]
      await keep(run, updates)
      const refs = world.storage.collection('run_refs')
      await refs.insert({ run_id: run.id, ...outcome(updates[0]!) })
      await refs.insert({ run_id: run.id, ...outcome(updates[1]!, 'rejected') })
      expect(await world.restart().values.recover()).toBe(1)
      expect(await world.rows()).toMatchObject([{ ref: 'refs/heads/main', state: 'kept' }])
    })

    it('stay where an ended run says nothing', async () => {
      await keep(await world.run({ status: 'failed' }), [taking(world.oid, wanted)])
      await world.restart().values.recover()
      expect(await world.rows()).toMatchObject([{ state: 'kept', became_oid: wanted }])
    })

    it('that came to no row are dropped from the kept store, and its room with them', async () => {
      const run = await world.run()
      const input = {
        uuid: world.place.repo.uuid,
        object_format: 'sha1' as const,
        from: (await world.store()).path,
        runId: run.id,
        values: [{ ref: 'refs/heads/main', oid: world.oid }],
      }
      const crash = world.keptStores.keep(input, {}, async () => {
        throw new Error('the storage is gone')
      })
      await expect(crash).rejects.toThrow('the storage is gone')
      expect(await world.refs()).toHaveLength(1)
      await world.restart().expiry.expire()
      expect(await world.keptStores.uuids()).toEqual([])
    })
  })

  describe('when their time is over', () => {
    it('go, first the row, then the ref, then the store; not a millisecond earlier', async () => {
      const run = await world.run()
      const update = taking(world.oid, wanted)
      await keep(run, [update])
      await end(run, [outcome(update)])
      await world.clock.advance(30 * dayMs)
      await world.expiry.expire()
      expect(await world.rows()).toHaveLength(1)
      await world.clock.advance(1)
      await world.expiry.expire()
      expect(await world.rows()).toEqual([])
      expect(await world.keptStores.uuids()).toEqual([])
      expect(world.warnings).toEqual([])
    })

    it('stay while their run goes on', async () => {
      await keep(await world.run(), [taking(world.oid, wanted)])
      await world.clock.advance(31 * dayMs)
      await world.expiry.expire()
      expect(await world.rows()).toHaveLength(1)
      expect(await world.refs()).toHaveLength(1)
    })

    it('leave those of other runs, and the store gives up what only they had held', async () => {
      const first = await world.run()
      const side = world.sandbox.history(world.source, { commits: 1, branch: 'side' })
      await keep(first, [taking(side, null, 'refs/heads/side')])
      await end(first, [outcome(taking(side, null, 'refs/heads/side'))])
      await world.clock.advance(dayMs)
      const second = await world.run()
      await keep(second, [taking(world.oid, wanted)])
      await end(second, [outcome(taking(world.oid, wanted))])
      await world.clock.advance(29 * dayMs + 1)
      await world.expiry.expire()
      expect(await world.refs()).toEqual([`refs/gitferry/kept/${second.id}/heads/main`])
      expect(() => world.sandbox.run(world.keptPath, 'cat-file', '-e', side)).toThrow()
      expect(world.sandbox.run(world.keptPath, 'fsck', '--full')).toBe('')
    })

    it.each(['', ', after a crash'])('and git fails, the next time does it%s', async (crash) => {
      const run = await world.run()
      const updates = [taking(world.oid, wanted), taking(world.oid, null, 'refs/heads/side')]
      await keep(run, [updates[0]!])
      await keep(run, [updates[1]!], { ...world.task, keep_days: 60 })
      await end(
        run,
        updates.map((update) => outcome(update)),
      )
      await world.clock.advance(31 * dayMs)
      world.before = (verb) => {
        if (verb === 'update-ref') throw new Error('cut off')
      }
      await world.expiry.expire()
      expect(await world.rows()).toHaveLength(1)
      expect(await world.refs()).toHaveLength(2)
      expect(world.warnings).toEqual(['a kept store could not be tidied; it is tried again in a minute'])
      world.before = () => {}
      if (crash) world.restart()
      await world.expiry.expire()
      expect(await world.refs()).toEqual([`refs/gitferry/kept/${run.id}/heads/side`])
    })

    it('are looked for once a minute', async () => {
      let looks = 0
      world.before = (verb) => {
        if (verb === 'for-each-ref') looks += 1
      }
      await keep(await world.run(), [taking(world.oid, wanted)])
      looks = 0
      const begin = async () => {
        world.expiry.look(world.place.repo.uuid)
        world.expiry.begin()
        await world.expiry.settled()
      }
      await begin()
      await begin()
      expect(looks).toBe(1)
      await world.clock.advance(60_000)
      await begin()
      expect(looks).toBe(2)
    })
  })

  it('are given to a working store that was made anew', async () => {
    const run = await world.run()
    const update = taking(world.oid, null)
    await keep(run, [update])
    await end(run, [outcome(update)])
    world.sandbox.run(world.source, 'update-ref', '-d', 'refs/heads/main')
    rmSync((await world.store()).path, { recursive: true })
    const anew = await world.store()
    expect(() => world.sandbox.run(anew.path, 'cat-file', '-e', world.oid)).toThrow()
    await world.values.fetchInto(anew, await world.rows())
    expect(world.sandbox.run(anew.path, 'rev-list', '--count', world.oid)).toBe('2')
  })
})
