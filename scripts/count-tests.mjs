/**
 * Says in one line what a test report (vitest’s JSON) counts: `N passed, N failed`, and `, N skipped` where some were.
 * Plain JavaScript, for the machine’s own Node: `node scripts/count-tests.mjs report.json`. A report that cannot be
 * read counts as none; exits 1 when nothing passed.
 */
import { readFileSync } from 'node:fs'

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return {}
  }
}

const {
  numPassedTests: passed = 0,
  numFailedTests: failed = 0,
  numPendingTests: skipped = 0,
} = readReport(process.argv[2])
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = passed > 0 ? 0 : 1
