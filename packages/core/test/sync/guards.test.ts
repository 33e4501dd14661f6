import { describe, expect, it } from 'vitest'
import { checkGuards } from '../../src/sync/guards.ts'
import { approvalNeeded, holdForApproval } from '../../src/sync/hold-for-approval.ts'
import { needsRelation, pairRefs } from '../../src/sync/pair-refs.ts'
import { planRefs } from '../../src/sync/plan-refs.ts'
import { parseRefSelection } from '../../src/sync/ref-selection.ts'

const a = 'a'.repeat(40)
const b = 'b'.repeat(40)
const branches = (count: number, oid = a) =>
  new Map(Array.from({ length: count }, (_, at) => [`refs/heads/b${at}`, oid]))

interface Given {
  readonly source: ReadonlyMap<string, string>
  readonly target: ReadonlyMap<string, string>
  readonly max_delete_percent?: number
  readonly prune?: boolean
  readonly exclude?: string[]
  readonly related?: boolean
  readonly on_diverge?: 'reject' | 'overwrite'
}

function planned(given: Given) {
  const { source, target, exclude = [], related = true, on_diverge = 'overwrite', prune = true } = given
  const fields = { mode: 'mirror', source_branch: '', target_branch: '', refs: [], tags: false } as const
  const pairing = pairRefs(parseRefSelection({ ...fields, refs: [], exclude }), source, target)
  const relation = { ahead: 1, behind: 1, related }
  const relations = new Map(needsRelation(pairing.pairs).map(({ target_ref }) => [target_ref, relation]))
  const updates = planRefs({ pairing, relations, policy: { on_diverge, prune, atomic: false } })
  return { pairing, relations, updates }
}

const stop = (given: Given) =>
  checkGuards({
    ...planned(given),
    task: { max_delete_percent: given.max_delete_percent ?? 30, prune: given.prune ?? true },
  })

describe('the guard against an empty source', () => {
  it.each([true, false])('stops when the source has nothing and the target something, prune %s', (prune) => {
    expect(stop({ source: new Map(), target: branches(1), prune })).toEqual({
      code: 'EMPTY_SOURCE',
      message: `The source has none of the refs that this task selects, while the target has 1 of them. Nothing was changed. Check whether the source was emptied or made anew; if this is meant, ${prune ? 'look at the stored plan and apply it' : 'change which refs the task selects'}.`,
      details: { at_target: 1 },
    })
  })

  it('comes before the one against mass deletion', () => {
    expect(stop({ source: new Map(), target: branches(20) })?.code).toBe('EMPTY_SOURCE')
  })

  it.each<[string, Given]>([
    ['both are empty', { source: new Map(), target: new Map() }],
    ['the target is empty', { source: branches(3), target: new Map() }],
    ['one ref is in step', { source: branches(1), target: branches(2) }],
    [
      'what the target has is excluded',
      { source: new Map(), target: branches(2), exclude: ['refs/heads/b*'] },
    ],
  ])('lets pass when %s', (_, given) => {
    expect(stop(given)).toBeNull()
  })
})

describe('the guard against mass deletion', () => {
  it.each<[number, number, number, boolean]>([
    // kept, deleted, limit
    [95, 5, 4, true],
    [95, 5, 5, false],
    [96, 4, 0, false],
    [1, 4, 0, false],
    [1, 5, 30, true],
    [7, 3, 30, false],
    [14, 6, 30, false],
    [13, 6, 30, true],
    [1, 99, 99, false],
    [1, 99, 98, true],
    [1, 9, 100, false],
  ])('%d stay, %d go, at most %d %%: stops %s', (kept, deleted, max_delete_percent, stops) => {
    const given = { source: branches(kept), target: branches(kept + deleted), max_delete_percent }
    expect(stop(given)?.code).toBe(stops ? 'MASS_DELETION' : undefined)
    expect(stop({ ...given, prune: false })).toBeNull()
  })

  it('counts only what the task covers', () => {
    const others = new Map(Array.from({ length: 90 }, (_, at) => [`refs/heads/other${at}`, a]))
    const given = {
      source: branches(5),
      target: new Map([...branches(10), ...others]),
      exclude: ['refs/heads/other*'],
    }
    expect(stop(given)?.details).toEqual({ deletions: 5, at_target: 10, max_delete_percent: 30 })
  })

  it('says how many of how many, the limit, and what to do', () => {
    expect(stop({ source: branches(13), target: branches(19) })?.message).toBe(
      'The run would delete 6 of the 19 refs of this task at the target (32 %); max_delete_percent allows 30 %. Nothing was changed. If this is meant, look at the stored plan and apply it, or raise max_delete_percent.',
    )
  })
})

describe('the guard against unrelated histories', () => {
  const rewritten = { source: branches(3, a), target: branches(3, b), related: false }

  it('stops when a branch is to be overwritten that has no commit in common', () => {
    expect(stop(rewritten)).toEqual({
      code: 'UNRELATED_HISTORY',
      message:
        'The run would overwrite refs/heads/b0 and 2 more with a history that has no commit in common with the old one. Nothing was changed. Check whether the source was made anew; if this is meant, look at the stored plan and apply it, or set on_diverge to another value.',
      details: { refs: ['refs/heads/b0', 'refs/heads/b1', 'refs/heads/b2'], count: 3 },
    })
  })

  it.each<[string, Given]>([
    ['they are related', { ...rewritten, related: true }],
    ['nothing is overwritten', { ...rewritten, on_diverge: 'reject' }],
  ])('lets pass when %s', (_, given) => {
    expect(stop(given)).toBeNull()
  })
})

describe('what a task that needs approval holds', () => {
  const source = new Map([
    ['refs/heads/forced', a],
    ['refs/heads/new', a],
    ['refs/heads/old/below', a],
  ])
  const target = new Map([
    ['refs/heads/forced', b],
    ['refs/heads/gone', b],
    ['refs/heads/old', b],
  ])
  const { updates } = planned({ source, target })
  const names = (some: readonly { target_ref: string }[]) => some.map(({ target_ref }) => target_ref)

  it('is what it overwrites and deletes, and what only a deletion makes room for', () => {
    const { held, go } = holdForApproval(updates)
    expect(names(held)).toEqual([
      'refs/heads/forced',
      'refs/heads/gone',
      'refs/heads/old',
      'refs/heads/old/below',
    ])
    expect(names(go)).toEqual(['refs/heads/new'])
  })

  it('is everything that moves, of an atomic task', () => {
    const { held, go } = holdForApproval(updates, { atomic: true })
    expect(names(held)).toEqual(names(updates))
    expect(go).toEqual([])
  })

  it.each([false, true])('is nothing where nothing is destroyed, atomic %s', (atomic) => {
    const harmless = planned({ source, target, on_diverge: 'reject', prune: false }).updates
    expect(harmless.map(({ action }) => action)).toEqual(['conflict', 'create', 'conflict'])
    expect(holdForApproval(harmless, { atomic })).toEqual({ held: [], go: harmless })
  })

  it('is told with its numbers', () => {
    expect(approvalNeeded(holdForApproval(updates).held)).toEqual({
      code: 'APPROVAL_REQUIRED',
      message:
        'The task needs approval for 1 forced update and 2 deletions. Look at the stored plan and apply it.',
      details: { forced: 1, deleted: 2 },
    })
  })
})
