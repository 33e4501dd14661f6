import type { TestRunner } from '../runner.ts'
import type { MakeQueueSubject } from './queue-subject.ts'
import { runQueueCase } from './run-queue-case.ts'
import { queueThemes } from './themes.ts'

/**
 * Declares the conformance suite of the queue port: one test per rule. A queue that passes may stand behind
 * gitferry.
 *
 * @param runner the test runner's functions: `{ describe, it, beforeEach, afterEach }`
 * @param makeSubject called once for each case
 *
 * @example
 * describeQueue({ describe, it, beforeEach, afterEach }, async ({ concurrency, perHost, logger }) => {
 *   const adapter = new InProcessQueue({ concurrency, perHost, logger })
 *   return { adapter, dispose: () => adapter.stop({ timeoutMs: 0 }) }
 * })
 */
export function describeQueue(runner: TestRunner, makeSubject: MakeQueueSubject): void {
  for (const [theme, cases] of Object.entries(queueThemes)) {
    runner.describe(theme, () => {
      for (const [rule, queueCase] of Object.entries(cases)) {
        runner.it(rule, () => runQueueCase(queueCase, makeSubject))
      }
    })
  }
}
