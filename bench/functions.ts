import { Bench } from 'tinybench'
import { problemWithRefName } from '../packages/core/src/contract/ref.ts'
import { parseSchedule } from '../packages/core/src/schedule/index.ts'
import { planBranch } from '../packages/core/src/sync/plan-branch.ts'

/** Pure functions on the hot paths, in nanoseconds a call. */
export async function benchFunctions({ print }: { readonly print: (line: string) => void }): Promise<void> {
  const bench = new Bench({ time: 300 })
  const schedule = parseSchedule('*/5 8-18 * * 1-5', 'Europe/Berlin')
  const now = Date.parse('2026-11-21T12:00:00Z')
  const plan = {
    sourceRef: 'refs/heads/main',
    targetRef: 'refs/heads/main',
    sourceOid: 'a'.repeat(40),
    targetOid: 'b'.repeat(40),
    relation: { ahead: 3, behind: 0 },
    onDiverge: 'reject',
  } as const
  bench
    .add('planBranch', () => void planBranch(plan))
    .add('problemWithRefName', () => void problemWithRefName('feature/some-longer-name'))
    .add('schedule.next (cron, Berlin)', () => void schedule.next(now))
  await bench.run()
  for (const task of bench.tasks) {
    const result = task.result
    if (!('latency' in result)) throw new Error(`${task.name} could not be measured`)
    const { p50, p99 } = result.latency
    print(`${task.name}: median ${Math.round(p50 * 1e6)} ns, p99 ${Math.round(p99 * 1e6)} ns`)
  }
}
