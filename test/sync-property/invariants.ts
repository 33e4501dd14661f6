import { expect } from 'vitest'
import { expectedPlan, lacksBranch, type Oids } from './expected-plan.ts'
import { expectedPushes } from './expected-push.ts'
import { movedBetween, type Played, type PlayedRun, pushesOf, takesAway } from './played.ts'
import type { Scenario } from './scenario.ts'
import { clash, sourceName, targetName } from './selection.ts'

const isFine = new Set(['updated', 'in_step', 'skipped'])

const isStop = (code: string | null) =>
  code === 'EMPTY_SOURCE' || code === 'MASS_DELETION' || code === 'UNRELATED_HISTORY'

const within = (inner: ReadonlySet<string>, outer: ReadonlySet<string>) =>
  [...inner].every((oid) => outer.has(oid))

const asObject = (refs: Oids) => Object.fromEntries([...refs].sort())

/** What the target had right before the last push of a run, or the lack of one. */
const beforeLast = ({ before, tries }: PlayedRun): Oids => tries.at(-1)?.intruded ?? before

/** What others moved during a run. */
const movedDuring = ({ tries }: PlayedRun) =>
  tries.flatMap(({ seen, intruded }) => movedBetween(seen, intruded)).map(({ name }) => name)

/**
 * No commit and no annotated tag that the target reached is lost, neither what it had nor what somebody else brought
 * meanwhile, in any push of any run: each ref that is taken away is one that the policy lets go, and is kept.
 */
export function nothingIsLost({ task }: Scenario, { graph, kept, runs, source, stored }: Played): void {
  for (const played of runs) {
    const { kind, run } = played
    const keptRefs = kept.get(run.id) ?? new Map<string, readonly string[]>()
    const keptHistory = graph.reachable([...keptRefs.values()].flat())
    for (const { from, to } of pushesOf(played)) {
      const lost = graph.reachable(from.values()).difference(graph.reachable(to.values()))
      expect(within(lost, keptHistory), 'every lost commit and tag is kept').toBe(true)
      for (const move of movedBetween(from, to)) {
        const { name, was, is } = move
        if (takesAway(graph, move)) expect(keptRefs.get(name) ?? [], `kept of ${name}`).toContain(was)
        if (kind === 'restores') continue
        const origin = sourceName(task, name)
        expect(origin, `${name} is in the hands of the task`).not.toBe(null)
        expect(is, `${name} becomes what the source has`).toBe(source.get(origin!) ?? null)
        if (!takesAway(graph, move)) continue
        if (is === null) expect(task.prune, `${name} may be deleted`).toBe(true)
        else expect(task.on_diverge, `${name} may be overwritten`).toBe('overwrite')
        const planned = stored?.plan?.updates.find(({ target_ref }) => target_ref === name)
        if (kind === 'plans') expect(task.require_approval, `${name} goes without approval`).toBe(false)
        else expect([planned?.old_oid, planned?.new_oid], `${name} as it was approved`).toEqual([was, is])
      }
    }
  }
}

/** What needs approval never lands by itself, whatever the target shows. */
export function approvalIsWaitedFor({ task }: Scenario, { runs }: Played): void {
  if (!task.require_approval) return
  for (const { run } of runs.filter(({ kind }) => kind === 'plans')) {
    const landed = run.refs.filter(({ outcome }) => outcome === 'updated')
    expect(landed.filter(({ action }) => action === 'force' || action === 'delete')).toEqual([])
  }
}

/** Every plan is what the rules make of the refs that it saw. */
export function plansAreRight(scenario: Scenario, { graph, runs, source, stored }: Played): void {
  const plans = runs.filter(({ kind }) => kind === 'plans').flatMap(({ tries }) => tries)
  const made = stored?.plan ? [{ updates: stored.plan.updates, seen: stored.seen }] : []
  for (const { seen, updates } of [...made, ...plans]) {
    const planned = new Map(
      updates.map(({ action, new_oid, old_oid, target_ref }) => [target_ref, { action, old_oid, new_oid }]),
    )
    expect(planned).toEqual(expectedPlan(scenario, graph, source, seen).updates)
  }
}

/** Each try leaves at the target exactly what it is to leave; it is tried again only for what somebody moved. */
export function targetIsAsExpected(scenario: Scenario, played: Played): void {
  for (const playedRun of played.runs) {
    const { kind, tries, before, after } = playedRun
    if (tries.length === 0) expect(asObject(after), 'without a plan nothing moves').toEqual(asObject(before))
    const expected = expectedPushes(scenario, played, playedRun)
    for (const [index, { to }] of pushesOf(playedRun).entries()) {
      const push = expected[index]!
      if (push.after === null) continue
      expect(asObject(to), `the target after try ${index + 1}`).toEqual(asObject(push.after))
      const isTriedAgain = index + 1 < tries.length
      expect(isTriedAgain, 'tries again').toBe(kind === 'plans' && push.stale.size > 0)
    }
  }
  const { restore, runs } = played
  const left = restore?.refused ? restore.before : (runs.at(-1)?.after ?? played.before)
  expect(asObject(played.after), 'in the end').toEqual(asObject(left))
}

