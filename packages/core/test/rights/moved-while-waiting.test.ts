import { memoryStorage } from '@gitferry/adapters/storage/memory'
import type { Gitferry } from '@gitferry/core'
import { expect, it } from 'vitest'
import { silentLogger } from '../../src/ports/index.ts'
import { RestrictedStorage } from '../../src/rights/restricted-storage.ts'
import { EventBus } from '../../src/runtime/event-bus.ts'
import { ManagedStorage } from '../../src/runtime/managed-storage.ts'
import { JobWaiter } from '../../src/services/job-waiter.ts'
import { toJob } from '../../src/services/to-job.ts'
import { keyWorld } from '../services/key-world.ts'

const at = '2026-01-01T00:00:00.000Z'
const notFound = (noun: 'run' | 'job') => expect.objectContaining({ code: `${noun.toUpperCase()}_NOT_FOUND` })

const outcomeOf = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)

it('who waits for a run whose task is given to another repository is told nothing of its end', async () => {
  await using world = await keyWorld()
  const { api, sandbox } = world
  const mine = await api.repos.register({ path: sandbox.clonePath })
  const theirs = await api.repos.register({ path: sandbox.secondBarePath })
  sandbox.git(sandbox.clonePath, 'push', '-q', sandbox.secondBarePath, 'HEAD:refs/heads/secret')
  const holding = await api.sync.tasks.create({
    repo_id: mine.id,
    source_branch: 'main',
    target_remote: 'backup',
  })
  const local = { source_remote: 'local', target_remote: 'local' } as const
  const moved = await api.sync.tasks.create({
    ...{ repo_id: mine.id, source_branch: 'main', target_branch: 'copy' },
    ...local,
  })
  const caller: Gitferry = api.as({ user: 'of mine', scope: 'write', repoIds: [mine.id] })
  const release = sandbox.holdPushes()
  const under = await api.sync.tasks.run(holding.id)
  const queued = new Promise<number>((resolve) => api.on('run.queued', ({ run }) => resolve(run.id)))
  const ran = outcomeOf(caller.sync.tasks.run(moved.id, { wait: true }))
  const id = await queued
  const waited = outcomeOf(caller.sync.runs.wait(id))
  await api.sync.tasks.update(moved.id, {
    ...{ repo_id: theirs.id, target_repo_id: theirs.id, source_branch: 'secret' },
    ...local,
  })
  release()
  const whole = await api.sync.runs.wait(id)
  expect(whole).toMatchObject({ repo_id: theirs.id, refs: [{ target_ref: 'refs/heads/copy' }] })
  expect(await ran).toEqual(notFound('run'))
  expect(await waited).toEqual(notFound('run'))
  await api.sync.runs.wait(under.id)
})

it('who waits for a job that comes to be of another repository is told nothing of its end', async () => {
  const storage = new ManagedStorage(memoryStorage())
  await storage.open()
  const events = new EventBus({ logger: silentLogger })
  const jobs = storage.collection('jobs')
  const row = await jobs.insert({
    ...{ kind: 'clone', status: 'running', name: 'made', url: 'https://git.example/made.git', repo_id: 1 },
    ...{ input: {}, operator: 'system', attempt: 1, stage: null, percent: null, error_code: null },
    ...{ error_message: null, queued_at: at, started_at: at, finished_at: null, duration_ms: null },
  })
  const waiter = new JobWaiter({ events })
  const waited = outcomeOf(waiter.wait(row.id, new RestrictedStorage(storage, [1])))
  const whole = waiter.wait(row.id, storage)
  await jobs.update(row.id, { status: 'success', repo_id: 2 })
  events.emit('job.finished', { job: toJob({ ...row, status: 'success', repo_id: 2 }) })
  expect(await whole).toMatchObject({ id: row.id, status: 'success', repo_id: 2 })
  expect(await waited).toEqual(notFound('job'))
})
