import { carryOver } from './carry-over.ts'
import { watchRuns } from './watch-runs.ts'

const [repository, branch = 'main'] = process.argv.slice(2)
if (repository === undefined) {
  throw new Error('usage: main.ts watch | main.ts <absolute path of a clone> [branch]')
}
const server = process.env.GITFERRY_URL ?? 'http://127.0.0.1:38080'
if (repository === 'watch') watchRuns({ server, say: console.log })
else {
  const range = await carryOver({ server, repository, branch })
  console.log(`carried over: ${range || 'nothing, in step already'}`)
}
