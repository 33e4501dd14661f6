import { memoryStorage } from '@gitferry/adapters/storage/memory'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SyncTaskRow } from '../../src/contract/index.ts'
import type { Condition, Query, StorageAdapter, Where } from '../../src/ports/index.ts'
import { RestrictedStorage } from '../../src/rights/restricted-storage.ts'
import { ManagedStorage } from '../../src/runtime/managed-storage.ts'
import { newRemote, newRepo, newRun, newTask } from '../../src/testing/storage/rows.ts'

const repoId = fc.integer({ min: 1, max: 4 })
const repoIds = fc.uniqueArray(repoId, { maxLength: 4 })

const condition: fc.Arbitrary<Condition<number> | undefined> = fc.oneof(
  fc.constant(undefined),
  repoId,
  fc.record({ eq: repoId }),
  fc.record({ in: fc.array(repoId, { maxLength: 3 }) }),
  fc.record({ gte: repoId, lt: repoId }, { requiredKeys: [] }),
)

const row = fc.record({ repo_id: repoId, target_repo_id: repoId, priority: fc.integer({ min: 0, max: 2 }) })
const where = fc.record(
  { repo_id: condition, target_repo_id: condition, priority: fc.integer({ min: 0, max: 2 }), id: repoId },
  { requiredKeys: [] },
) as fc.Arbitrary<Where<SyncTaskRow>>

const world = fc.record({ rows: fc.array(row, { maxLength: 12 }), repoIds, where })

/** The tasks that are there, and the storage as it is and as a caller sees it. */
async function stored({ rows, repoIds }: { readonly rows: readonly object[]; readonly repoIds: number[] }) {
  const whole = new ManagedStorage(memoryStorage())
  await whole.open()
  for (const given of rows) await whole.collection('tasks').insert(newTask(given))
  const isSeen = (task: SyncTaskRow) =>
    repoIds.includes(task.repo_id) && repoIds.includes(task.target_repo_id)
  const tasks = whole.collection('tasks')
  return { isSeen, restricted: new RestrictedStorage(whole, repoIds), tasks, whole }
}

