/**
 * The gitferry that `memory.ts` measures, in a process of its own: on SQLite, with one mirror task between two remotes.
 * Told `sync`, it runs the task and answers its memory, in bytes, before and at its highest.
 */
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { createGitferry } from '@gitferry/core'

const [dataDir = 'data', path = ''] = process.argv.slice(2)
const gitferry = createGitferry({
  storage: sqliteStorage({ path: join(dataDir, 'gitferry.db') }),
  dataDir,
})
await gitferry.start()
const repo = await gitferry.repos.register({ path })
const task = await gitferry.sync.tasks.create({
  repo_id: repo.id,
  source_remote: 'origin',
  target_remote: 'backup',
  mode: 'mirror',
})

/** `used`: of the heap and of buffers, which tells also what is put where memory was resident before. */
function memory() {
  const { rss, heapUsed, external } = process.memoryUsage()
  return { resident: rss, used: heapUsed + external }
}

process.on('message', async (message) => {
  if (message === 'stop') {
    await gitferry.stop()
    process.disconnect()
    return
  }
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.()
    await pause(100)
  }
  const idle = memory()
  const peak = { ...idle }
  const look = setInterval(() => {
    const now = memory()
    peak.resident = Math.max(peak.resident, now.resident)
    peak.used = Math.max(peak.used, now.used)
  }, 10)
  const { status, error_message } = await gitferry.sync.tasks.run(task.id, { wait: true })
  clearInterval(look)
  process.send?.({ idle, peak, status, error_message })
})
process.send?.('ready')
