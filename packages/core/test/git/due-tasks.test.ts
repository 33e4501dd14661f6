import { describe, expect, it } from 'vitest'
import { dueTasks, looseRefLimit } from '../../src/git/due-tasks.ts'
import type { StoreCondition } from '../../src/git/store-condition.ts'

const day = 24 * 60 * 60_000
const now = Date.parse('2026-03-01T00:00:00Z')
const tidy: StoreCondition = {
  packs: 3,
  packBytes: 1_000_000,
  objects: 20_000,
  objectsSinceGraph: 0,
  looseObjects: 0,
  looseRefs: 0,
  packedRefsBytes: 0,
  collected: { at: now - 15 * day, objects: 10_000 },
}
const due = (change: Partial<StoreCondition>, thorough = false) =>
  dueTasks({ ...tidy, ...change }, { now, thorough })

it('a tidy store needs nothing between two runs', () => {
  expect(due({})).toEqual([])
})

describe('each task is due from its threshold on', () => {
  it.each([
    ['incremental-repack', { packs: 49 }, { packs: 50 }],
    ['loose-objects', { looseObjects: 1023 }, { looseObjects: 1024 }],
    ['pack-refs', { looseRefs: 15 }, { looseRefs: 16 }],
    ['commit-graph', { objectsSinceGraph: 299 }, { objectsSinceGraph: 300 }],
  ] as const)('%s', (task, below, at) => {
    expect(due(below)).toEqual([])
    expect(due(at)).toEqual([task])
  })
})

it.each([
  [0, 16],
  [900, 16],
  [100 * 2 ** 10, 50],
  [100 * 2 ** 20, 100],
])('beside %i bytes of packed refs, %i loose ones are too many', (bytes, limit) => {
  expect(looseRefLimit(bytes)).toBeCloseTo(limit)
})

describe('garbage is collected', () => {
  it('when nobody waits, the objects have doubled and two weeks are over', () => {
    expect(due({}, true)).toEqual(['gc'])
  })

  it.each([
    ['a run waits for the store', {}, false],
    ['there are not twice as many objects', { objects: 19_999 }, true],
    ['there are few objects', { objects: 6_699, collected: { at: 0, objects: 10 } }, true],
    [
      'the last time was less than two weeks ago',
      { collected: { at: now - 14 * day + 1, objects: 1 } },
      true,
    ],
    ['there is nothing yet to measure growth against', { collected: undefined }, true],
  ])('not when %s', (_, change, thorough) => {
    expect(due(change, thorough)).toEqual([])
  })

  it('in the place of what it does anyway, and the commit-graph is written after it', () => {
    const all = { packs: 60, looseObjects: 2_000, looseRefs: 100, objectsSinceGraph: 500 }
    expect(due(all, true)).toEqual(['pack-refs', 'gc', 'commit-graph'])
    expect(due(all)).toEqual(['pack-refs', 'loose-objects', 'incremental-repack', 'commit-graph'])
  })
})
