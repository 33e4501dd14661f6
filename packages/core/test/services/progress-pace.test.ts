import { describe, expect, it } from 'vitest'
import { ProgressPace } from '../../src/services/progress-pace.ts'

const step = (percent: number, stage = 'Receiving objects') => ({ stage, percent })

describe('the events of a transfer', () => {
  it('are at most ten a second, however fast the meter runs', () => {
    const pace = new ProgressPace()
    // 2 s, a step each ms; it stays below 100 %
    const times = Array.from({ length: 2_000 }, (_, now) => now)
    const admitted = times.filter((now) => pace.admits('fetching', step(Math.floor(now / 21)), now))
    expect(admitted).toEqual(Array.from({ length: 20 }, (_, index) => index * 100))
  })

  it('come at once where the stage changes, or what git is at', () => {
    const pace = new ProgressPace()
    expect(pace.admits('fetching', step(1), 0)).toBe(true)
    expect(pace.admits('fetching', step(1, 'Resolving deltas'), 1)).toBe(true)
    expect(pace.admits('pushing', step(1, 'Resolving deltas'), 2)).toBe(true)
    expect(pace.admits('pushing', step(2, 'Resolving deltas'), 3)).toBe(false)
    expect(pace.admits('pushed', undefined, 4)).toBe(true)
    expect(pace.admits('pushed', undefined, 5)).toBe(false)
  })

  it('tell of the end of each stage, once', () => {
    const pace = new ProgressPace()
    expect(pace.admits('fetching', step(99), 0)).toBe(true)
    expect(pace.admits('fetching', step(100), 1)).toBe(true)
    expect(pace.admits('fetching', step(100), 2)).toBe(false)
    expect(pace.admits('fetching', step(100), 500)).toBe(false)
  })
})
