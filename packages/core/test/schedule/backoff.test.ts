import { describe, expect, it } from 'vitest'
import { backoffDelay } from '../../src/schedule/backoff.ts'

const lowest = () => 0
const highest = () => 1 - Number.EPSILON

describe('the backoff', () => {
  it.each([
    [0, 0, 0],
    [1, 15_000, 30_000],
    [2, 30_000, 60_000],
    [3, 60_000, 120_000],
    [7, 960_000, 1_920_000],
    [8, 1_800_000, 3_600_000],
    [9, 1_800_000, 3_600_000],
    [5_000, 1_800_000, 3_600_000],
  ])('after %i failures lies between %i and %i ms', (failures, least, most) => {
    expect(backoffDelay(failures, lowest)).toBe(least)
    expect(backoffDelay(failures, highest)).toBe(most)
    expect(backoffDelay(failures, () => 0.5)).toBe((least + most) / 2)
  })
})
