import { describe, expect, it } from 'vitest'
import { createClient } from '../src/index.ts'
import { failure, scriptedServer, success } from './scripted-server.ts'

type Client = ReturnType<typeof createClient>

const run = (status: string) => success({ id: 7, status, refs: [{ target_ref: 'refs/heads/main' }] })

describe('waiting for a run', () => {
  it('asks until it has ended, and answers it with its refs', async () => {
    await using server = await scriptedServer([run('pending'), run('running'), run('partial')])
    expect(await createClient({ baseUrl: server.baseUrl }).sync.runs.wait(7)).toEqual({
      id: 7,
      status: 'partial',
      refs: [{ target_ref: 'refs/heads/main' }],
    })
    expect(server.received).toHaveLength(3)
  })

  it.each(['success', 'conflict', 'failed', 'partial', 'canceled', 'of_a_newer_server'])(
    'ends with %s',
    async (status) => {
      await using server = await scriptedServer([run(status)])
      await createClient({ baseUrl: server.baseUrl }).sync.runs.wait(7)
      expect(server.received).toHaveLength(1)
    },
  )

  it('throws what the server throws', async () => {
    await using server = await scriptedServer([run('running'), failure(404, 'RUN_NOT_FOUND')])
    const { sync } = createClient({ baseUrl: server.baseUrl })
    await expect(sync.runs.wait(7)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
  })

  it('is what a run that is waited for does, however long it takes and if a connection breaks', async () => {
    await using server = await scriptedServer([
      success({ id: 7, status: 'pending' }),
      run('running'),
      { stops: 'reset' },
      run('success'),
    ])
    const { sync } = createClient({ baseUrl: server.baseUrl })
    expect(await sync.tasks.run(4, { wait: true })).toEqual({ id: 7, status: 'success' })
    expect(server.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /api/v1/sync/tasks/4/run',
      'GET /api/v1/sync/runs/7',
      'GET /api/v1/sync/runs/7',
      'GET /api/v1/sync/runs/7',
    ])
  })

  it.each<[string, string, (client: Client) => Promise<unknown>]>([
    ['a plan that is applied', 'plans/6/apply', ({ sync }) => sync.plans.apply(6, { wait: true })],
    ['what is restored', 'runs/5/restore', ({ sync }) => sync.runs.restore(5, {}, { wait: true })],
  ])('is what is done for %s', async (_, path, call) => {
    await using server = await scriptedServer([
      success({ id: 7, status: 'pending' }),
      run('running'),
      run('success'),
    ])
    expect(await call(createClient({ baseUrl: server.baseUrl }))).toEqual({ id: 7, status: 'success' })
    expect(server.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `POST /api/v1/sync/${path}`,
      'GET /api/v1/sync/runs/7',
      'GET /api/v1/sync/runs/7',
    ])
  })

  it('is not done for what is not waited for', async () => {
    await using server = await scriptedServer([success({ id: 7, status: 'pending' })])
    const { sync } = createClient({ baseUrl: server.baseUrl })
    for (const answer of [sync.plans.apply(6), sync.runs.restore(5), sync.runs.restore(5, {}, {})]) {
      expect(await answer).toEqual({ id: 7, status: 'pending' })
    }
    expect(server.received).toHaveLength(3)
  })
})

describe('waiting for a job', () => {
  const job = (status: string) => success({ id: 5, status, repo_id: null })

  it('asks until it has ended', async () => {
    await using server = await scriptedServer([job('pending'), job('running'), job('failed')])
    const client = createClient({ baseUrl: server.baseUrl })
    expect(await client.jobs.wait(5)).toEqual({ id: 5, status: 'failed', repo_id: null })
    expect(server.received.map(({ url }) => url)).toEqual(Array(3).fill('/api/v1/jobs/5'))
  })

  it.each(['success', 'failed', 'canceled', 'of_a_newer_server'])('ends with %s', async (status) => {
    await using server = await scriptedServer([job(status)])
    await createClient({ baseUrl: server.baseUrl }).jobs.wait(5)
    expect(server.received).toHaveLength(1)
  })

  it('throws what the server throws, and ends with its signal', async () => {
    await using server = await scriptedServer([job('running'), failure(404, 'JOB_NOT_FOUND')])
    const client = createClient({ baseUrl: server.baseUrl })
    await expect(client.jobs.wait(5)).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' })
    const signal = AbortSignal.abort()
    await expect(client.jobs.wait(5, { signal })).rejects.toMatchObject({ code: 'ABORTED' })
  })
})
