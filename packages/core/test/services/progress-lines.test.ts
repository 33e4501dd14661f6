import { describe, expect, it } from 'vitest'
import type { GitProgress } from '../../src/git/command.ts'
import { ProgressLines } from '../../src/services/progress-lines.ts'

const stage = 'Receiving objects'
const at = (percent: number): GitProgress => ({ stage, percent, done: percent * 100, total: 10_000 })

/** Feeds steps that come `everyMs` and answers the lines. */
function linesOf(steps: readonly GitProgress[], everyMs = 1, lines = new ProgressLines()): string[] {
  return steps
    .map((step, index) => lines.next('fetching origin', step, index * everyMs))
    .filter((line) => line !== undefined)
}

const everyPercent = Array.from({ length: 101 }, (_, percent) => at(percent))
const percents = (lines: readonly string[]) => lines.map((line) => /(\d+)%/.exec(line)?.[1])

describe('the lines of a transfer', () => {
  it('are its first step, each further quarter, and its last', () => {
    expect(linesOf(everyPercent)).toEqual([
      'fetching origin: Receiving objects 0% (0/10000)',
      'fetching origin: Receiving objects 25% (2500/10000)',
      'fetching origin: Receiving objects 50% (5000/10000)',
      'fetching origin: Receiving objects 75% (7500/10000)',
      'fetching origin: Receiving objects 100% (10000/10000)',
    ])
  })

  it('are one for each quarter that is passed, also where the meter leaps', () => {
    expect(percents(linesOf([3, 24, 26, 49, 81, 99, 100].map(at)))).toEqual(['3', '26', '81', '100'])
  })

  it('say the end once, though git says it twice', () => {
    expect(percents(linesOf([0, 100, 100].map(at)))).toEqual(['0', '100'])
    expect(percents(linesOf([100, 100].map(at)))).toEqual(['100'])
  })

  it('of a slow one come every 10 s, and not while it stands still', () => {
    expect(percents(linesOf([0, 1, 2, 3, 4].map(at), 5_000))).toEqual(['0', '2', '4'])
    expect(percents(linesOf([0, 1, 1, 1, 2].map(at), 10_000))).toEqual(['0', '1', '2'])
  })

  it('begin anew with each stage, and with each thing that git is at', () => {
    const lines = new ProgressLines()
    const step = at(10)
    expect(lines.next('fetching origin', step, 0)).toBeDefined()
    expect(lines.next('fetching backup', step, 1)).toBe('fetching backup: Receiving objects 10% (1000/10000)')
    expect(lines.next('fetching origin', { ...step, stage: 'Resolving deltas' }, 2)).toBeDefined()
    expect(lines.next('fetching origin', at(11), 3)).toBeUndefined()
    expect(lines.next('fetching backup', at(11), 3)).toBeUndefined()
  })

  it('begin anew with a meter that goes back: another round', () => {
    const lines = new ProgressLines()
    linesOf(everyPercent, 1, lines)
    expect(percents(linesOf(everyPercent, 1, lines))).toEqual(['0', '25', '50', '75', '100'])
  })

  it('count what has no percentage, the first step and one every 10 s', () => {
    const counting = [1, 500, 900, 1_500].map((done) => ({ stage: 'Enumerating objects', done }))
    expect(linesOf(counting, 4_000)).toEqual([
      'fetching origin: Enumerating objects 1',
      'fetching origin: Enumerating objects 1500',
    ])
  })

  it.each([
    [0, '0 bytes'],
    [1_023, '1023 bytes'],
    [1_024, '1.0 KiB'],
    [12 * 1024 ** 2, '12.0 MiB'],
    [1.5 * 1024 ** 3, '1.5 GiB'],
    [2_048 * 1024 ** 4, '2048.0 TiB'],
  ])('say how much was carried: %d is %s', (bytes, text) => {
    expect(linesOf([{ ...at(50), bytes }])).toEqual([
      `fetching origin: Receiving objects 50% (5000/10000), ${text}`,
    ])
  })

  it('do without what git does not say', () => {
    expect(linesOf([{ stage }])).toEqual(['fetching origin: Receiving objects'])
    expect(linesOf([{ stage, percent: 7 }])).toEqual(['fetching origin: Receiving objects 7%'])
  })
})
