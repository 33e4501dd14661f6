import { describe, expect, it } from 'vitest'
import type { PlanUpdate } from '../../src/contract/index.ts'
import { movedSince } from '../../src/sync/moved-since.ts'
import type { SideRefs } from '../../src/sync/plan-head.ts'

const a = 'a'.repeat(40)
const b = 'b'.repeat(40)
const c = 'c'.repeat(40)
const main = 'refs/heads/main'

const update = (given: Partial<PlanUpdate> = {}): PlanUpdate => ({
  source_ref: main,
  target_ref: main,
  action: 'fast-forward',
  old_oid: a,
  new_oid: b,
  ahead: 1,
  behind: 0,
  reason: '',
  ...given,
})

const side = (refs: Record<string, string>, head: string | null = null): SideRefs => ({
  refs: new Map(Object.entries(refs)),
  head,
})

const selection = { sourceOf: (name: string) => name }

const moved = (updates: PlanUpdate[], source: SideRefs | undefined, target: SideRefs) =>
  movedSince(updates, { source, target, selection }).map(({ side, ref, was, is }) => [side, ref, was, is])

describe('what moved after a plan was made', () => {
  it.each<[string, PlanUpdate, SideRefs | undefined, SideRefs, unknown[]]>([
    ['nothing', update(), side({ [main]: b }), side({ [main]: a }), []],
    ['the source', update(), side({ [main]: c }), side({ [main]: a }), [['source', main, b, c]]],
    ['the target', update(), side({ [main]: b }), side({ [main]: c }), [['target', main, a, c]]],
    [
      'both',
      update(),
      side({}),
      side({}),
      [
        ['source', main, b, null],
        ['target', main, a, null],
      ],
    ],
    [
      'a new ref that came',
      update({ old_oid: null }),
      side({ [main]: b }),
      side({ [main]: c }),
      [['target', main, null, c]],
    ],
    [
      'a deletion whose source came back',
      update({ action: 'delete', source_ref: null, new_oid: null }),
      side({ [main]: c }),
      side({ [main]: a }),
      [['source', main, null, c]],
    ],
    ['a source that a restore does not read', update(), undefined, side({ [main]: a }), []],
    [
      'HEAD',
      update({
        action: 'head',
        source_ref: main,
        target_ref: 'HEAD',
        old_oid: null,
        new_oid: null,
        old_head: main,
      }),
      side({}),
      side({}, 'refs/heads/other'),
      [['target', 'HEAD', main, 'refs/heads/other']],
    ],
  ])('%s', (_, planned, source, target, expected) => {
    expect(moved([planned], source, target)).toEqual(expected)
  })
})
