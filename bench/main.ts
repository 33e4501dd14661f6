import { benchFunctions } from './functions.ts'
import { benchSync } from './sync.ts'

const runs = Number(process.argv[2] ?? 40)

await benchSync({ runs, print: console.log })
await benchFunctions({ print: console.log })
