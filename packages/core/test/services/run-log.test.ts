import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { expect, it } from 'vitest'
import type { RunRow } from '../../src/contract/index.ts'
import { silentLogger } from '../../src/ports/index.ts'
import { EventBus } from '../../src/runtime/event-bus.ts'
import { ManagedStorage } from '../../src/runtime/managed-storage.ts'
import { RunLog } from '../../src/services/run-log.ts'
import { createTestClock } from '../../src/testing/test-clock.ts'

/** What a run has in its log, as it is stored and as it is told, once these lines were added. */
async function logOf(lines: Iterable<string>) {
  const clock = createTestClock('2026-01-01T00:00:00.000Z')
  const storage = new ManagedStorage(memoryStorage())
  await storage.open()
  const logger = silentLogger
  const events = new EventBus({ logger })
  const told: string[] = []
  events.on('run.log', ({ line }) => void told.push(line))
  const log = new RunLog({ id: 1, task_id: 1, repo_id: 1, target_repo_id: 1 } as RunRow, {
    storage,
    clock,
    events,
    logger,
  })
  for (const line of lines) log.add(line)
  await log.close()
  await storage.transaction((session) => log.storeIn(session))
  const stored = (await storage.collection('run_log').find()).map(({ text }) => text)
  await storage.close()
  return { stored, told }
}

function* flood(count: number): Generator<string> {
  for (let line = 1; line <= count; line += 1) yield `line ${line}`
}

it('the log of a run ends after 10,000 lines and says so, however much there is', async () => {
  const { stored, told } = await logOf(flood(30_000))
  expect(stored).toHaveLength(10_000)
  expect(told).toHaveLength(10_000)
  expect(stored.slice(-2)).toEqual(['line 9999', 'the log ends here: it has 10,000 lines'])
})

it('a line of the log is cut after 2,000 characters, and never through one', async () => {
  const { stored, told } = await logOf(['x'.repeat(2_000), 'y'.repeat(5_000_000), `z${'😀'.repeat(2_000)}`])
  expect(stored[0]).toBe('x'.repeat(2_000))
  expect(stored[1]).toBe(`${'y'.repeat(2_000)}…`)
  expect(stored[2]).toBe(`z${'😀'.repeat(999)}…`)
  expect(Math.max(...told.map((line) => line.length))).toBeLessThan(2_100)
})
