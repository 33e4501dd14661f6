import { describe, expect, it, vi } from 'vitest'
import { abortError } from '../../src/runtime/abort.ts'
import { KeyedLock } from '../../src/runtime/keyed-lock.ts'
import { turns } from '../../src/testing/queue/turns.ts'

describe('a keyed lock', () => {
  it('lets one holder of a key work at a time, in the order of asking', async () => {
    const lock = new KeyedLock()
    const seen: string[] = []
    const gates = [1, 2, 3].map(() => Promise.withResolvers<void>())
    const holders = gates.map((gate, index) =>
      lock.hold('a', async () => {
        seen.push(`begin ${index}`)
        await gate.promise
        seen.push(`end ${index}`)
      }),
    )
    for (const gate of gates.toReversed()) {
      gate.resolve()
      await turns()
    }
    await Promise.all(holders)
    expect(seen).toEqual(['begin 0', 'end 0', 'begin 1', 'end 1', 'begin 2', 'end 2'])
  })

  it('keeps a holder that asks while another one waits behind that one', async () => {
    const lock = new KeyedLock()
    const seen: number[] = []
    const gate = Promise.withResolvers<void>()
    const first = lock.hold('a', () => gate.promise)
    const second = lock.hold('a', async () => {
      seen.push(2)
      await turns()
      seen.push(2)
    })
    gate.resolve()
    await first
    const third = lock.hold('a', async () => {
      seen.push(3)
    })
    await Promise.all([second, third])
    expect(seen).toEqual([2, 2, 3])
  })

  it('does not make one key wait for another', async () => {
    const lock = new KeyedLock()
    const gate = Promise.withResolvers<void>()
    const held = lock.hold('a', () => gate.promise)
    expect(await lock.hold('b', async () => 'free')).toBe('free')
    gate.resolve()
    await held
  })

  it('answers what the work answers, and rejects with what it throws', async () => {
    const lock = new KeyedLock()
    const error = new Error('broken')
    expect(await lock.hold('a', async () => 7)).toBe(7)
    await expect(lock.hold('a', () => Promise.reject(error))).rejects.toBe(error)
    await expect(
      lock.hold('a', () => {
        throw error
      }),
    ).rejects.toBe(error)
  })

  it('is free again after a holder that failed', async () => {
    const lock = new KeyedLock()
    const failed = lock.hold('a', () => Promise.reject(new Error('broken')))
    const next = lock.hold('a', async () => 'next')
    await expect(failed).rejects.toThrow('broken')
    expect(await next).toBe('next')
    expect(await lock.hold('a', async () => 'later')).toBe('later')
  })
})

describe('a holder that gives way', () => {
  const untilAborted = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      if (signal.aborted) reject(abortError(signal))
      signal.addEventListener('abort', () => reject(abortError(signal)), { once: true })
    })

  it('works where nobody wants the key', async () => {
    const lock = new KeyedLock()
    expect(await lock.holdWhileUnwanted('a', async () => 7)).toEqual({ done: 7 })
    expect(await lock.holdWhileUnwanted('a', async () => 8)).toEqual({ done: 8 })
  })

  it('does not begin where somebody holds the key', async () => {
    const lock = new KeyedLock()
    const gate = Promise.withResolvers<void>()
    const held = lock.hold('a', () => gate.promise)
    const work = vi.fn(async () => 7)
    expect(await lock.holdWhileUnwanted('a', work)).toBe('busy')
    expect(work).not.toHaveBeenCalled()
    gate.resolve()
    await held
  })

  it('gives up as soon as another asks, who begins only when it has', async () => {
    const lock = new KeyedLock()
    const seen: string[] = []
    const cleared = Promise.withResolvers<void>()
    const idle = lock.holdWhileUnwanted('a', async (signal) => {
      await untilAborted(signal).catch(async (error: unknown) => {
        seen.push('gives up')
        await cleared.promise
        throw error
      })
    })
    const other = lock.hold('b', async () => seen.push('another key'))
    await other
    const run = lock.hold('a', async () => seen.push('run'))
    await turns()
    expect(seen).toEqual(['another key', 'gives up'])
    cleared.resolve()
    expect(await idle).toBe('gave-way')
    await run
    expect(seen).toEqual(['another key', 'gives up', 'run'])
  })

  it('ends by its caller’s signal, and by its own error, as any holder', async () => {
    const lock = new KeyedLock()
    const controller = new AbortController()
    const given = lock.holdWhileUnwanted('a', untilAborted, { signal: controller.signal })
    controller.abort()
    await expect(given).rejects.toMatchObject({ code: 'ABORTED' })
    await turns()
    const broken = lock.holdWhileUnwanted('a', () => Promise.reject(new Error('broken')))
    await expect(broken).rejects.toThrow('broken')
    expect(await lock.hold('a', async () => 'free')).toBe('free')
  })
})
