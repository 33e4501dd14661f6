import fc from 'fast-check'
import { commitCount, type Kinship, tagCount } from './ancestry.ts'
import { histories } from './histories.ts'
import { clash, targetName } from './selection.ts'

/** What a ref points to: one of the graph's commits, or one of its annotated tags. */
export type Value = { readonly commit: number } | { readonly tag: number }

/** Full name → what it points to. */
export type Refs = Readonly<Record<string, Value>>

/** What somebody else does at the target; `null`: deletes. */
export interface Intrusion {
  readonly ref: string
  readonly to: Value | null
}

export interface Scenario {
  /** Its place among `histories`. */
  readonly graph: number
  readonly source: Refs
  readonly target: Refs
  readonly task: {
    readonly mode: 'branch' | 'mirror'
    readonly source_branch: string
    readonly target_branch: string
    readonly on_diverge: 'reject' | 'overwrite' | 'skip'
    readonly prune: boolean
    readonly atomic: boolean
    readonly tags: boolean
    readonly require_approval: boolean
    readonly max_delete_percent: number
    readonly refs: readonly string[]
    readonly exclude: readonly string[]
  }
  /** A run plans by itself; or a plan is stored, and then applied. */
  readonly first: 'run' | 'stored plan'
  /** Between plan and push; of a stored plan before it is applied. */
  readonly intrusions: readonly Intrusion[]
  /** Between the second plan of a run and its push; of a stored plan between its check and the push. */
  readonly laterIntrusions: readonly Intrusion[]
  /** What follows: the task once more; or the first run is undone, perhaps after somebody moved what it had taken. */
  readonly afterwards: 'run' | 'restore' | 'move and restore'
}

const branches = [
  ...['main', 'dev', 'feature', 'feature/a', 'feature/b', 'release/1', 'upstream/main', 'upstream/dev'],
  ...['topic/1', 'topic/2', 'topic/3', 'topic/4', 'topic/5', 'topic/6'],
].map((name) => `refs/heads/${name}`)
const tags = ['v1', 'v2', 'release'].map((name) => `refs/tags/${name}`)

/** How a ref of the target lies to that of the source; what only one side has is not there on the other. */
type Place = Kinship | 'at source' | 'at target'

const weighted = (weights: Partial<Record<Place, number>>): fc.Arbitrary<Place> =>
  fc.oneof(
    ...Object.entries(weights).map(([place, weight]) => ({
      weight,
      arbitrary: fc.constant(place as Place),
    })),
  )

/** What has become of the target's refs since it was in step, by what befell the source. */
const fates = {
  worked: weighted({ same: 4, ancestor: 6, 'at source': 4, 'at target': 1 }),
  both: weighted({ same: 2, ancestor: 4, descendant: 2, diverged: 3, 'at source': 2, 'at target': 2 }),
  gone: weighted({ same: 2, ancestor: 1, 'at target': 9 }),
  emptied: weighted({ 'at target': 1 }),
  remade: weighted({ same: 1, ancestor: 3, diverged: 1, unrelated: 3 }),
}

const fate = fc.oneof(
  { weight: 6, arbitrary: fc.constant('worked' as const) },
  { weight: 7, arbitrary: fc.constant('both' as const) },
  { weight: 5, arbitrary: fc.constant('gone' as const) },
  { weight: 1, arbitrary: fc.constant('emptied' as const) },
  { weight: 1, arbitrary: fc.constant('remade' as const) },
)

/** A ref before its task is known: what the source has, how the target's lies to it, and which of those it is. */
interface Draft {
  readonly name: string
  readonly value: Value
  readonly place: Place
  readonly pick: number
}

const commit = fc.nat(commitCount - 1).map((index) => ({ commit: index }))
const tagged = fc.oneof(
  commit,
  fc.nat(tagCount - 1).map((index) => ({ tag: index })),
)

const drafts = (names: readonly string[], value: fc.Arbitrary<Value>, place: fc.Arbitrary<Place>) =>
  fc
    .shuffledSubarray([...names], { minLength: Math.floor(names.length / 3) })
    .chain((chosen) =>
      fc.tuple(
        ...chosen.map((name) => fc.record({ name: fc.constant(name), value, place, pick: fc.nat(999) })),
      ),
    )

const refs = fate.chain((chosen) =>
  fc
    .tuple(drafts(branches, commit, fates[chosen]), drafts(tags, tagged, fates[chosen]))
    .map(([heads, marks]) => [...heads, ...marks]),
)

const intrusion = fc.record({
  /** Mostly one of what the scenario is about. */
  any: fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...branches, ...tags) },
    { weight: 5, arbitrary: fc.constant(null) },
  ),
  pick: fc.nat(999),
  to: fc.option(commit, { freq: 3 }),
})