/** What the run says of each ref is what git shows, and what it does not name is as it was. */
export function reportIsTrue(_: Scenario, { runs }: Played): void {
  for (const played of runs) {
    const { after, run, tries } = played
    const found = beforeLast(played)
    const named = new Map(run.refs.map((ref) => [ref.target_ref, ref]))
    // somebody else may have moved on what an earlier try had brought
    const movedOn = new Set(movedDuring({ ...played, tries: tries.slice(1) }))
    for (const [name, { outcome, new_oid }] of named) {
      const is = after.get(name) ?? null
      if (outcome !== 'updated' && outcome !== 'in_step') {
        expect(is, `${name} ${outcome}`).toBe(found.get(name) ?? null)
      } else if (is !== new_oid) expect(movedOn.has(name), `${name} ${outcome}`).toBe(true)
    }
    for (const name of new Set([...found.keys(), ...after.keys()])) {
      if (!named.has(name)) expect(after.get(name), name).toBe(found.get(name))
    }
    const { status, refs_changed, refs_failed } = run
    const changed = run.refs.filter(({ outcome }) => outcome === 'updated').length
    const fine = run.refs.filter(({ outcome }) => isFine.has(outcome)).length
    expect(refs_changed).toBe(changed)
    if (status !== 'failed') expect(refs_failed).toBe(run.refs.length - fine)
    if (status === 'success') expect(fine).toBe(run.refs.length)
    if (status === 'partial') expect(changed).toBeGreaterThan(0)
    if (status === 'conflict') expect(changed).toBe(0)
  }
}

/** A run fails as a whole only where the scenario says so, and says why; else its status is what became of its refs. */
export function failsOnlyWhereItMust(scenario: Scenario, played: Played): void {
  const { graph, source } = played
  for (const playedRun of played.runs) {
    const { kind, run, tries } = playedRun
    if (kind !== 'plans') continue
    const isMissing = lacksBranch(scenario, source)
    expect(run.error_code === 'BRANCH_NOT_FOUND').toBe(isMissing)
    expect(tries.length === 0).toBe(isMissing)
    const last = tries.at(-1)
    const expected = last && expectedPlan(scenario, graph, source, last.seen)
    if (isMissing || expected?.stop) {
      // what an earlier try had brought stays, and is told
      const status = run.refs_changed > 0 ? 'partial' : 'failed'
      expect([run.status, run.error_code]).toEqual([status, expected?.stop ?? 'BRANCH_NOT_FOUND'])
      expect(run.refs_changed > 0 && tries.length === 1, 'moves without a try').toBe(false)
      continue
    }
    const outcomes = new Map(run.refs.map(({ outcome, target_ref }) => [target_ref, outcome]))
    for (const [name, { action }] of expected!.updates) {
      if (action === 'skip') expect(outcomes.get(name), name).toBe('skipped')
      if (action === 'conflict') expect(outcomes.get(name), name).toBe('conflict')
      if (expected!.held.has(name)) expect(outcomes.get(name), name).toBe('held')
    }
    const [push] = expectedPushes(scenario, played, playedRun).slice(-1)
    if (push?.after === null) continue
    for (const name of expected!.moves.keys()) {
      expect(['updated', 'in_step'], `${name} ${run.error_message}`).toContain(outcomes.get(name))
    }
    const bad = [...outcomes.values()].filter((outcome) => !isFine.has(outcome))
    const isLanded = [...outcomes.values()].includes('updated')
    const waits = bad.every((outcome) => outcome === 'conflict' || outcome === 'held')
    const trouble = isLanded ? 'partial' : waits ? 'conflict' : 'failed'
    expect(run.status).toBe(bad.length === 0 ? 'success' : trouble)
    if (run.status === 'failed') expect(scenario.task.atomic, `${run.error_message}`).toBe(true)
  }
}

/** Of an atomic task either every ref went or none; a plan that holds one back moves none. */
export function atomicIsAtomic({ task }: Scenario, { runs }: Played): void {
  for (const { run, kind } of runs) {
    if (!task.atomic || kind !== 'plans' || run.refs_changed === 0) continue
    expect(run.refs.filter(({ outcome }) => !isFine.has(outcome))).toEqual([])
  }
}

/** A second run finds nothing more to do, but what somebody else did after the first had planned; a third nothing. */
export function secondRunIsNoOp({ task }: Scenario, { restore, runs, stored }: Played): void {
  if (restore !== null) return
  const [first, again] = runs
  const third = runs[2] ?? (stored !== null && first?.kind === 'plans' ? again : undefined)
  if (first !== undefined && again !== undefined) {
    const before = stored === null ? [] : movedBetween(stored.seen, first.before).map(({ name }) => name)
    const disturbed = new Set([...before, ...movedDuring(first)])
    // what somebody moved may have stood in the way of another, or stands there now
    const isMoved = (name: string) =>
      disturbed.has(name) || [...disturbed].some((other) => clash(name, other))
    // what stopped the first run as a whole may be what somebody moved
    const isWhole = task.atomic || first.run.status === 'failed' || isStop(first.run.error_code)
    for (const { outcome, target_ref } of again.run.refs) {
      if (outcome !== 'updated') continue
      const isExplained = isMoved(target_ref) || (isWhole && disturbed.size > 0)
      expect(isExplained, `${target_ref} was moved by somebody`).toBe(true)
    }
  }
  if (third === undefined) return
  expect(third.run.refs_changed).toBe(0)
  expect(asObject(third.after)).toEqual(asObject(third.before))
}

/** What a successful run leaves of the refs that the task selects is what the source has. */
export function successMeansInStep({ task }: Scenario, { source, runs }: Played): void {
  for (const played of runs) {
    const { after, kind, run } = played
    if (run.status !== 'success' || kind !== 'plans') continue
    const skipped = run.refs.filter(({ outcome }) => outcome === 'skipped').map((ref) => ref.target_ref)
    // moved after the plan, which did not name it
    const isOpen = new Set([...skipped, ...movedDuring(played)])
    for (const [name, oid] of source) {
      const to = targetName(task, name)
      if (to !== null && !isOpen.has(to)) expect(after.get(to), to).toBe(oid)
    }
    if (!task.prune) continue
    for (const name of after.keys()) {
      const from = sourceName(task, name)
      if (from !== null && !isOpen.has(name)) expect(source.has(from), name).toBe(true)
    }
  }
}
