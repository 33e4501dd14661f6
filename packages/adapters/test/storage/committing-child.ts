/** Commits pairs of rows for as long as it lives, and prints the number of each pair once it is committed. */
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'

const storage = sqliteStorage({ path: process.argv[2] ?? '' })
await storage.open()
for (let pair = 1; ; pair++) {
  await storage.transaction(async (session) => {
    const lines = session.collection('run_log')
    const at = new Date().toISOString()
    await lines.insert({ run_id: pair, at, text: 'first' })
    await lines.insert({ run_id: pair, at, text: 'second' })
  })
  process.stdout.write(`${pair}\n`)
}
