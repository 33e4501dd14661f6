import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const script = fileURLToPath(new URL('../scripts/count-tests.mjs', import.meta.url))

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gitferry-count-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

describe('the last line of .ci/run', () => {
  it.each([
    ['{"numPassedTests":7,"numFailedTests":0,"numPendingTests":0}', '7 passed, 0 failed\n', 0],
    ['{"numPassedTests":7,"numFailedTests":2,"numPendingTests":0}', '7 passed, 2 failed\n', 0],
    ['{"numPassedTests":7,"numFailedTests":2,"numPendingTests":3}', '7 passed, 2 failed, 3 skipped\n', 0],
    ['{"numPassedTests":0,"numFailedTests":2,"numPendingTests":0}', '0 passed, 2 failed\n', 1],
    ['', '0 passed, 0 failed\n', 1],
    ['{"numPassedTests":', '0 passed, 0 failed\n', 1],
    [undefined, '0 passed, 0 failed\n', 1],
  ])('of the report %s is %j, exit %d', (report, line, code) => {
    const file = join(folder, 'report.json')
    if (report !== undefined) writeFileSync(file, report)
    const { status, stderr, stdout } = spawnSync(process.execPath, [script, file], { encoding: 'utf8' })
    expect({ status, stderr, stdout }).toEqual({ status: code, stderr: '', stdout: line })
  })
})
