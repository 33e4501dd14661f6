import { describe, expect, it } from 'vitest'
import { ByteCache } from '../../../src/git/content/byte-cache.ts'

describe('a cache of so many bytes', () => {
  it('forgets what was wanted longest ago', () => {
    const cache = new ByteCache({ maxBytes: 1_000 })
    for (const key of ['a', 'b', 'c', 'd']) cache.set(key, key, 240)
    expect(cache.bytes).toBe(968)
    expect(cache.get('a')).toBe('a')
    cache.set('e', 'e', 240)
    expect(['a', 'b', 'c', 'd', 'e'].map((key) => cache.get(key))).toEqual(['a', undefined, 'c', 'd', 'e'])
    expect(cache.bytes).toBe(968)
  })

  it('counts a value once that is set again, and keeps none that is too large', () => {
    const cache = new ByteCache({ maxBytes: 1_000 })
    cache.set('a', 1, 100)
    cache.set('a', 2, 50)
    expect([cache.get('a'), cache.bytes]).toEqual([2, 52])
    cache.set('a', 3, 500)
    expect([cache.get('a'), cache.bytes]).toEqual([undefined, 0])
  })

  it('makes once what several ask for at once, and again what failed', async () => {
    const cache = new ByteCache({ maxBytes: 1_000 })
    let made = 0
    const make = async () => {
      made += 1
      if (made === 1) throw new Error('the first')
      return made
    }
    const ask = () => cache.getOrMake('k', undefined, make, () => 10)
    await expect(Promise.all([ask(), ask()])).rejects.toThrow('the first')
    expect(await Promise.all([ask(), ask()])).toEqual([2, 2])
    expect(await ask()).toBe(2)
  })

  it('gives up what it makes when the last one who asked has gone, and keeps nothing of it', async () => {
    const cache = new ByteCache({ maxBytes: 1_000 })
    const [one, two] = [new AbortController(), new AbortController()]
    let given: AbortSignal | undefined
    const make = (signal: AbortSignal) => {
      given = signal
      return new Promise<number>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }
    const asked = [one, two].map(({ signal }) => cache.getOrMake('k', signal, make, () => 10))
    const ended = Promise.allSettled(asked)
    one.abort()
    await expect(asked[0]).rejects.toMatchObject({ code: 'ABORTED' })
    expect(given?.aborted).toBe(false)
    two.abort()
    await ended
    expect(given?.aborted).toBe(true)
    expect(cache.bytes).toBe(0)
  })
})
