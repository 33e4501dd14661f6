import { expect } from 'vitest'
import { expectedPushes } from './expected-push.ts'
import { movedBetween, type Played, type PlayedRun, takenBy } from './played.ts'
import type { Scenario } from './scenario.ts'

/**
 * Cases of a hundred that must show something, at least. What comes up is mostly twice as much, or more, so that chance
 * alone fails no run; of the rarest it asks only in thousands of cases.
 */
const floors = {
  'status success': 18,
  'status partial': 4,
  'status conflict': 2,
  'status failed': 8,
  'landed create': 8,
  'landed fast-forward': 15,
  'landed force': 2,
  'landed delete': 3,
  'landed tag': 4,
  'landed annotated tag': 1.5,
  'planned conflict': 8,
  'planned skip': 3,
  'left held': 3,
  'branch mode': 12,
  sha256: 5,
  'stopped BRANCH_NOT_FOUND': 1,
  'stopped EMPTY_SOURCE': 1,
  'stopped MASS_DELETION': 0.5,
  'stopped UNRELATED_HISTORY': 0.5,
  'moved by others': 20,
  'stale after the plan': 3,
  'stale, and then a success': 1,
  'stale twice': 0.2,
  'nothing disturbed': 30,
  'expected to the last ref': 70,
  'plan applied': 4,
  'plan stopped by a guard applied': 0.4,
  'plan held for approval applied': 0.3,
  'plan stale': 2,
  'plan raced after its check': 0.4,
  restored: 0.5,
  'restore refused where somebody moved a ref': 0.4,
  'restore with nothing kept': 5,
}

type Seen = keyof typeof floors

/** Counts what scenarios came to, for a property that holds of nothing but failed runs is worth nothing. */
export class Census {
  readonly #counts = new Map<Seen, number>()
  #cases = 0

  add(scenario: Scenario, played: Played): void {
    this.#cases += 1
    for (const seen of new Set(seenIn(scenario, played))) {
      this.#counts.set(seen, (this.#counts.get(seen) ?? 0) + 1)
    }
  }

  /** Fails for everything that came up too seldom. */
  expectEnough(): void {
    const number = (seen: Seen) => this.#counts.get(seen) ?? 0
    const tooFew = (Object.keys(floors) as Seen[])
      .filter((seen) => number(seen) < Math.floor((floors[seen] * this.#cases) / 100))
      .map((seen) => `${seen}: ${number(seen)} of ${this.#cases}, at least ${floors[seen]} %`)
    expect(tooFew, 'what the scenarios show too seldom').toEqual([])
  }

  toString(): string {
    return [...this.#counts].map(([seen, number]) => `${seen}: ${number}`).join('\n')
  }
}

function seenIn(scenario: Scenario, played: Played): Seen[] {
  const { graph, restore, runs, stored } = played
  const { task } = scenario
  const [first] = runs
  const seen = (isSo: boolean | undefined, what: Seen): Seen[] => (isSo ? [what] : [])
  const applied = runs.find(({ kind }) => kind === 'applies')
  const hasLanded = applied !== undefined && applied.run.refs_changed > 0
  const stops = runs.map(({ run }) => run.error_code)
  const plain = runs.filter(({ kind }) => kind === 'plans')
  const pushes = runs.map((run) => expectedPushes(scenario, played, run))
  const isUndisturbed = runs.every(({ tries }) => tries.every((one) => one.seen === one.intruded))
  return [
    ...(first?.kind === 'plans' ? [`status ${first.run.status}` as Seen] : []),
    ...plain
      .flatMap(({ run }) => run.refs)
      .flatMap(({ action, new_oid, outcome, target_ref }) => [
        ...seen(outcome === 'updated', `landed ${action}` as Seen),
        ...seen(outcome === 'updated' && target_ref.startsWith('refs/tags/'), 'landed tag'),
        ...seen(outcome === 'updated' && graph.tags.includes(new_oid ?? ''), 'landed annotated tag'),
        ...seen(outcome === 'held', 'left held'),
        ...seen(action === 'conflict' || action === 'skip', `planned ${action}` as Seen),
      ]),
    ...seen(task.mode === 'branch', 'branch mode'),
    ...seen(graph.objectFormat === 'sha256', 'sha256'),
    ...stops.filter((code) => `stopped ${code}` in floors).map((code) => `stopped ${code}` as Seen),
    ...seen(!isUndisturbed, 'moved by others'),
    ...seen(isUndisturbed, 'nothing disturbed'),
    ...seen(
      plain.some(({ tries }) => tries.length > 1),
      'stale after the plan',
    ),
    ...seen(plain.some(isHealed), 'stale, and then a success'),
    ...seen(
      plain.some(({ tries }) => tries.length > 2),
      'stale twice',
    ),
    ...seen(
      pushes.flat().every(({ after }) => after !== null),
      'expected to the last ref',
    ),
    ...seen(hasLanded, 'plan applied'),
    ...seen(hasLanded && isGuard(stored?.plan?.stopped_code), 'plan stopped by a guard applied'),
    ...seen(
      hasLanded && stored?.plan?.stopped_code === 'APPROVAL_REQUIRED',
      'plan held for approval applied',
    ),
    ...seen(applied?.run.error_code === 'PLAN_STALE', 'plan stale'),
    ...seen(
      applied?.tries.some((one) => movedBetween(one.seen, one.intruded).length > 0),
      'plan raced after its check',
    ),
    ...seen(restore !== null && restore.refused === null, 'restored'),
    ...seen(
      restore?.refused === 'RESTORE_REFUSED' && takenBy(graph, first!).size > 0,
      'restore refused where somebody moved a ref',
    ),
    ...seen(restore?.refused === 'KEPT_REF_NOT_FOUND', 'restore with nothing kept'),
  ]
}

const isHealed = ({ run, tries }: PlayedRun) =>
  tries.length > 1 && run.status === 'success' && run.refs_changed > 0

const isGuard = (code: string | null | undefined) =>
  code === 'EMPTY_SOURCE' || code === 'MASS_DELETION' || code === 'UNRELATED_HISTORY'
