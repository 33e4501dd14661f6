import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PlanUpdate } from '../../src/contract/index.ts'
import { planUpdate } from '../../src/contract/plan.ts'
import { movesRef } from '../../src/sync/moves-ref.ts'
import { needsRelation, pairRefs } from '../../src/sync/pair-refs.ts'
import { type PlanPolicy, planRefs } from '../../src/sync/plan-refs.ts'
import { parseRefSelection, type SelectedRefs } from '../../src/sync/ref-selection.ts'
import type { Relation } from '../../src/sync/relation.ts'

const oidOf = (letter: string) => letter.repeat(40)
const [a, b, c] = ['a', 'b', 'c'].map(oidOf) as [string, string, string]

type Refs = Readonly<Record<string, string>>

const everything: SelectedRefs = {
  mode: 'mirror',
  source_branch: '',
  target_branch: '',
  refs: [],
  exclude: [],
  tags: true,
}
const safe: PlanPolicy = { on_diverge: 'reject', prune: false, atomic: false }

interface World {
  readonly source: Refs
  readonly target: Refs
  readonly select?: Partial<SelectedRefs>
  readonly policy?: Partial<PlanPolicy>
  readonly relation?: Relation
  readonly defaultBranch?: string
}

const ahead: Relation = { ahead: 1, behind: 0, related: true }
const diverged: Relation = { ahead: 1, behind: 2, related: true }

const pair = ({ source, target, select }: World) =>
  pairRefs(
    parseRefSelection({ ...everything, ...select }),
    new Map(Object.entries(source)),
    new Map(Object.entries(target)),
  )

function plan(world: World): PlanUpdate[] {
  const pairing = pair(world)
  const relations = new Map(
    needsRelation(pairing.pairs).map(({ target_ref }) => [target_ref, world.relation ?? ahead]),
  )
  const { defaultBranch } = world
  return planRefs({ pairing, relations, policy: { ...safe, ...world.policy }, defaultBranch })
}

const short = ({ action, target_ref, reason }: PlanUpdate) => [action, target_ref, reason]

describe('the refs of two sides, laid side by side', () => {
  it('are pairs, deletions, what is in step, and what no name is left for', () => {
    const pairing = pair({
      source: { 'refs/heads/new': a, 'refs/heads/main': a, 'refs/heads/same': a, 'refs/tags/v1': b, HEAD: a },
      target: { 'refs/heads/main': b, 'refs/heads/same': a, 'refs/heads/gone': c, 'refs/notes/x': a },
    })
    expect(pairing).toEqual({
      pairs: [
        { source_ref: 'refs/heads/new', target_ref: 'refs/heads/new', source_oid: a, target_oid: null },
        { source_ref: 'refs/heads/main', target_ref: 'refs/heads/main', source_oid: a, target_oid: b },
        { source_ref: 'refs/tags/v1', target_ref: 'refs/tags/v1', source_oid: b, target_oid: null },
      ],
      deletions: [{ source_ref: 'refs/heads/gone', target_ref: 'refs/heads/gone', target_oid: c }],
      unmappable: [],
      targetNames: new Set(['refs/heads/main', 'refs/heads/same', 'refs/heads/gone', 'refs/notes/x']),
      total: 5,
      atTarget: 3,
      inStep: 1,
    })
    expect(needsRelation(pairing.pairs).map(({ target_ref }) => target_ref)).toEqual(['refs/heads/main'])
  })

  it('are nothing where both are empty', () => {
    expect(pair({ source: {}, target: {} })).toMatchObject({
      pairs: [],
      deletions: [],
      total: 0,
      atTarget: 0,
    })
  })

  it('never count a target as to be deleted that two sources want', () => {
    const world = {
      source: { 'refs/heads/a': a, 'refs/heads/b': b },
      target: { 'refs/heads/x': c },
      select: { refs: ['refs/heads/a:refs/heads/x', 'refs/heads/b:refs/heads/x'] },
    }
    expect(pair(world)).toMatchObject({ pairs: [], deletions: [], total: 1, atTarget: 1 })
  })
})

