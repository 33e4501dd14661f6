import type { Plan, PlanUpdate, RunWithRefs } from '@gitferry/core/contract'
import type { CommitGraph } from './commit-graph.ts'
import type { Oids } from './expected-plan.ts'

/** One plan of a run, and what somebody else did before it was carried out. */
export interface PlayedTry {
  readonly updates: readonly PlanUpdate[]
  /** What the target had when it was planned. */
  readonly seen: Oids
  /** What somebody else made of it between plan and push; `seen` where nobody did anything. */
  readonly intruded: Oids
}

export interface PlayedRun {
  readonly kind: 'plans' | 'applies' | 'restores'
  /** What the target had when the run was asked for. */
  readonly before: Oids
  readonly tries: readonly PlayedTry[]
  readonly run: RunWithRefs
  readonly after: Oids
}

/** A plan that was stored, what somebody did before it was applied, and the run that applied it. */
export interface PlayedPlan {
  /** `null`: there was none to make, which `refused` says why. */
  readonly plan: Plan | null
  readonly refused: string | null
  /** What the target had when it was made. */
  readonly seen: Oids
}

/** A run that was undone. */
export interface PlayedRestore {
  /** What the target had when it was asked for. */
  readonly before: Oids
  readonly refused: string | null
  readonly isPaused: boolean
}

/** What one scenario came to. */
export interface Played {
  readonly graph: CommitGraph
  readonly source: Oids
  readonly before: Oids
  readonly stored: PlayedPlan | null
  readonly restore: PlayedRestore | null
  /** In their order. The first is what the scenario is about; the others find what it left. */
  readonly runs: readonly PlayedRun[]
  readonly after: Oids
  /** What is kept in the end: run → full name → oids, as git shows it in the kept store. */
  readonly kept: ReadonlyMap<number, ReadonlyMap<string, readonly string[]>>
}

/** What the target had right before a push, or the lack of one, and right after. */
export interface Push {
  readonly updates: readonly PlanUpdate[]
  readonly from: Oids
  readonly to: Oids
}

/** What gitferry itself did to the target, try by try. */
export function pushesOf({ tries, after }: Pick<PlayedRun, 'tries' | 'after'>): Push[] {
  return tries.map(({ updates, intruded }, index) => ({
    updates,
    from: intruded,
    to: tries[index + 1]?.seen ?? after,
  }))
}

/** A ref that is another one after a push. */
export interface Moved {
  readonly name: string
  readonly was: string | null
  readonly is: string | null
}

export function movedBetween(from: Oids, to: Oids): Moved[] {
  return [...new Set([...from.keys(), ...to.keys()])]
    .map((name) => ({ name, was: from.get(name) ?? null, is: to.get(name) ?? null }))
    .filter(({ was, is }) => was !== is)
}

/** Whether a move takes something away: a deletion, or what does not carry a branch forward. */
export function takesAway(graph: CommitGraph, { name, was, is }: Moved): boolean {
  if (was === null) return false
  return is === null || !name.startsWith('refs/heads/') || graph.kinship(was, is) !== 'ancestor'
}

/** What a run took away last of each ref: what can be put back. */
export function takenBy(graph: CommitGraph, run: PlayedRun): ReadonlyMap<string, Moved> {
  const moves = pushesOf(run).flatMap(({ from, to }) => movedBetween(from, to))
  return new Map(moves.filter((move) => takesAway(graph, move)).map((move) => [move.name, move]))
}
