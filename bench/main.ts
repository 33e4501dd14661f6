import { benchAudit } from './audit.ts'
import { benchContent } from './content.ts'
import { benchFunctions } from './functions.ts'
import { benchHttp } from './http.ts'
import { benchMemory } from './memory.ts'
import { benchMirror } from './mirror.ts'
import { benchScheduler } from './scheduler.ts'
import { benchSync } from './sync.ts'

const runs = Number(process.argv[2] ?? 40)
const print = console.log

await benchSync({ runs, print })
await benchMirror({ runs, print })
await benchContent({ commits: 20_000, runs: Math.ceil(runs / 8), print })
await benchMemory({ megabytes: 500, print })
await benchHttp({ repos: 1_000, branches: 5_000, requests: 400, memory: [20_000, 100_000], print })
await benchAudit({ entries: 8_000, print })
await benchScheduler({ tasks: 10_000, idleSeconds: 60, spreadSeconds: 60, print })
await benchFunctions({ print })
