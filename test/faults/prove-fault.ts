import type { FailureClass, RefOutcome, RunWithRefs } from '@gitferry/core'
import { expect } from 'vitest'
import type { FaultWorld } from './fault-world.ts'
import type { FaultRule } from './faulty-proxy.ts'

/** How a run ended, as its record says. */
export interface RunEnd {
  readonly status: 'success' | 'failed' | 'partial' | 'conflict'
  readonly error_code: string | null
  readonly failure_class: FailureClass | null
}

export const succeeded: RunEnd = { status: 'success', error_code: null, failure_class: null }

/** One row of the matrix over http. */
export interface FaultRow {
  /** What goes wrong, and where: the name of the case. */
  readonly fault: string
  /** What the row proves. */
  readonly proves: string
  readonly rule: FaultRule
  readonly ends: RunEnd
  /** What becomes of every ref that the task covers; `[]`: the fault comes before there is a plan. */
  readonly outcomes: 'updated' | 'failed' | readonly []
  /** What the task allows a stall while the fault lasts, in ms. Default 300,000: it is not for a stall that the row fails. */
  readonly stallMs?: number
  /** How often the faulty request is made in the run. Default 1. */
  readonly met?: number
  /** What a ref that landed is told with. */
  readonly reason?: RegExp
}

/** Rows as `it.each` takes them, each with the name of its case. */
export const named = (rows: readonly FaultRow[]) =>
  rows.map((row) => [`${row.fault}: ${row.proves}`, row] as const)

export const endOf = ({ status, error_code, failure_class }: RunWithRefs) => ({
  status,
  error_code,
  failure_class,
})

/** The outcome of every ref that a run tells of, in the order of their names. */
export function outcomesOf({ refs }: Pick<RunWithRefs, 'refs'>): readonly (readonly [string, RefOutcome])[] {
  const byName = refs.map(({ outcome, target_ref }) => [target_ref, outcome] as const)
  return byName.sort(([a], [b]) => (a < b ? -1 : 1))
}

/** The world is in step, nothing is left over, and the run that brought it there was a success. */
export async function expectHealed(world: FaultWorld): Promise<void> {
  const run = await world.run()
  expect(endOf(run), run.error_message ?? '').toEqual(succeeded)
  expect(world.target()).toEqual(world.source())
  expect(world.leftOvers()).toEqual([])
}

/** The same outcome for each of some refs, in the order of their names. */
export const allOf = (refs: readonly string[], outcome: RefOutcome) =>
  [...refs].sort().map((ref) => [ref, outcome])

/** Holds what a run says of refs that all failed for one reason to what it says of itself. */
export function expectSameFailure({ error_message, failure_class, refs, refs_failed }: RunWithRefs): void {
  for (const ref of refs) expect(ref).toMatchObject({ outcome: 'failed', failure_class })
  for (const { reason } of refs) expect(reason).toContain(error_message)
  expect(refs_failed).toBe(refs.length)
}

/** Holds what a run tells of its refs to what the target has. */
export function expectTruth(world: FaultWorld, run: RunWithRefs): void {
  const target = world.target()
  for (const { failure_class, new_oid, outcome, target_ref } of run.refs) {
    const isThere = (target[target_ref] ?? null) === new_oid
    expect({ target_ref, outcome, isThere }).toEqual({ target_ref, outcome, isThere: isFine(outcome) })
    expect({ target_ref, failed: failure_class !== null }).toEqual({ target_ref, failed: !isFine(outcome) })
  }
}

const isFine = (outcome: RefOutcome) => outcome === 'updated' || outcome === 'in_step'

/** What a task allows a stall by default, in ms. */
const usual = 300_000

/**
 * Carries out one row: something new at the source, a run under the fault, and one more when the fault is over. The world
 * must be in step, and is so again afterwards.
 */
export async function proveFault(world: FaultWorld, row: FaultRow): Promise<RunWithRefs> {
  const { ends, met = 1, outcomes, reason, rule, stallMs = usual } = row
  const allowStall = (stall_timeout_ms: number) =>
    world.api.sync.tasks.update(world.taskId, { stall_timeout_ms })
  const lands = outcomes === 'updated'
  const before = world.target()
  world.commit()
  world.proxy.inject(rule)
  if (stallMs !== usual) await allowStall(stallMs)
  const run = await world.run()
  if (stallMs !== usual) await allowStall(usual)

  expect(endOf(run), run.error_message ?? '').toEqual(ends)
  expect(world.proxy.requests.filter(({ isFaulty }) => isFaulty)).toHaveLength(met)
  expect(world.target()).toEqual(lands ? world.source() : before)
  const covered = Object.keys(world.source())
  expect(outcomesOf(run)).toEqual(typeof outcomes === 'string' ? allOf(covered, outcomes) : outcomes)
  expect(run.refs_total).toBe(run.refs.length)
  expectTruth(world, run)
  if (!lands) {
    expectSameFailure(run)
    expect(run.refs_changed).toBe(0)
  } else if (reason) for (const ref of run.refs) expect(ref.reason).toMatch(reason)
  expect(world.leftOvers()).toEqual([])

  world.proxy.heal()
  await expectHealed(world)
  return run
}
