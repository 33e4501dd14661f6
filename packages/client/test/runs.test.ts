import { describe, expect, it } from 'vitest'
import { createClient } from '../src/index.ts'
import { failure, scriptedServer, success } from './scripted-server.ts'

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
})
