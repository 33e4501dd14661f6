import type { TestRunner } from '../runner.ts'
import type { MakeNotifierSubject } from './notifier-subject.ts'
import { runNotifierCase } from './run-notifier-case.ts'
import { notifierThemes } from './themes.ts'

/**
 * Declares the conformance suite of the notifier port: one test per rule. What only the provider can tell (its
 * signatures, its limits) is for tests of the adapter's own.
 *
 * @param runner the test runner's functions: `{ describe, it, beforeEach, afterEach }`
 * @param makeSubject called once for each case
 *
 * @example
 * describeNotifier({ describe, it, beforeEach, afterEach }, () => ({
 *   adapter: pagerNotifier(),
 *   config: { url: 'https://pager.example/hook?key=verysecret' },
 *   secrets: ['verysecret'],
 *   taken: { status: 202, body: '' },
 *   refused: { config: [{ status: 403, body: '' }], transient: [{ status: 503, body: '' }] },
 *   refusalSaying: (text) => ({ status: 400, body: text }),
 * }))
 */
export function describeNotifier(runner: TestRunner, makeSubject: MakeNotifierSubject): void {
  for (const [theme, cases] of Object.entries(notifierThemes)) {
    runner.describe(theme, () => {
      for (const [rule, notifierCase] of Object.entries(cases)) {
        runner.it(rule, () => runNotifierCase(notifierCase, makeSubject))
      }
    })
  }
}