const mirrored = fc.record({
  refs: fc.constantFrom<readonly string[]>(
    ...[[], [], []],
    ['refs/heads/*:refs/heads/upstream/*'],
    ['refs/heads/f*', 'refs/heads/main'],
  ),
  exclude: fc.constantFrom<readonly string[]>([], [], ['refs/heads/dev'], ['refs/heads/feature*']),
})

const oftenNot = fc.constantFrom(false, false, true)

export const scenario: fc.Arbitrary<Scenario> = fc
  .record({
    graph: fc.nat(histories.length - 1),
    refs,
    mode: fc.constantFrom('mirror' as const, 'mirror' as const, 'mirror' as const, 'branch' as const),
    /** A task of one branch mostly has one that is there. */
    branch: fc.record({ pick: fc.nat(999), isMissing: fc.nat(9).map((number) => number === 0) }),
    selection: mirrored,
    on_diverge: fc.constantFrom(
      'reject' as const,
      'overwrite' as const,
      'overwrite' as const,
      'skip' as const,
    ),
    prune: fc.boolean(),
    atomic: oftenNot,
    tags: fc.constantFrom(true, true, false),
    require_approval: oftenNot,
    max_delete_percent: fc.constantFrom(30, 30, 30, 100),
    first: fc.constantFrom('run' as const, 'run' as const, 'run' as const, 'stored plan' as const),
    isDisturbed: fc.boolean(),
    intrusions: fc.array(intrusion, { minLength: 1, maxLength: 3 }),
    laterIntrusions: fc.array(intrusion, { minLength: 1, maxLength: 2 }),
    afterwards: fc.constantFrom(
      'run' as const,
      'run' as const,
      'restore' as const,
      'move and restore' as const,
    ),
  })
  .map(({ graph, refs, mode, branch, selection, isDisturbed, intrusions, laterIntrusions, ...given }) => {
    const { first, afterwards, ...policy } = given
    const heads = refs.filter(({ name, place }) => name.startsWith('refs/heads/') && place !== 'at target')
    const present = heads[branch.pick % heads.length]?.name.slice('refs/heads/'.length)
    const task = {
      mode,
      source_branch: mode === 'mirror' ? '' : branch.isMissing ? 'missing' : (present ?? 'missing'),
      target_branch: mode === 'mirror' ? '' : 'main',
      ...policy,
      ...(mode === 'branch' ? { refs: [], exclude: [] } : selection),
    }
    const source = withoutClashes(
      refs.filter(({ place }) => place !== 'at target').map(({ name, value }) => [name, value]),
    )
    const target = withoutClashes(
      refs
        .filter(({ place }) => place !== 'at source')
        // first what the task is about, so that it has the room
        .map((draft) => [targetName(task, draft.name), draft] as const)
        .sort(([one], [other]) => Number(one === null) - Number(other === null))
        .map(([name, draft]) => [name ?? draft.name, valueAtTarget(graph, draft)]),
    )
    const interesting = [
      ...Object.keys(source).flatMap((name) => targetName(task, name) ?? []),
      ...Object.keys(target),
    ]
    const toIntrusion = ({ any, pick, to }: (typeof intrusions)[number]) => ({
      ref: any ?? interesting[pick % interesting.length] ?? branches[0]!,
      to,
    })
    return {
      graph,
      source,
      target,
      task,
      first,
      intrusions: isDisturbed ? intrusions.map(toIntrusion) : [],
      laterIntrusions: isDisturbed ? laterIntrusions.map(toIntrusion) : [],
      afterwards,
    }
  })

/** One of the commits that lie so to the source's; where there is none, any. */
function valueAtTarget(graph: number, { value, place, pick }: Draft): Value {
  if (place === 'same' || place === 'at target') return value
  const { ancestry } = histories[graph]!
  const commit = 'commit' in value ? value.commit : ancestry.tagged[value.tag]!
  const every = Array.from({ length: commitCount }, (_, other) => other)
  const fitting = every.filter((other) => ancestry.kinship(other, commit) === place)
  const candidates = fitting.length > 0 ? fitting : every
  return { commit: candidates[pick % candidates.length]! }
}

/** git keeps refs like files in folders: of two names that clash, the first stays. */
function withoutClashes(refs: readonly (readonly [string, Value])[]): Refs {
  const kept: Record<string, Value> = {}
  for (const [name, value] of refs) {
    const hasRoom = Object.keys(kept).every((other) => name !== other && !clash(name, other))
    if (hasRoom) kept[name] = value
  }
  return kept
}
