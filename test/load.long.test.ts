import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createClient } from '@gitferry/client'
import { createApiSandbox } from '@gitferry/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, Callers, type Sent, webhook } from './load/callers.ts'
import { hostileRequests, neverWhole } from './load/hostile-requests.ts'
import { type ServerProcess, startServer, stopServer } from './server-process.ts'

const callers = 200
const seconds = Number(process.env.GITFERRY_LOAD_SECONDS ?? 60)
/** Every tenth request is a hostile one. */
const hostileEvery = 10
/** What the server may have resident at most. */
const mostMegabytes = 768
const secret = randomBytes(32).toString('hex')

const sandbox = createApiSandbox()
let server: ServerProcess
let token: string

beforeAll(async () => {
  const file = join(sandbox.dataDir, 'webhook-secret')
  writeFileSync(file, `${secret}\n`, { mode: 0o600 })
  const roots = ['--data-dir', sandbox.dataDir, '--repo-root', sandbox.root]
  const webhooks = ['--webhook-secret-file', file, '--webhook-rate-limit', '100000']
  server = await startServer([...roots, ...webhooks, '--log-level', 'error'])
  const first = createClient({ baseUrl: server.url })
  token = (await first.tokens.create({ name: 'load', scope: 'admin' })).token
})

afterAll(async () => {
  if (server !== undefined) {
    if (server.child.exitCode === null) server.child.kill('SIGKILL')
    await server.ended
  }
  sandbox.remove()
})

