/**
 * The gitferry that `scheduler.ts` measures, in a process of its own: on SQLite, with a queue that takes runs and does
 * nothing. It says when it is ready, and answers: `idle <ms>` with the CPU time of so long a wait, `ticks <runs>` with by
 * how much that many runs were queued after their tasks were due, `stop` by ending.
 */
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { createGitferry } from '@gitferry/core'
import type { Logger, QueueAdapter } from '@gitferry/core/ports'

const [dataDir = 'data', firstDue = '', perSecond = ''] = process.argv.slice(2)

const queue: QueueAdapter = {
  name: 'nothing',
  capabilities: { durable: false, shared: true, perHost: true },
  start: async () => {},
  enqueue: async () => {},
  cancel: async () => false,
  size: () => ({ waiting: 0, running: 0 }),
  stop: async () => {},
}

const logger: Logger = { debug() {}, info() {}, warn: console.error, error: console.error }

/** By how much each run was late, in ms: the first `perSecond` tasks are due at `firstDue`, the next ones a second later. */
const late: number[] = []

const begun = performance.now()
const gitferry = createGitferry({
  storage: sqliteStorage({ path: join(dataDir, 'gitferry.db') }),
  dataDir,
  queue,
  logger,
  secrets: aesGcmSecrets({ keyFile: join(dataDir, 'secret.key') }),
})
gitferry.on('run.queued', ({ run }) => {
  const due = Number(firstDue) + Math.floor((run.task_id - 1) / Number(perSecond)) * 1_000
  late.push(performance.timeOrigin + performance.now() - due)
})
await gitferry.start()
process.send?.({ startMs: performance.now() - begun, aliveMs: performance.now() })

process.on('message', async (message) => {
  const [what, value] = String(message).split(' ')
  if (what === 'stop') {
    await gitferry.stop({ graceful: false })
    process.disconnect()
  } else if (what === 'idle') {
    const before = process.cpuUsage()
    await pause(Number(value))
    const { user, system } = process.cpuUsage(before)
    process.send?.({ cpuMs: (user + system) / 1_000 })
  } else {
    const before = process.cpuUsage()
    const deadline = performance.now() + 300_000
    while (late.length < Number(value) && performance.now() < deadline) await pause(50)
    const { user, system } = process.cpuUsage(before)
    process.send?.({ late: late.splice(0), cpuMs: (user + system) / 1_000 })
  }
})
