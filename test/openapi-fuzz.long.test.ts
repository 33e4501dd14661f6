import { randomInt } from 'node:crypto'
import { expect, it } from 'vitest'
import { fuzzServer } from './openapi-fuzz/fuzz-server.ts'

/** `GITFERRY_FUZZ_SEED` brings a run back; `GITFERRY_FUZZ_REQUESTS` says how many requests are sent. */
const seed = Number(process.env.GITFERRY_FUZZ_SEED ?? randomInt(2 ** 31))
const requests = Number(process.env.GITFERRY_FUZZ_REQUESTS ?? 10_000)

it(`answers ${requests} requests as described, with GITFERRY_FUZZ_SEED=${seed}`, async () => {
  const census = await fuzzServer({ requests, seed })
  expect([...census.values()].filter(({ success }) => success > 0).length / census.size).toBeGreaterThan(0.9)
})
