import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { seenHistory } from '../../../src/git/content/seen-history.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'gitferry-history-'))
  mkdirSync(join(dir, 'info'))
})
afterEach(() => rmSync(dir, { recursive: true }))

it('is the same for the same files, and another for each other one', async () => {
  const seen = new Set([await seenHistory(dir)])
  for (const name of ['shallow', 'info/grafts', 'info/attributes']) {
    for (const text of ['', 'a\n', 'b\n']) {
      writeFileSync(join(dir, name), text)
      const now = await seenHistory(dir)
      expect(await seenHistory(dir)).toBe(now)
      expect(seen.has(now), `${name} ${text}`).toBe(false)
      seen.add(now)
    }
    unlinkSync(join(dir, name))
  }
  expect(await seenHistory(dir)).toBe('-')
})

it('is another each time where a file is too long, or none', async () => {
  const path = join(dir, 'shallow')
  const makes = [
    () => truncateSync(path, 5 * 1024 * 1024),
    () => {
      unlinkSync(path)
      execFileSync('mkfifo', [path])
    },
    () => {
      unlinkSync(path)
      mkdirSync(path)
    },
  ]
  writeFileSync(path, '')
  for (const make of makes) {
    make()
    expect(await seenHistory(dir)).not.toBe(await seenHistory(dir))
  }
})
