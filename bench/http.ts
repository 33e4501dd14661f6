import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@gitferry/client'

export interface HttpBenchOptions {
  readonly repos: number
  readonly branches: number
  /** Requests for each of the two lists. */
  readonly requests: number
  /** Requests after which the resident memory is read, and read again. */
  readonly memory: readonly [first: number, second: number]
  readonly print: (line: string) => void
}

/** So many callers at once, each on a connection of its own that stays open. */
const callers = 8

/** What lists of 1,000 repositories and of 5,000 branches cost over HTTP, and whether memory grows with requests. */
export async function benchHttp({
  repos,
  branches,
  requests,
  memory,
  print,
}: HttpBenchOptions): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'gitferry-bench-'))
  let server: Server | undefined
  try {
    const large = makeRepositories(root, { repos, branches })
    server = await startServer(join(root, 'data'))
    const client = createClient({ baseUrl: server.url })
    const { id } = await client.repos.register({ path: large })
    for (let index = 1; index < repos; index += 1) {
      await client.repos.register({ path: join(root, `${index}.git`) })
    }
    const plainGit = timeOfGit(large)
    for (const [name, path] of [
      [`GET /repos, ${repos} repositories`, '/api/v1/repos'],
      [`GET /repos/:id/branches, ${branches} branches`, `/api/v1/repos/${id}/branches`],
    ] as const) {
      const subject = await load(server.url + path, requests)
      const reference = await load(`${server.bareUrl}/?bytes=${subject.bytes}`, requests)
      print(
        `${name}: ${subject.perSecond.toFixed(1)} requests/s, median ${subject.median.toFixed(1)} ms, p99 ${subject.p99.toFixed(1)} ms ` +
          `(${callers} callers, ${requests} requests, ${subject.bytes} bytes each; a bare node:http server with as many bytes ` +
          `${reference.perSecond.toFixed(1)} requests/s)`,
      )
    }
    const alone = await load(`${server.url}/api/v1/repos/${id}/branches`, 20, 1)
    print(
      `GET /repos/:id/branches, one caller: ${(alone.median / plainGit).toFixed(2)} of git for-each-ref by hand ` +
        `(median ${alone.median.toFixed(1)} ms, git ${plainGit.toFixed(1)} ms)`,
    )
    await server.stop()
    server = await startServer(join(root, 'small'))
    const small = await createClient({ baseUrl: server.url }).repos.register({ path: join(root, '1.git') })
    await benchMemory(server, small.id, memory, print)
  } finally {
    await server?.stop()
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** The mix that a caller of small requests makes; every tenth one is a change. */
async function benchMemory(
  server: Server,
  id: number,
  [first, second]: HttpBenchOptions['memory'],
  print: (line: string) => void,
): Promise<void> {
  const reads = [`/api/v1/repos/${id}`, '/api/v1/sync/tasks', '/api/v1/sync/runs', '/api/v1/audit/logs']
  let sent = 0
  const upTo = (count: number) =>
    spread(callers, async (agent) => {
      while (sent < count) {
        const turn = sent++
        const changes = turn % 10 === 0
        const path = changes ? `/api/v1/repos/${id}` : (reads[turn % reads.length] ?? '/')
        await ask(agent, server.url + path, changes ? { name: `name ${turn}` } : undefined)
      }
    })
  await upTo(first)
  const before = await server.resident()
  await upTo(second)
  const after = await server.resident()
  const ratio = after / before
  print(
    `resident memory after ${second} requests: ${ratio.toFixed(3)} of that after ${first} ` +
      `(${megabytes(after)} and ${megabytes(before)}, after a collection; every tenth request a change); aim ≤ 1.1: ` +
      (ratio <= 1.1 ? 'met' : 'MISSED'),
  )
}

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`

/** Bare repositories `1.git`, `2.git`, …, and `large.git`, whose path it answers. */
function makeRepositories(root: string, { repos, branches }: { repos: number; branches: number }): string {
  const git = (cwd: string, input: string, ...args: string[]) =>
    execFileSync('git', args, { cwd, input, encoding: 'utf8', env: { PATH: process.env.PATH, HOME: root } })
  const large = join(root, 'large.git')
  git(root, '', 'init', '-q', '--bare', '--template=', '-b', 'main', large)
  const tree = git(large, '', 'mktree').trim()
  const commit = git(
    large,
    '',
    ...['-c', 'user.name=bench', '-c', 'user.email=bench@example.invalid'],
    ...['commit-tree', tree, '-m', 'bench'],
  ).trim()
  git(large, `create refs/heads/main ${commit}\n`, 'update-ref', '--stdin')
  git(large, '', 'pack-refs', '--all')
  for (let index = 1; index < repos; index += 1) {
    cpSync(large, join(root, `${index}.git`), { recursive: true })
  }
  const creates = Array.from({ length: branches - 1 }, (_, index) => {
    return `create refs/heads/team/feature-${index} ${commit}\n`
  })
  git(large, creates.join(''), 'update-ref', '--stdin')
  git(large, '', 'pack-refs', '--all')
  return large
}

/** The median time of what the list of branches asks of git, in ms. */
function timeOfGit(repository: string): number {
  const times = Array.from({ length: 21 }, () => {
    const begun = performance.now()
    execFileSync('git', ['for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads'], {
      cwd: repository,
      maxBuffer: 64 * 1024 * 1024,
    })
    return performance.now() - begun
  })
  return percentile(times, 0.5)
}

interface Load {
  readonly perSecond: number
  readonly median: number
  readonly p99: number
  readonly bytes: number
}

/** The same request, `count` times, by `parallel` callers; a tenth as many go before, unmeasured. */
async function load(url: string, count: number, parallel = callers): Promise<Load> {
  const times: number[] = []
  let bytes = 0
  const round = (until: number, measured: boolean) => {
    let sent = 0
    return spread(parallel, async (agent) => {
      while (sent++ < until) {
        const begun = performance.now()
        bytes = await ask(agent, url)
        if (measured) times.push(performance.now() - begun)
      }
    })
  }
  await round(Math.ceil(count / 10), false)
  const begun = performance.now()
  await round(count, true)
  const seconds = (performance.now() - begun) / 1_000
  return {
    perSecond: times.length / seconds,
    median: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    bytes,
  }
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

async function spread(parallel: number, work: (agent: Agent) => Promise<void>): Promise<void> {
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      try {
        await work(agent)
      } finally {
        agent.destroy()
      }
    }),
  )
}

/** One request; answers how many bytes came. With a body it is a PUT. */
async function ask(agent: Agent, url: string, body?: unknown): Promise<number> {
  const sent = request(url, {
    agent,
    ...(body !== undefined && { method: 'PUT', headers: { 'content-type': 'application/json' } }),
  })
  sent.end(body === undefined ? undefined : JSON.stringify(body))
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  let bytes = 0
  for await (const chunk of answer) bytes += (chunk as Buffer).length
  if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}`)
  return bytes
}

interface Server {
  readonly url: string
  readonly bareUrl: string
  /** Bytes of resident memory after a forced collection. */
  resident(): Promise<number>
  stop(): Promise<void>
}

async function startServer(dataDir: string): Promise<Server> {
  const child: ChildProcess = fork(new URL('./http-server.ts', import.meta.url), [dataDir], {
    execArgv: ['--conditions=@gitferry/source', '--expose-gc', '--disable-warning=ExperimentalWarning'],
  })
  const ended = once(child, 'exit')
  const answer = async <Answer>(): Promise<Answer> => {
    const [message] = await Promise.race([
      once(child, 'message'),
      ended.then(() => {
        throw new Error('the server of the bench ended')
      }),
    ])
    return message as Answer
  }
  const { url, bareUrl } = await answer<{ url: string; bareUrl: string }>()
  return {
    url,
    bareUrl,
    resident: async () => {
      const told = answer<{ resident: number }>()
      child.send('collect')
      return (await told).resident
    },
    stop: async () => {
      child.send('stop')
      await ended
    },
  }
}
