import { describe, expect, it } from 'vitest'
import { isLock, isLockOrUnfinished, isStale } from '../../src/git/stale-lock.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

describe('what a killed git leaves is stale from this age on, and not a moment sooner', () => {
  it.each([
    ['config.lock', minute],
    ['HEAD.lock', hour],
    ['packed-refs.lock', hour],
    ['packed-refs.new', hour],
    ['shallow.lock', hour],
    ['refs/heads/main.lock', hour],
    ['refs/remotes/origin/heads/a/b.lock', hour],
    ['objects/maintenance.lock', hour],
    ['objects/info/commit-graph.lock', hour],
    ['objects/info/commit-graphs/commit-graph-chain.lock', hour],
    ['objects/pack/multi-pack-index.lock', hour],
    ['gc.pid', day],
    ['gc.pid.lock', day],
    ['gc.log.lock', day],
    ['objects/info/commit-graphs/tmp_graph_Ab1', day],
    ['objects/pack/tmp_pack_Ab1', day],
    ['objects/pack/tmp_idx_Ab1', day],
    ['objects/pack/.tmp-123-pack-abc.pack', day],
    ['objects/ab/tmp_obj_Ab1', day],
    ['objects/tmp_objdir-incoming-Ab1', day],
  ])('%s', (name, age) => {
    expect(isStale(name, age)).toBe(true)
    expect(isStale(name, age - 1)).toBe(false)
    expect(isLockOrUnfinished(name)).toBe(true)
  })
})

it.each([
  'HEAD',
  'config',
  'packed-refs',
  'refs/heads/lock',
  'objects/pack/pack-0123.pack',
  'objects/pack/pack-0123.keep',
  'objects/ab/0123',
  'objects/info/commit-graphs/graph-0123.graph',
  'gc.log',
  'notes.lock',
  'x/packed-refs.lock',
])('%s is no left-over, however old', (name) => {
  expect(isStale(name, 1_000 * day)).toBe(false)
  expect(isLockOrUnfinished(name)).toBe(false)
})

it.each([
  ['refs/heads/main.lock', true],
  ['gc.pid', true],
  ['objects/pack/tmp_pack_Ab1', false],
  ['packed-refs.new', false],
])('%s stops another git: %s', (name, expected) => {
  expect(isLock(name)).toBe(expected)
})
