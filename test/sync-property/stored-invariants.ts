import { expect } from 'vitest'
import { expectedPlan, lacksBranch, type Oids } from './expected-plan.ts'
import { expectedPushes, restoring } from './expected-push.ts'
import { movedBetween, type Played, takenBy } from './played.ts'
import type { Scenario } from './scenario.ts'

const asObject = (refs: Oids) => Object.fromEntries([...refs].sort())

/** A stored plan is applied exactly, or, where a ref of it has moved since, nothing of it is. */
export function storedPlanIsExact(scenario: Scenario, played: Played): void {
  const { graph, source, stored, runs } = played
  if (stored === null) return
  expect(stored.refused).toBe(lacksBranch(scenario, source) ? 'BRANCH_NOT_FOUND' : null)
  if (stored.plan === null) return
  const expected = expectedPlan(scenario, graph, source, stored.seen)
  const waits = expected.held.size > 0 ? 'APPROVAL_REQUIRED' : null
  expect(stored.plan.stopped_code).toBe(expected.stop ?? waits)
  const applied = runs.find(({ kind }) => kind === 'applies')
  if (applied === undefined) return
  const { after, before, run, tries } = applied
  const movedSince = movedBetween(stored.seen, before).filter(({ name }) => expected.updates.has(name))
  if (movedSince.length > 0) {
    expect([run.status, run.error_code, tries.length]).toEqual(['failed', 'PLAN_STALE', 0])
    expect(asObject(after), 'of a stale plan nothing is applied').toEqual(asObject(before))
    return
  }
  expect(run.error_code).not.toBe('PLAN_STALE')
  expect(tries.length).toBe(1)
  const [push] = expectedPushes(scenario, played, applied)
  if (push?.after === null) return
  const changed = movedBetween(tries[0]!.intruded, after).length
  const isConflict = [...expected.updates.values()].some(({ action }) => action === 'conflict')
  const isBlocked = scenario.task.atomic && isConflict
  if (push!.stale.size > 0) expect([run.status, changed], `${run.error_message}`).toEqual(['failed', 0])
  else if (isBlocked) expect([run.status, changed], `${run.error_message}`).toEqual(['failed', 0])
  else expect(['success', 'partial', 'conflict'], `${run.error_message}`).toContain(run.status)
}

/** Undoing a run puts back what it took, and nothing else, and pauses the task; what moved on since is left alone. */
export function restorePutsBack(scenario: Scenario, played: Played): void {
  const { graph, restore, runs } = played
  if (restore === null) return
  const [first, restored] = runs
  const taken = [...takenBy(graph, first!).values()]
  const isNow = (name: string) => restore.before.get(name) ?? null
  const hasMovedOn = taken.some(({ name, was, is }) => isNow(name) !== was && isNow(name) !== is)
  const isInPlace = restoring(played, first!, restore.before).size === 0
  const refused =
    taken.length === 0 ? 'KEPT_REF_NOT_FOUND' : hasMovedOn || isInPlace ? 'RESTORE_REFUSED' : null
  expect(restore.refused, 'why nothing is put back').toBe(refused)
  expect(restored === undefined).toBe(refused !== null)
  if (restored === undefined) {
    expect(restore.isPaused).toBe(false)
    expect(asObject(played.after), 'a refused restore').toEqual(asObject(restore.before))
    return
  }
  expect(restore.isPaused).toBe(true)
  const [push] = expectedPushes(scenario, played, restored)
  if (push?.after === null) return
  expect(restored.run.status, `${restored.run.error_message}`).toBe('success')
  for (const { name, was } of taken) expect(restored.after.get(name), name).toBe(was)
}
