import { benchAudit } from './audit.ts'
import { benchFunctions } from './functions.ts'
import { benchHttp } from './http.ts'
import { benchSync } from './sync.ts'

const runs = Number(process.argv[2] ?? 40)
const print = console.log

await benchSync({ runs, print })
await benchHttp({ repos: 1_000, branches: 5_000, requests: 400, memory: [20_000, 100_000], print })
await benchAudit({ entries: 8_000, print })
await benchFunctions({ print })