describe('a storage that is restricted to repositories', () => {
  it('finds and counts what the whole storage does, without the rows of others', () =>
    fc.assert(
      fc.asyncProperty(
        world,
        fc.constantFrom('asc' as const, 'desc' as const),
        fc.nat(3),
        fc.nat(3),
        async (given, direction, offset, limit) => {
          const { isSeen, restricted, tasks } = await stored(given)
          const query: Query<SyncTaskRow> = { where: given.where, order: [{ by: 'priority', direction }] }
          const all = (await tasks.find(query)).filter(isSeen)
          const seen = restricted.collection('tasks')
          expect(await seen.find(query)).toEqual(all)
          expect(await seen.find({ ...query, offset, limit })).toEqual(all.slice(offset, offset + limit))
          const [after] = all
          if (after) expect(await seen.find({ ...query, after })).toEqual(all.slice(1))
          expect(await seen.count(given.where)).toBe(all.length)
        },
      ),
    ))

  it.each<[string, Condition<number> | undefined, readonly number[]]>([
    ['nothing', undefined, [1, 3, 4]],
    ['an id', 3, [3]],
    ['an id that is not theirs', { eq: 2 }, []],
    ['some ids', { in: [1, 2, 4] }, [1, 4]],
    ['no id', { in: [] }, []],
    ['ids from one on', { gte: 3 }, [3, 4]],
    ['ids below one', { lt: 3 }, [1]],
    ['ids between two', { gte: 1, lt: 4 }, [1, 3]],
  ])('joins its own condition with the caller’s, who asks for %s', async (_, repo_id, expected) => {
    const rows = [1, 2, 3, 4].map((id) => ({ repo_id: id }))
    const { restricted } = await stored({ rows, repoIds: [1, 3, 4] })
    const found = await restricted.collection('tasks').find({ where: { repo_id } })
    expect(found.map((task) => task.repo_id)).toEqual(expected)
  })

  it('changes and deletes what was asked for, and no row of others', () =>
    fc.assert(
      fc.asyncProperty(world, fc.boolean(), async (given, inTransaction) => {
        const { isSeen, restricted, tasks } = await stored(given)
        const before = await tasks.find()
        const meant = (await tasks.find({ where: given.where })).filter(isSeen).map(({ id }) => id)
        const changed = await (inTransaction
          ? restricted.transaction((session) =>
              session.collection('tasks').updateWhere(given.where, { name: 'x' }),
            )
          : restricted.collection('tasks').updateWhere(given.where, { name: 'x' }))
        expect(changed).toBe(meant.length)
        expect((await tasks.find({ where: { name: 'x' } })).map(({ id }) => id)).toEqual(meant)
        expect(await restricted.collection('tasks').deleteWhere(given.where)).toBe(meant.length)
        expect((await tasks.find()).map(({ id }) => id)).toEqual(
          before.map(({ id }) => id).filter((id) => !meant.includes(id)),
        )
      }),
    ))

  it('has a row by its id only when the caller may reach all of its repositories', () =>
    fc.assert(
      fc.asyncProperty(world, async (given) => {
        const { isSeen, restricted, tasks } = await stored(given)
        const seen = restricted.collection('tasks')
        for (const task of await tasks.find()) {
          expect(await seen.get(task.id)).toEqual(isSeen(task) ? task : undefined)
          const updated = await seen.update(task.id, { name: 'x' })
          expect(updated?.name).toBe(isSeen(task) ? 'x' : undefined)
          expect((await tasks.get(task.id))?.version).toBe(isSeen(task) ? 2 : 1)
          expect(await seen.delete(task.id)).toBe(isSeen(task))
          expect((await tasks.get(task.id)) === undefined).toBe(isSeen(task))
        }
      }),
      { numRuns: 50 },
    ))

  it.each<[string, Partial<Pick<SyncTaskRow, 'repo_id' | 'target_repo_id'>>]>([
    ['repo_id', { repo_id: 2 }],
    ['target_repo_id', { target_repo_id: 2 }],
  ])('refuses to make a row of another repository, and to make one such, by its %s', async (_, given) => {
    const { restricted, tasks } = await stored({ rows: [{}], repoIds: [1, 3] })
    const seen = restricted.collection('tasks')
    const refusal = { code: 'FORBIDDEN', details: { repo_ids: [1, 3] } }
    await expect(seen.insert(newTask(given))).rejects.toMatchObject(refusal)
    await expect(seen.update(1, given)).rejects.toMatchObject(refusal)
    await expect(seen.updateWhere({}, given)).rejects.toMatchObject(refusal)
    const within = (session: Pick<StorageAdapter, 'collection'>) =>
      session.collection('tasks').insert(newTask(given))
    await expect(restricted.transaction(within)).rejects.toMatchObject(refusal)
    expect(await tasks.find()).toMatchObject([{ repo_id: 1, target_repo_id: 1, version: 1 }])
    expect(await seen.insert(newTask({ repo_id: 3, target_repo_id: 1 }))).toMatchObject({ id: 2 })
  })

  it('keeps the version that the caller asks for, and goes on when a row was changed meanwhile', async () => {
    const { restricted, tasks } = await stored({ rows: [{}], repoIds: [1] })
    const seen = restricted.collection('tasks')
    const conflict = { code: 'VERSION_CONFLICT' }
    await expect(seen.update(1, { name: 'x' }, { version: 7 })).rejects.toMatchObject(conflict)
    const both = await Promise.all([seen.update(1, { name: 'x' }), seen.update(1, { priority: 5 })])
    expect(both.map((task) => task?.version).sort()).toEqual([2, 3])
    expect(await tasks.get(1)).toMatchObject({ name: 'x', priority: 5, version: 3 })
    const updating = seen.update(1, { name: 'y' })
    await tasks.update(1, { repo_id: 2 })
    expect(await updating).toBeUndefined()
    expect(await tasks.get(1)).toMatchObject({ name: 'x', repo_id: 2 })
  })

  it('has no other repository and its remotes, no new one, and no run whose target nobody knows', async () => {
    const { restricted, whole } = await stored({ rows: [], repoIds: [1] })
    await whole.collection('repos').insert(newRepo('one'))
    await whole.collection('repos').insert(newRepo('two'))
    await whole.collection('remotes').insert(newRemote(2, 'origin'))
    await whole.collection('runs').insert(newRun({ target_repo_id: null }))
    await whole.collection('runs').insert(newRun())
    expect(await restricted.collection('repos').find()).toMatchObject([{ id: 1 }])
    expect(await restricted.collection('remotes').count({ repo_id: 2 })).toBe(0)
    expect(await restricted.collection('runs').find()).toMatchObject([{ id: 2 }])
    await expect(restricted.collection('repos').insert(newRepo('three'))).rejects.toMatchObject({
      code: 'FORBIDDEN',
    })
    expect(await restricted.whole.collection('repos').count()).toBe(2)
  })
})