describe('the plan of many refs', () => {
  const one = { source: { 'refs/heads/main': a }, target: { 'refs/heads/main': b } }

  it.each<[string, World, unknown[][]]>([
    ['nothing, in step', { source: { 'refs/heads/x': a }, target: { 'refs/heads/x': a } }, []],
    [
      'a new branch and a new tag',
      { source: { 'refs/tags/v1': b, 'refs/heads/x': a }, target: {} },
      [
        ['create', 'refs/heads/x', 'the target has no such branch'],
        ['create', 'refs/tags/v1', 'the target has no such tag'],
      ],
    ],
    ['a fast-forward', one, [['fast-forward', 'refs/heads/main', '1 commit to carry over']]],
    [
      'a branch that has diverged',
      { ...one, relation: diverged },
      [
        [
          'conflict',
          'refs/heads/main',
          'the target has 2 commits that the source lacks, the source 1 commit that the target lacks',
        ],
      ],
    ],
    [
      'a target that is ahead',
      { ...one, relation: { ahead: 0, behind: 1, related: true } },
      [['conflict', 'refs/heads/main', 'the target is 1 commit ahead of the source']],
    ],
    [
      'a branch that has diverged, to be skipped',
      { ...one, relation: diverged, policy: { on_diverge: 'skip' } },
      [
        [
          'skip',
          'refs/heads/main',
          'the target has 2 commits that the source lacks, the source 1 commit that the target lacks',
        ],
      ],
    ],
    [
      'a target that is ahead, to be overwritten',
      { ...one, relation: { ahead: 0, behind: 2, related: true }, policy: { on_diverge: 'overwrite' } },
      [['force', 'refs/heads/main', 'overwrites: the target is 2 commits ahead of the source']],
    ],
    ...(['reject', 'overwrite', 'skip'] as const).map((on_diverge): [string, World, unknown[][]] => [
      `a tag that points elsewhere: ${on_diverge}`,
      { source: { 'refs/tags/v1': a }, target: { 'refs/tags/v1': b }, policy: { on_diverge } },
      [
        [
          { reject: 'conflict', overwrite: 'force', skip: 'skip' }[on_diverge],
          'refs/tags/v1',
          `${on_diverge === 'overwrite' ? 'overwrites: ' : ''}the tag at the target points elsewhere`,
        ],
      ],
    ]),
    ['nothing, for what only the target has', { source: {}, target: { 'refs/heads/x': a } }, []],
    [
      'what only the target has, to be pruned',
      {
        source: {},
        target: { 'refs/heads/x': a, 'refs/tags/v1': b, 'refs/notes/n': c },
        policy: { prune: true },
      },
      [
        ['delete', 'refs/heads/x', 'the source has no such branch'],
        ['delete', 'refs/tags/v1', 'the source has no such tag'],
      ],
    ],
    [
      'a renamed branch, to be pruned, and nothing beside it',
      {
        source: {},
        target: { 'refs/heads/up/x': a, 'refs/heads/mine': b },
        select: { refs: ['refs/heads/*:refs/heads/up/*'] },
        policy: { prune: true },
      },
      [['delete', 'refs/heads/up/x', 'the source has no refs/heads/x']],
    ],
    [
      'two sources that would become one target',
      {
        source: { 'refs/heads/a': a, 'refs/heads/b': a },
        target: { 'refs/heads/x': c },
        select: { refs: ['refs/heads/a:refs/heads/x', 'refs/heads/b:refs/heads/x'] },
        policy: { on_diverge: 'overwrite', prune: true },
      },
      [['conflict', 'refs/heads/x', 'refs/heads/a and refs/heads/b would both become refs/heads/x']],
    ],
    [
      'a name that a refspec makes and no ref can have',
      { source: { 'refs/heads/v': a }, target: {}, select: { refs: ['refs/heads/v*:refs/heads/*'] } },
      [
        [
          'conflict',
          'refs/heads/',
          'refs/heads/v would become "refs/heads/", but a ref\'s name must not end with "/" or hold "//"',
        ],
      ],
    ],
    [
      'a ref below one that stays',
      { source: { 'refs/heads/a/b': a }, target: { 'refs/heads/a': b } },
      [['conflict', 'refs/heads/a/b', 'no room beside refs/heads/a: a ref cannot stand below another']],
    ],
    [
      'a ref above one that stays because it is excluded',
      {
        source: { 'refs/heads/a': a },
        target: { 'refs/heads/a/b/c': b },
        select: { exclude: ['refs/heads/a/*'] },
        policy: { prune: true },
      },
      [['conflict', 'refs/heads/a', 'no room beside refs/heads/a/b/c: a ref cannot stand below another']],
    ],
    [
      'a ref below one that goes',
      { source: { 'refs/heads/a/b': a }, target: { 'refs/heads/a': b }, policy: { prune: true } },
      [
        ['delete', 'refs/heads/a', 'the source has no such branch'],
        ['create', 'refs/heads/a/b', 'the target has no such branch'],
      ],
    ],
    [
      'a ref below one that goes in the same transaction',
      {
        source: { 'refs/heads/a/b': a },
        target: { 'refs/heads/a': b },
        policy: { prune: true, atomic: true },
      },
      [
        ['delete', 'refs/heads/a', 'the source has no such branch'],
        [
          'conflict',
          'refs/heads/a/b',
          'no room beside refs/heads/a, which cannot be deleted in the same atomic push',
        ],
      ],
    ],
    [
      'two new refs, one below the other',
      {
        source: { 'refs/heads/x': a, 'refs/heads/y': b },
        target: {},
        select: { refs: ['refs/heads/x:refs/heads/a/b', 'refs/heads/y:refs/heads/a'] },
      },
      [
        ['create', 'refs/heads/a', 'the target has no such branch'],
        ['conflict', 'refs/heads/a/b', 'no room beside refs/heads/a: a ref cannot stand below another'],
      ],
    ],
  ])('has %s', (_, world, updates) => {
    expect(plan(world).map(short)).toEqual(updates)
  })

  it('is in the order of the names, by code units', () => {
    const names = [
      'refs/heads/é',
      'refs/heads/b',
      'refs/heads/B',
      'refs/heads/a/b',
      'refs/heads/a-',
      'refs/tags/a',
    ]
    const source = Object.fromEntries(names.map((name) => [name, a]))
    expect(plan({ source, target: {} }).map(({ target_ref }) => target_ref)).toEqual([
      'refs/heads/B',
      'refs/heads/a-',
      'refs/heads/a/b',
      'refs/heads/b',
      'refs/heads/é',
      'refs/tags/a',
    ])
  })

  it('begins with the default branch, where it is told', () => {
    const source = { 'refs/heads/a': a, 'refs/heads/main': a, 'refs/heads/b': b }
    const order = plan({ source, target: {}, defaultBranch: 'refs/heads/main' }).map(
      ({ target_ref }) => target_ref,
    )
    expect(order).toEqual(['refs/heads/main', 'refs/heads/a', 'refs/heads/b'])
  })

  it('cannot be made of two different commits without their relation', () => {
    const pairing = pair(one)
    expect(() => planRefs({ pairing, relations: new Map(), policy: safe })).toThrow(TypeError)
  })
})