/** What the server has resident, in bytes. */
function residentBytes(): number {
  const status = readFileSync(`/proc/${server.child.pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
}

const percentile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0

function report(name: string, times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  const [median, most] = [0.5, 0.99].map((part) => `${Math.round(percentile(sorted, part))} ms`)
  return `${name.padEnd(10)} ${String(sorted.length).padStart(7)} requests, median ${median}, p99 ${most}\n`
}

describe.skipIf(process.platform !== 'linux')('200 callers at once, every tenth request hostile', () => {
  it('meet no error of the server’s own, lose no accepted run, and leave its memory bounded', async () => {
    const api = createClient({ baseUrl: server.url, token })
    const repo = await api.repos.register({ path: sandbox.clonePath })
    const names = Array.from({ length: 8 }, (_, index) => `copy-${index}`)
    const tasks = await Promise.all(
      names.map((target_branch) =>
        api.sync.tasks.create({
          name: target_branch,
          repo_id: repo.id,
          source_branch: 'main',
          target_remote: 'backup',
          target_branch,
        }),
      ),
    )
    const headers = { Authorization: `Bearer ${token}` }
    const get = (kind: string, path: string): Sent => ({ kind, method: 'GET', path, headers })
    const taskOf = (turn: number) => tasks[turn % tasks.length]?.id ?? 0
    const wellMeant: readonly ((turn: number) => Sent)[] = [
      () => get('read', '/api/v1/repos?page=1'),
      () => get('read', '/api/v1/sync/tasks'),
      (turn) => get('read', `/api/v1/sync/tasks/${taskOf(turn)}`),
      () => get('read', '/api/v1/sync/runs?page_size=20'),
      () => get('read', '/api/v1/audit/logs?page_size=20'),
      () => get('git', `/api/v1/repos/${repo.id}/branches`),
      (turn) => ({
        kind: 'run',
        method: 'POST',
        path: `/api/v1/sync/tasks/${taskOf(turn)}/run`,
        headers,
      }),
      (turn) => webhook(taskOf(turn), secret),
      () => get('read', '/healthz'),
    ]

    const people = new Callers(server.url, callers)
    // a connection on which a body was refused is closed, and nobody else may be on it
    const strangers = new Callers(server.url, callers / hostileEvery)
    const answers: Answer[] = []
    const unfinished: Promise<string>[] = []
    const resident = [residentBytes()]
    const until = performance.now() + seconds * 1_000
    let turns = 0

    const call = async (): Promise<void> => {
      while (performance.now() < until) {
        const turn = turns++
        if (turn % hostileEvery === 0) {
          const index = turn / hostileEvery
          // a few dozen connections that never send a whole request are held open besides
          if (index % 50 === 0 && unfinished.length < 60) {
            unfinished.push(strangers.raw(neverWhole[unfinished.length % neverWhole.length] ?? ''))
          }
          const hostile = hostileRequests[index % hostileRequests.length]!
          // all but those that show a credential, or none to a webhook, get past the door
          const shown = 'Authorization' in (hostile.headers ?? {}) ? {} : headers
          answers.push(
            await strangers.send({ ...hostile, kind: 'hostile', headers: { ...shown, ...hostile.headers } }),
          )
        } else answers.push(await people.send(wellMeant[turn % wellMeant.length]!(turn)))
      }
    }
    const looking = (async () => {
      while (performance.now() < until) {
        resident.push(residentBytes())
        sandbox.commit(sandbox.originPath, 'main', `at ${resident.length}\n`)
        await pause(1_000)
      }
    })()
    await Promise.all([looking, ...Array.from({ length: callers }, call)])
    people.close()
    strangers.close()

    const statuses = new Map<string, number>()
    for (const { kind, status } of answers) {
      const name = `${kind} ${status}`
      statuses.set(name, (statuses.get(name) ?? 0) + 1)
    }
    const kinds = [...Map.groupBy(answers, ({ kind }) => kind)]
    for (const [kind, some] of kinds)
      process.stdout.write(
        report(
          kind,
          some.map(({ ms }) => ms),
        ),
      )
    const wellTimes = answers.filter(({ kind }) => kind !== 'hostile').map(({ ms }) => ms)
    process.stdout.write(report('well-meant', wellTimes))
    const megabytes = resident.map((bytes) => Math.round(bytes / 2 ** 20))
    process.stdout.write(
      `resident: ${megabytes[0]} MB at first, at most ${Math.max(...megabytes)} MB, ${megabytes.at(-1)} MB at last\n`,
    )
    process.stdout.write(`${JSON.stringify(Object.fromEntries([...statuses].sort()))}\n`)

    // whoever means well is answered, every time
    expect([...statuses.keys()].filter((name) => !/^hostile |^\w+ 200$/.test(name))).toEqual([])
    // whoever does not is refused, or cut off while still sending what is refused already
    const hostile = answers.filter(({ kind }) => kind === 'hostile')
    expect(hostile.filter(({ status }) => status !== 0 && (status < 400 || status > 499))).toEqual([])
    expect(hostile.filter(({ status }) => status === 0).length).toBeLessThan(hostile.length / 20)
    expect(hostile.length).toBeGreaterThan(answers.length / (hostileEvery + 1) - 1)

    // every run that somebody was told of has come to its end
    const accepted = new Set(
      answers
        .filter(({ kind, status }) => (kind === 'run' || kind === 'webhook') && status === 200)
        .map(({ json }) => json?.data?.id ?? json?.run_id ?? 0),
    )
    const triggers = answers.filter(({ kind }) => kind === 'run' || kind === 'webhook').length
    expect(triggers).toBeGreaterThan(answers.length / 10)
    expect(accepted.size).toBeGreaterThan(tasks.length)
    expect(accepted.has(0)).toBe(false)
    const ends = new Map<string, number>()
    for (const id of accepted) {
      const { status } = await api.sync.runs.wait(id)
      ends.set(status, (ends.get(status) ?? 0) + 1)
    }
    process.stdout.write(`${accepted.size} runs: ${JSON.stringify(Object.fromEntries(ends))}\n`)
    expect([...ends.keys()].filter((status) => status !== 'success')).toEqual([])
    expect((await api.audit.verify()).problems).toEqual([])

    expect(Math.max(...megabytes)).toBeLessThan(mostMegabytes)
    // and the second half of a load that is the same throughout does not need much more than the first
    const half = Math.floor(megabytes.length / 2)
    const [early, late] = [Math.max(...megabytes.slice(0, half)), Math.max(...megabytes.slice(half))]
    expect(late).toBeLessThan(Math.max(early * 1.3, early + 64))

    for (const said of await Promise.all(unfinished)) expect(said).toMatch(/^HTTP\/1\.1 4\d\d |^$/)
    server.checkAnswers()
    expect(await stopServer(server)).toBe(0)
  }, 600_000)
})
