/**
 * A reporter for vitest, beside another one: says of each test that was passed over which it is and why, so that nobody
 * takes it for one that passed. Plain JavaScript, as vitest loads it by itself: `--reporter=./scripts/report-skipped.mjs`.
 */
export default class ReportSkipped {
  onTestRunEnd(modules) {
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const { note = 'no reason is given' } = test.result()
        console.log(`skipped: ${module.relativeModuleId} > ${test.fullName}: ${note}`)
      }
    }
  }
}
