import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

const child = fileURLToPath(new URL('committing-child.ts', import.meta.url))

/** Runs the child until it has reported so many commits, kills it, and answers all that it reported. */
async function killAfter(commits: number, path: string): Promise<number[]> {
  const running = spawn(process.execPath, ['--conditions=@gitferry/source', child, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(running, 'close')
  const reported: number[] = []
  for await (const line of createInterface({ input: running.stdout })) {
    reported.push(Number(line))
    if (reported.length === commits) running.kill('SIGKILL')
  }
  const [, signal] = await closed
  expect(signal).toBe('SIGKILL')
  return reported
}

describe('sqliteStorage in a process that is killed', () => {
  it.each([1, 25])('keeps every commit and no half transaction, killed after %i', async (commits) => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'gitferry.db')
    const reported = await killAfter(commits, path)

    const storage = sqliteStorage({ path })
    await storage.open()
    const kept = await storage.collection('run_log').find()
    await storage.close()
    const pairs = Map.groupBy(kept, (line) => line.run_id)
    for (const pair of reported) expect(pairs.has(pair), `pair ${pair}`).toBe(true)
    for (const [pair, lines] of pairs) expect(lines.length, `pair ${pair}`).toBe(2)

    using database = new DatabaseSync(path)
    expect(database.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  })
})
