import { describe, expect, it } from 'vitest'
import type { PlanUpdate, RunRef } from '../../src/contract/index.ts'
import { RunOutcomes } from '../../src/services/run-outcomes.ts'

const a = 'a'.repeat(40)
const b = 'b'.repeat(40)
const c = 'c'.repeat(40)

const ref = (outcome: RunRef['outcome'], given: Partial<RunRef> = {}): RunRef => ({
  source_ref: 'refs/heads/main',
  target_ref: 'refs/heads/main',
  action: 'fast-forward',
  old_oid: a,
  new_oid: b,
  outcome,
  reason: '',
  failure_class: null,
  ...given,
})

const update = (given: Partial<PlanUpdate> = {}): PlanUpdate => ({
  source_ref: 'refs/heads/main',
  target_ref: 'refs/heads/main',
  action: 'fast-forward',
  old_oid: a,
  new_oid: b,
  ahead: 1,
  behind: 0,
  reason: '',
  ...given,
})

const outcomesOf = (refs: readonly RunRef[]) => refs.map(({ outcome }) => outcome)

describe('what became of the refs of a run over its tries', () => {
  it.each(['rejected', 'checked_out', 'protected'] as const)(
    'a ref that was %s is not tried again as it stands',
    (outcome) => {
      const outcomes = new RunOutcomes()
      outcomes.add([ref(outcome)])
      expect(outcomes.open([update()])).toEqual([])
      expect(outcomes.open([update({ new_oid: c })])).toHaveLength(1)
      expect(outcomes.open([update({ old_oid: c })])).toHaveLength(1)
    },
  )

  it.each(['stale', 'failed', 'updated'] as const)('a ref that was %s is tried again', (outcome) => {
    const outcomes = new RunOutcomes()
    outcomes.add([ref(outcome)])
    expect(outcomes.open([update()])).toHaveLength(1)
  })

  it('what an earlier try moved is told, also when the last plan does not name it', () => {
    const outcomes = new RunOutcomes()
    outcomes.add([ref('updated')])
    expect(outcomesOf(outcomes.all(new Map(), new Set()))).toEqual(['updated'])
    expect(outcomesOf(outcomes.known)).toEqual(['updated'])
  })

  it('a try that broke off after the target took it has moved the ref', () => {
    const outcomes = new RunOutcomes()
    outcomes.add([ref('failed', { failure_class: 'network' })])
    expect(outcomes.all(new Map([['refs/heads/main', b]]), new Set())).toMatchObject([
      { outcome: 'updated', failure_class: null },
    ])
  })

  it('a stale ref that is there now was moved by somebody else', () => {
    const outcomes = new RunOutcomes()
    outcomes.add([ref('stale')])
    expect(outcomesOf(outcomes.all(new Map([['refs/heads/main', b]]), new Set()))).toEqual(['in_step'])
  })

  it('a deletion that an earlier attempt had begun is told when the ref is gone', () => {
    const outcomes = new RunOutcomes([ref('failed', { action: 'delete', new_oid: null })])
    expect(outcomesOf(outcomes.all(new Map(), new Set()))).toEqual(['updated'])
  })

  it('what was begun and is neither there nor planned any more is nothing of this run', () => {
    const outcomes = new RunOutcomes([ref('failed')])
    expect(outcomes.all(new Map([['refs/heads/main', c]]), new Set())).toEqual([])
  })

  it('the last try counts for a ref that the last plan names', () => {
    const outcomes = new RunOutcomes([ref('failed')])
    outcomes.add([ref('rejected')])
    expect(outcomesOf(outcomes.all(new Map(), new Set(['refs/heads/main'])))).toEqual(['rejected'])
  })

  it('every try of this attempt is told, a ref more than once, and nothing of the attempts before', () => {
    const outcomes = new RunOutcomes([ref('failed', { target_ref: 'refs/heads/before' })])
    outcomes.add([ref('updated')])
    outcomes.add([ref('stale', { old_oid: c })])
    expect(outcomes.tried.map(({ outcome, old_oid }) => [outcome, old_oid])).toEqual([
      ['updated', a],
      ['stale', c],
    ])
    expect(outcomes.known).toHaveLength(2)
  })
})
