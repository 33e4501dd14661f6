import { describe, expect, it } from 'vitest'
import { inLanes } from '../../src/services/in-lanes.ts'

/** Work that goes on until it is let go, or given up. */
function gated() {
  const open = new Map<number, PromiseWithResolvers<void>>()
  const begun: number[] = []
  return {
    open,
    begun,
    work: async (item: number, { signal }: { signal?: AbortSignal | undefined }) => {
      const gate = Promise.withResolvers<void>()
      begun.push(item)
      open.set(item, gate)
      signal?.addEventListener('abort', () => gate.reject(new Error(`${item} was given up`)))
      await gate.promise.finally(() => open.delete(item))
    },
  }
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('doing the same for many', () => {
  it('has so many under way and no more, and begins the next when one is done', async () => {
    const { open, begun, work } = gated()
    const all = inLanes([1, 2, 3, 4], 2, work)
    await settle()
    expect(begun).toEqual([1, 2])
    open.get(2)!.resolve()
    await settle()
    expect(begun).toEqual([1, 2, 3])
    for (const item of [1, 3, 4]) {
      open.get(item)!.resolve()
      await settle()
    }
    await all
    expect(begun).toEqual([1, 2, 3, 4])
  })

  it('gives the others up when one fails, waits for them, and tells what failed first', async () => {
    const { open, begun, work } = gated()
    const all = inLanes([1, 2, 3], 2, work)
    await settle()
    open.get(2)!.reject(new Error('no'))
    await expect(all).rejects.toThrow('no')
    expect(begun).toEqual([1, 2])
    expect(open.size).toBe(0)
  })

  it('gives up with its caller', async () => {
    const { open, work } = gated()
    const caller = new AbortController()
    const all = inLanes([1, 2, 3], 2, work, { signal: caller.signal })
    await settle()
    caller.abort()
    await expect(all).rejects.toThrow('1 was given up')
    expect(open.size).toBe(0)
  })

  it('does nothing for none', async () => {
    await expect(inLanes([], 4, () => Promise.reject(new Error('no')))).resolves.toBeUndefined()
  })
})
