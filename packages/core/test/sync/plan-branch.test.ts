import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planUpdate } from '../../src/contract/plan.ts'
import { type BranchPlanInput, movesRef, planBranch } from '../../src/sync/plan-branch.ts'

const a = 'a'.repeat(40)
const b = 'b'.repeat(40)
const input: BranchPlanInput = {
  sourceRef: 'refs/heads/main',
  targetRef: 'refs/heads/copy',
  sourceOid: a,
  targetOid: b,
  relation: { ahead: 1, behind: 0 },
  onDiverge: 'reject',
}

describe('the plan of a task in branch mode', () => {
  it.each([
    { name: 'in step', targetOid: a, relation: null, plan: [] },
    {
      name: 'the target has no such branch',
      targetOid: null,
      relation: null,
      plan: [
        {
          action: 'create',
          old_oid: null,
          ahead: null,
          behind: null,
          reason: 'the target has no such branch',
        },
      ],
    },
    {
      name: 'the source is one commit ahead',
      relation: { ahead: 1, behind: 0 },
      plan: [{ action: 'fast-forward', ahead: 1, behind: 0, reason: '1 commit to carry over' }],
    },
    {
      name: 'the source is some commits ahead',
      relation: { ahead: 3, behind: 0 },
      plan: [{ action: 'fast-forward', ahead: 3, behind: 0, reason: '3 commits to carry over' }],
    },
    {
      name: 'the target is ahead',
      relation: { ahead: 0, behind: 1 },
      plan: [
        { action: 'conflict', ahead: 0, behind: 1, reason: 'the target is 1 commit ahead of the source' },
      ],
    },
    {
      name: 'they have diverged',
      relation: { ahead: 1, behind: 2 },
      plan: [
        {
          action: 'conflict',
          ahead: 1,
          behind: 2,
          reason: 'the target has 2 commits that the source lacks, the source 1 commit that the target lacks',
        },
      ],
    },
    {
      name: 'they have diverged, to be skipped',
      relation: { ahead: 1, behind: 1 },
      onDiverge: 'skip' as const,
      plan: [
        {
          action: 'skip',
          ahead: 1,
          behind: 1,
          reason: 'the target has 1 commit that the source lacks, the source 1 commit that the target lacks',
        },
      ],
    },
    {
      name: 'the target is ahead, to be overwritten',
      relation: { ahead: 0, behind: 2 },
      onDiverge: 'overwrite' as const,
      plan: [
        {
          action: 'force',
          ahead: 0,
          behind: 2,
          reason: 'overwrites: the target is 2 commits ahead of the source',
        },
      ],
    },
  ])('$name', ({ name: _, plan, ...given }) => {
    const whole = { source_ref: 'refs/heads/main', target_ref: 'refs/heads/copy', old_oid: b, new_oid: a }
    expect(planBranch({ ...input, ...given })).toEqual(plan.map((update) => ({ ...whole, ...update })))
  })

  it('cannot be made of two different commits without their relation', () => {
    expect(() => planBranch({ ...input, relation: null })).toThrow(TypeError)
  })

  const oid = fc.constantFrom(a, b, 'c'.repeat(40), 'd'.repeat(64))
  const count = fc.oneof(fc.constant(0), fc.nat())
  const anyInput: fc.Arbitrary<BranchPlanInput> = fc
    .record({
      sourceRef: fc.constant('refs/heads/main'),
      targetRef: fc.constantFrom('refs/heads/main', 'refs/heads/copy'),
      sourceOid: oid,
      targetOid: fc.option(oid),
      relation: fc.option(fc.record({ ahead: count, behind: count })),
      onDiverge: fc.constantFrom('reject', 'overwrite', 'skip'),
    })
    .filter(({ sourceOid, targetOid, relation }) => {
      if (targetOid === null || targetOid === sourceOid) return true
      // two different commits: at least one of them has what the other lacks
      return relation !== null && relation.ahead + relation.behind > 0
    })

  it('is empty exactly when both sides are in step, whatever else is known', () => {
    fc.assert(
      fc.property(anyInput, (given) => {
        expect(planBranch(given).length).toBe(given.sourceOid === given.targetOid ? 0 : 1)
      }),
    )
  })

  it('never moves the target unless it creates, carries commits forward, or was told to overwrite', () => {
    fc.assert(
      fc.property(anyInput, (given) => {
        const [update] = planBranch(given)
        fc.pre(update !== undefined && movesRef(update))
        const creates = given.targetOid === null
        const onlyAhead = given.relation?.behind === 0
        expect(creates || onlyAhead || given.onDiverge === 'overwrite').toBe(true)
        expect(update?.action).toBe(creates ? 'create' : onlyAhead ? 'fast-forward' : 'force')
      }),
      { numRuns: 500 },
    )
  })

  it('moves the target whenever nothing is lost by it', () => {
    fc.assert(
      fc.property(anyInput, (given) => {
        fc.pre(given.sourceOid !== given.targetOid)
        fc.pre(given.targetOid === null || given.relation?.behind === 0)
        expect(planBranch(given).map(movesRef)).toEqual([true])
      }),
    )
  })

  it('names what it found, and is a record of the contract', () => {
    fc.assert(
      fc.property(anyInput, (given) => {
        for (const update of planBranch(given)) {
          expect(planUpdate.parse(update)).toEqual(update)
          expect(update).toMatchObject({
            source_ref: given.sourceRef,
            target_ref: given.targetRef,
            old_oid: given.targetOid,
            new_oid: given.sourceOid,
          })
          expect(update.reason).toMatch(/\S/)
        }
      }),
    )
  })
})

describe('an action of a plan', () => {
  it.each([
    ['create', true],
    ['fast-forward', true],
    ['force', true],
    ['delete', true],
    ['skip', false],
    ['conflict', false],
  ] as const)('%s moves a ref: %s', (action, moves) => {
    expect(movesRef({ action })).toBe(moves)
  })
})
