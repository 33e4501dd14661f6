import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '../../src/ports/index.ts'
import { HostPlaces } from '../../src/runtime/host-places.ts'
import { InProcessQueue } from '../../src/runtime/in-process-queue.ts'
import { describeQueue } from '../../src/testing/queue/index.ts'

describe('the in-process queue keeps the rules of the port', () => {
  describeQueue({ describe, it, beforeEach, afterEach }, async ({ concurrency, perHost, logger }) => {
    const adapter = new InProcessQueue({ concurrency, perHost, logger })
    return { adapter, dispose: () => adapter.stop({ timeoutMs: 0 }) }
  })
})

const stops: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

/** A queue whose jobs go on until they are released. */
async function gated({ perHost, places }: { readonly perHost: number; readonly places?: HostPlaces }) {
  const queue = new InProcessQueue({
    concurrency: 8,
    perHost,
    ...(places && { places }),
    logger: silentLogger,
  })
  const order: number[] = []
  const gates = new Map<number, () => void>()
  await queue.start(({ id }, { signal }) => {
    order.push(id)
    return new Promise((resolve) => {
      gates.set(id, resolve)
      signal.addEventListener('abort', () => resolve())
    })
  })
  stops.push(() => queue.stop({ timeoutMs: 0 }))
  return {
    order,
    accept: (id: number, hosts: readonly string[], priority = 0) =>
      queue.enqueue({ id, key: `repo:${id}`, hosts, priority }),
    release: async (id: number) => {
      gates.get(id)?.()
      await setImmediate()
    },
  }
}

describe('two queues that share their places at hosts', () => {
  it('count together, and one goes on when the other gives a place back', async () => {
    const places = new HostPlaces(1)
    const runs = await gated({ perHost: 1, places })
    const clones = await gated({ perHost: 1, places })
    await runs.accept(1, ['a.example'])
    await clones.accept(2, ['a.example'])
    await clones.accept(3, ['b.example'])
    expect([runs.order, clones.order]).toEqual([[1], [3]])
    await runs.release(1)
    expect(clones.order).toEqual([3, 2])
  })
})

describe('the in-process queue', () => {
  it('says which job failed, whatever kind it is of', async () => {
    const told: unknown[] = []
    const logger = { ...silentLogger, error: (_: string, fields: unknown) => void told.push(fields) }
    const queue = new InProcessQueue({ logger })
    const error = new Error('broken')
    await queue.start(() => Promise.reject(error))
    await queue.enqueue({ id: 7, key: 'job:7' })
    await queue.stop({ timeoutMs: 1_000 })
    expect(told).toEqual([{ id: 7, key: 'job:7', error }])
  })

  it('keeps nothing over a restart, and serves this process only', () => {
    const { capabilities } = new InProcessQueue({ logger: silentLogger })
    expect(capabilities).toEqual({ durable: false, shared: false, perHost: true })
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

  it('lets two jobs at a time go to one host by default', async () => {
    const queue = new InProcessQueue({ logger: silentLogger })
    const gate = Promise.withResolvers<void>()
    await queue.start(() => gate.promise)
    for (let id = 1; id <= 4; id += 1) await queue.enqueue({ id, key: `repo:${id}`, hosts: ['git.example'] })
    expect(queue.size()).toEqual({ waiting: 2, running: 2 })
    gate.resolve()
    await queue.stop({ timeoutMs: 0 })
  })

  it('gets a job of two busy hosts to its turn, however many of either host come after it', async () => {
    const { accept, order, release } = await gated({ perHost: 2 })
    for (const id of [1, 2]) await accept(id, ['a'])
    for (const id of [3, 4]) await accept(id, ['b'])
    await accept(5, ['a', 'b'])
    for (const id of [6, 7, 8]) await accept(id, ['a'])
    for (const id of [9, 10, 11]) await accept(id, ['b'])
    await release(1)
    expect(order, 'a place of a is held for job 5').toEqual([1, 2, 3, 4])
    await release(2)
    expect(order, 'a is not idle meanwhile').toEqual([1, 2, 3, 4, 6])
    await release(3)
    expect(order).toEqual([1, 2, 3, 4, 6, 5])
    for (const id of [6, 4, 5]) await release(id)
    expect(order.slice(6).sort()).toEqual([10, 7, 8, 9])
  })

  it('holds no place for a job against one of a higher priority', async () => {
    const { accept, order } = await gated({ perHost: 2 })
    for (const [id, ...hosts] of [
      [1, 'a'],
      [2, 'b'],
      [3, 'b'],
      [4, 'a', 'b'],
    ] as const)
      await accept(id, hosts)
    await accept(5, ['a'])
    expect(order, 'a place of a is held for job 4').toEqual([1, 2, 3])
    await accept(6, ['a'], 1)
    expect(order).toEqual([1, 2, 3, 6])
  })

  it('holds no place at a host that would be idle', async () => {
    const { accept, order } = await gated({ perHost: 1 })
    await accept(1, ['b'])
    await accept(2, ['a', 'b'])
    await accept(3, ['a'])
    expect(order).toEqual([1, 3])
  })

  it('counts a job once at each of its hosts', async () => {
    const { accept, order } = await gated({ perHost: 2 })
    await accept(1, ['a', 'a'])
    await accept(2, ['a'])
    expect(order).toEqual([1, 2])
  })

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