const name = fc
  .tuple(
    fc.constantFrom('refs/heads/', 'refs/tags/'),
    fc.constantFrom('a', 'b', 'c', 'a/x', 'a/y', 'b/x', 'b/x/y', 'up/a', 'up/b/x', 'wip'),
  )
  .map((parts) => parts.join(''))

/** Refs that can stand side by side in one repository. */
const refs = fc
  .uniqueArray(fc.tuple(name, fc.constantFrom(a, b, c)), { selector: ([ref]) => ref, maxLength: 12 })
  .map((entries) => {
    const kept: [string, string][] = []
    for (const [ref, oid] of entries) {
      const clashes = kept.some(([other]) => other.startsWith(`${ref}/`) || ref.startsWith(`${other}/`))
      if (!clashes) kept.push([ref, oid])
    }
    return Object.fromEntries(kept) as Refs
  })
const counts = fc
  .record({ ahead: fc.nat(3), behind: fc.nat(3) })
  .filter((relation) => relation.ahead + relation.behind > 0)
  .map((relation): Relation => ({ ...relation, related: true }))
const worlds = fc.record({
  source: refs,
  target: refs,
  select: fc.record({
    refs: fc.array(
      fc.constantFrom(
        'refs/heads/*',
        'refs/heads/a/*',
        'refs/heads/*:refs/heads/up/*',
        'refs/heads/a:refs/heads/b',
        'refs/tags/*',
      ),
      { maxLength: 3 },
    ),
    exclude: fc.array(fc.constantFrom('refs/heads/wip', 'refs/heads/b/*', 'refs/tags/a'), { maxLength: 2 }),
  }),
  policy: fc.record({
    on_diverge: fc.constantFrom('reject' as const, 'overwrite' as const, 'skip' as const),
    prune: fc.boolean(),
    atomic: fc.boolean(),
  }),
  relation: counts,
})

