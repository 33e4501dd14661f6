import { Bench } from 'tinybench'
import { problemWithRefName } from '../packages/core/src/contract/ref.ts'
import { syncTaskDefaults } from '../packages/core/src/contract/sync-task.ts'
import { parseSchedule } from '../packages/core/src/schedule/index.ts'
import { pairRefs } from '../packages/core/src/sync/pair-refs.ts'
import { planRefs } from '../packages/core/src/sync/plan-refs.ts'
import { parseRefSelection } from '../packages/core/src/sync/ref-selection.ts'

/** Pure functions on the hot paths, in nanoseconds a call. */
export async function benchFunctions({ print }: { readonly print: (line: string) => void }): Promise<void> {
  const bench = new Bench({ time: 300 })
  const schedule = parseSchedule('*/5 8-18 * * 1-5', 'Europe/Berlin')
  const now = Date.parse('2026-11-21T12:00:00Z')
  const source = new Map(
    Array.from({ length: 1_000 }, (_, at) => [`refs/heads/b${at}`, (at === 0 ? 'a' : 'b').repeat(40)]),
  )
  const target = new Map(Array.from(source.keys(), (ref) => [ref, 'b'.repeat(40)]))
  const selection = parseRefSelection({
    ...syncTaskDefaults,
    mode: 'mirror',
    source_branch: '',
    target_branch: '',
  })
  const relations = new Map([['refs/heads/b0', { ahead: 3, behind: 0, related: true }]])
  const plan = () =>
    planRefs({ pairing: pairRefs(selection, source, target), relations, policy: syncTaskDefaults })
  bench
    .add('planRefs (1 of 1,000 branches changed)', () => void plan())
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
