import { carryOver } from './carry-over.ts'

const [repository, branch = 'main'] = process.argv.slice(2)
if (repository === undefined) throw new Error('usage: main.ts <absolute path of a registered clone> [branch]')
const server = process.env.GITFERRY_URL ?? 'http://127.0.0.1:38080'
console.log(
  `carried over: ${(await carryOver({ server, repository, branch })) || 'nothing, in step already'}`,
)
