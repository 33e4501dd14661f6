import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createClient } from '../src/index.ts'
import { type Answer, scriptedServer, success } from './scripted-server.ts'

describe('a signal', () => {
  it('that is aborted already sends nothing', async () => {
    await using server = await scriptedServer([success({})])
    const reason = new Error('enough')
    const { repos } = createClient({ baseUrl: server.baseUrl })
    await expect(repos.get(1, { signal: AbortSignal.abort(reason) })).rejects.toMatchObject({
      code: 'ABORTED',
      cause: reason,
    })
    expect(server.received).toHaveLength(0)
  })

  it.each(['headers', 'body'] as const)(
    'ends a call that waits for %s, and leaves no socket',
    async (stops) => {
      await using server = await scriptedServer([{ stops, body: 'text' }])
      const controller = new AbortController()
      const call = createClient({ baseUrl: server.baseUrl }).sync.tasks.plan(1, { signal: controller.signal })
      const ended = expect(call).rejects.toMatchObject({ code: 'ABORTED' })
      await server.asked
      controller.abort()
      await ended
      await server.brokenOff
      while ((await server.openSockets()) > 0) await setImmediate()
    },
  )

  it('ends a call between two attempts', async () => {
    const busy: Answer = { status: 503, body: '', headers: { 'retry-after': '20' } }
    await using server = await scriptedServer([busy])
    const controller = new AbortController()
    const call = createClient({ baseUrl: server.baseUrl }).repos.get(1, { signal: controller.signal })
    const ended = expect(call).rejects.toMatchObject({ code: 'ABORTED' })
    await server.asked
    // the answer is on its way: whether it has arrived or not, nothing more is asked
    controller.abort()
    await ended
    expect(server.received).toHaveLength(1)
  })

  it('ends a wait, also while it pauses', async () => {
    await using server = await scriptedServer([success({ id: 7, status: 'running', refs: [] })])
    const controller = new AbortController()
    let answers = 0
    const client = createClient({
      baseUrl: server.baseUrl,
      fetch: async (input, init) => {
        const response = await fetch(input, init)
        // once this answer is read, the wait pauses
        if (++answers === 2) setTimeout(() => controller.abort(), 10)
        return response
      },
    })
    await expect(client.sync.runs.wait(7, { signal: controller.signal })).rejects.toMatchObject({
      code: 'ABORTED',
    })
    expect(server.received).toHaveLength(2)
  })

  it('leaves no listener on a signal that outlives the call', async () => {
    const statuses = ['pending', 'running', 'success']
    await using server = await scriptedServer(() => success({ id: 7, status: statuses.shift(), refs: [] }))
    const { signal } = new AbortController()
    let listeners = 0
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...given: Parameters<typeof add>) => {
      listeners++
      add(...given)
    }
    signal.removeEventListener = (...given: Parameters<typeof remove>) => {
      listeners--
      remove(...given)
    }
    await createClient({ baseUrl: server.baseUrl }).sync.runs.wait(7, { signal })
    expect(listeners).toBe(0)
  })
})
