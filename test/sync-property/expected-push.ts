import { type ExpectedUpdate, expectedPlan, type Oids } from './expected-plan.ts'
import { type Played, type PlayedRun, pushesOf, takenBy } from './played.ts'
import type { Scenario } from './scenario.ts'
import { clash } from './selection.ts'

type Move = Pick<ExpectedUpdate, 'old_oid' | 'new_oid'>
type Moves = ReadonlyMap<string, Move>

/** What is to come of one try. */
export interface ExpectedPush {
  /** What the target is to have; `null`: somebody put a name where a new one was to go, and what git says is its own. */
  readonly after: Oids | null
  /** What was moved by somebody between plan and push, and is therefore left. */
  readonly stale: ReadonlySet<string>
}

/** What a run is to do, try by try: what nobody moved since the plan, and of all-or-none everything or nothing. */
export function expectedPushes(scenario: Scenario, played: Played, playedRun: PlayedRun): ExpectedPush[] {
  const isAtomic = playedRun.kind !== 'plans' || scenario.task.atomic
  return pushesOf(playedRun).map(({ from }, index) =>
    pushed(movesOf(scenario, played, playedRun, playedRun.tries[index]!.seen), from, isAtomic),
  )
}

function movesOf(scenario: Scenario, played: Played, { kind }: PlayedRun, seen: Oids): Moves {
  const { graph, source, stored, runs } = played
  if (kind === 'restores') return restoring(played, runs[0]!, seen)
  if (kind === 'plans') return expectedPlan(scenario, graph, source, seen).moves
  // asking for it is the approval, of what a guard had stopped, too; not of what cannot be
  const updates = [...expectedPlan(scenario, graph, source, stored!.seen).updates]
  if (scenario.task.atomic && updates.some(([, { action }]) => action === 'conflict')) return new Map()
  return new Map(updates.filter(([, { action }]) => action !== 'skip' && action !== 'conflict'))
}

/** What is to be put back, of what the target has not. */
export function restoring({ graph }: Played, first: PlayedRun, seen: Oids): Moves {
  const taken = [...takenBy(graph, first)].map(
    ([name, { was }]) => [name, { old_oid: seen.get(name) ?? null, new_oid: was }] as const,
  )
  return new Map(taken.filter(([, { old_oid, new_oid }]) => old_oid !== new_oid))
}

function pushed(moves: Moves, from: Oids, isAtomic: boolean): ExpectedPush {
  const isNow = (name: string) => from.get(name) ?? null
  // git calls a deletion of what is gone stale, too
  const isStale = (name: string, { old_oid, new_oid }: Move) =>
    isNow(name) !== old_oid && (isNow(name) !== new_oid || new_oid === null)
  const stale = [...moves].filter(([name, move]) => isStale(name, move))
  const leaves = (name: string) =>
    moves.get(name)?.new_oid === null && moves.get(name)?.old_oid === isNow(name)
  const isInTheWay = (name: string) => [...from.keys()].some((other) => clash(name, other) && !leaves(other))
  const hasNoRoom = [...moves].some(
    ([name, { new_oid }]) => new_oid !== null && !from.has(name) && isInTheWay(name),
  )
  const names = new Set(stale.map(([name]) => name))
  if (hasNoRoom) return { after: null, stale: names }
  const after = new Map(from)
  if (isAtomic && names.size > 0) return { after, stale: names }
  for (const [name, { new_oid }] of moves) {
    if (names.has(name)) continue
    if (new_oid === null) after.delete(name)
    else after.set(name, new_oid)
  }
  return { after, stale: names }
}