/** What the target has once a plan is carried out. */
function carriedOut(target: Refs, updates: readonly PlanUpdate[]): Refs {
  const after = new Map(Object.entries(target))
  for (const { target_ref, new_oid } of updates.filter(movesRef)) {
    if (new_oid === null) after.delete(target_ref)
    else after.set(target_ref, new_oid)
  }
  return Object.fromEntries(after)
}

describe('any plan', () => {
  const check = (property: (world: World & { readonly policy: PlanPolicy }) => void) =>
    fc.assert(fc.property(worlds, property), { numRuns: 2_000 })

  it('is made of records of the contract, one for each ref at most', () => {
    check((world) => {
      const updates = plan(world)
      expect(updates.map((update) => planUpdate.parse(update))).toEqual(updates)
      expect(new Set(updates.map(({ target_ref }) => target_ref)).size).toBe(updates.length)
    })
  })

  it('expects what the target has, and carries what the source has', () => {
    check((world) => {
      for (const update of plan(world)) {
        expect(update.old_oid).toBe(world.target[update.target_ref] ?? null)
        expect(update.reason).toMatch(/\S/)
        if (!movesRef(update)) continue
        expect(update.new_oid).toBe(update.source_ref === null ? null : world.source[update.source_ref])
        expect(update.new_oid).not.toBe(update.old_oid)
      }
    })
  })

  it('touches no ref that is excluded or not covered', () => {
    check((world) => {
      const selection = parseRefSelection({ ...everything, ...world.select })
      for (const { source_ref, target_ref } of plan(world).filter(movesRef)) {
        expect(selection.covers(target_ref)).toBe(true)
        const source = source_ref ?? selection.sourceOf(target_ref) ?? ''
        expect(selection.targetOf(source)).toBe(target_ref)
      }
    })
  })

  it('loses nothing but what the policy gives away', () => {
    check((world) => {
      const actions = new Set(plan(world).map(({ action }) => action))
      expect(actions.has('force') && world.policy.on_diverge !== 'overwrite').toBe(false)
      expect(actions.has('delete') && !world.policy.prune).toBe(false)
      expect(actions.has('skip') && world.policy.on_diverge !== 'skip').toBe(false)
      expect(actions.has('fast-forward') && world.relation?.behind !== 0).toBe(false)
    })
  })

  it('has nothing left to move once it is carried out', () => {
    check((world) => {
      const after = carriedOut(world.target, plan(world))
      const again = plan({ ...world, target: after }).filter(movesRef)
      // an atomic push cannot make room and use it: that is for the next run
      if (!world.policy.atomic) expect(again).toEqual([])
    })
  })

  it('makes the target what the source is, where all is to be overwritten and pruned', () => {
    check(({ source, target, relation }) => {
      const policy = { on_diverge: 'overwrite', prune: true, atomic: false } as const
      const after = carriedOut(target, plan({ source, target, relation: relation ?? ahead, policy }))
      expect(after).toEqual(source)
    })
  })

  it('leaves refs that can stand side by side', () => {
    check((world) => {
      const names = Object.keys(carriedOut(world.target, plan(world)))
      for (const ref of names) expect(names.filter((other) => other.startsWith(`${ref}/`))).toEqual([])
    })
  })

  it('does not hang on the order in which the refs were listed', () => {
    check((world) => {
      const backwards = (given: Refs) => Object.fromEntries(Object.entries(given).toReversed())
      const turned = { ...world, source: backwards(world.source), target: backwards(world.target) }
      const known = ({ reason: _, ...update }: PlanUpdate) => update
      expect(plan(turned).map(known)).toEqual(plan(world).map(known))
    })
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
    ['head', false],
  ] as const)('%s moves a ref: %s', (action, moves) => {
    expect(movesRef({ action })).toBe(moves)
  })
})
