import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '../../src/ports/index.ts'
import { InProcessQueue } from '../../src/runtime/in-process-queue.ts'
import { describeQueue } from '../../src/testing/queue/index.ts'

describe('the in-process queue keeps the rules of the port', () => {
  describeQueue({ describe, it, beforeEach, afterEach }, async ({ concurrency, logger }) => {
    const adapter = new InProcessQueue({ concurrency, logger })
    return { adapter, dispose: () => adapter.stop({ timeoutMs: 0 }) }
  })
})

describe('the in-process queue', () => {
  it('keeps nothing over a restart, and serves this process only', () => {
    const { capabilities } = new InProcessQueue({ logger: silentLogger })
    expect(capabilities).toEqual({ durable: false, shared: false })
  })

  it.each([
    { concurrency: undefined, together: 4 },
    { concurrency: 1, together: 1 },
    { concurrency: 7, together: 7 },
  ])(
    'with concurrency $concurrency runs $together jobs at the same time',
    async ({ concurrency, together }) => {
      const queue = new InProcessQueue({ ...(concurrency && { concurrency }), logger: silentLogger })
      const gate = Promise.withResolvers<void>()
      await queue.start(() => gate.promise)
      for (let id = 1; id <= 10; id += 1) await queue.enqueue({ id, key: `repo:${id}` })
      expect(queue.size()).toEqual({ waiting: 10 - together, running: together })
      gate.resolve()
      await queue.stop({ timeoutMs: 0 })
    },
  )

  it('leaves no timer behind when it stops before the time is over', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    const queue = new InProcessQueue({ logger: silentLogger })
    const gate = Promise.withResolvers<void>()
    await queue.start(() => gate.promise)
    await queue.enqueue({ id: 1, key: 'a' })
    const stopping = queue.stop({ timeoutMs: 600_000 })
    expect(timers()).toBe(before + 1)
    gate.resolve()
    await stopping
    expect(timers()).toBe(before)
  })

  it('survives a worker that throws before it answers a promise', async () => {
    const queue = new InProcessQueue({ concurrency: 1, logger: silentLogger })
    const second = Promise.withResolvers<void>()
    await queue.start(({ id }) => {
      if (id === 1) throw new Error('at once')
      second.resolve()
      return Promise.resolve()
    })
    await queue.enqueue({ id: 1, key: 'a' })
    await queue.enqueue({ id: 2, key: 'a' })
    await second.promise
    await queue.stop({ timeoutMs: 0 })
  })

  it('cancels the waiting and the running one of an id that was accepted again while it runs', async () => {
    const queue = new InProcessQueue({ concurrency: 2, logger: silentLogger })
    const gate = Promise.withResolvers<void>()
    const signals: AbortSignal[] = []
    await queue.start(async (_, { signal }) => {
      signals.push(signal)
      await gate.promise
    })
    await queue.enqueue({ id: 1, key: 'a' })
    await queue.enqueue({ id: 1, key: 'a' })
    expect(queue.size()).toEqual({ waiting: 1, running: 1 })
    expect(await queue.cancel(1)).toBe(true)
    expect(queue.size()).toEqual({ waiting: 0, running: 1 })
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
    gate.resolve()
    await queue.stop({ timeoutMs: 0 })
    expect(signals).toHaveLength(1)
  })

  it('never runs one id twice at the same time, whatever its key', async () => {
    const queue = new InProcessQueue({ concurrency: 2, logger: silentLogger })
    const gate = Promise.withResolvers<void>()
    await queue.start(() => gate.promise)
    await queue.enqueue({ id: 1, key: 'a' })
    await queue.enqueue({ id: 1, key: 'b' })
    expect(queue.size()).toEqual({ waiting: 1, running: 1 })
    gate.resolve()
    await queue.stop({ timeoutMs: 0 })
  })
})
