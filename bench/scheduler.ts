import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { syncTaskDefaults } from '../packages/core/src/contract/index.ts'

export interface SchedulerBenchOptions {
  /** Enabled tasks with a schedule. */
  readonly tasks: number
  /** How long nothing is due while the CPU time is counted. */
  readonly idleSeconds: number
  /** The tasks are due at whole seconds, as many in each of these. */
  readonly spreadSeconds: number
  readonly print: (line: string) => void
}

const hourMs = 3_600_000

/** What many tasks with a schedule cost: at the start, while nothing is due, and when they are due. */
export async function benchScheduler(options: SchedulerBenchOptions): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'gitferry-bench-'))
  try {
    await benchIdle(join(root, 'idle'), options)
    await benchTicks(join(root, 'spread'), options.spreadSeconds, options)
    await benchTicks(join(root, 'at-once'), 1, options)
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function benchIdle(
  dataDir: string,
  { tasks, idleSeconds, print }: SchedulerBenchOptions,
): Promise<void> {
  await fill(dataDir, tasks, () => Date.now() + hourMs)
  const child = await start(dataDir)
  try {
    const { startMs, aliveMs } = child.ready
    print(
      `start with ${tasks} enabled tasks: ${(aliveMs / 1_000).toFixed(2)} s from the start of the process until it is ready ` +
        `(${(startMs / 1_000).toFixed(2)} s of them gitferry's; SQLite); aim < 3 s: ${verdict(aliveMs < 3_000)}`,
    )
    // what a start leaves to do: sealing, the first housekeeping
    await pause(2_000)
    const { cpuMs } = await child.ask<{ cpuMs: number }>(`idle ${idleSeconds * 1_000}`)
    const percent = cpuMs / (idleSeconds * 10)
    print(
      `idle with ${tasks} enabled tasks: ${percent.toFixed(2)} % of a core over ${idleSeconds} s in which none was due ` +
        `(${cpuMs.toFixed(0)} ms of CPU time of the Node process); aim < 1 %: ${verdict(percent < 1)}`,
    )
  } finally {
    await child.stop()
  }
}

async function benchTicks(
  dataDir: string,
  seconds: number,
  { tasks, print }: SchedulerBenchOptions,
): Promise<void> {
  const perSecond = Math.ceil(tasks / seconds)
  const first = Math.ceil(Date.now() / 1_000) * 1_000 + 20_000
  const dueOf = (index: number) => first + Math.floor(index / perSecond) * 1_000
  await fill(dataDir, tasks, dueOf)
  const child = await start(dataDir, String(first), String(perSecond))
  try {
    if (Date.now() >= first) throw new Error('the start took so long that the first ticks were missed')
    const { late, cpuMs } = await child.ask<{ late: number[]; cpuMs: number }>(`ticks ${tasks}`)
    if (late.length < tasks) throw new Error(`only ${late.length} of ${tasks} runs were queued`)
    const sorted = late.toSorted((a, b) => a - b)
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
    const figures = `median ${at(0.5).toFixed(0)} ms, p99 ${at(0.99).toFixed(0)} ms, last ${at(1).toFixed(0)} ms, ${(cpuMs / tasks).toFixed(2)} ms of CPU time each`
    const how = `run queued after its task was due: ${figures} (a queue that does nothing; SQLite, every commit on the disk)`
    if (seconds === 1) {
      print(`tick error, ${tasks} tasks due in the same second, ${how}; no aim`)
    } else {
      const aim = `aim p99 < 250 ms: ${verdict(at(0.99) < 250)}`
      print(
        `tick error, ${tasks} tasks due over ${seconds} s, ${perSecond} each whole second, ${how}; ${aim}`,
      )
    }
  } finally {
    await child.stop()
  }
}

const verdict = (isMet: boolean): string => (isMet ? 'met' : 'MISSED')

/** A data directory with that many enabled tasks, of a hundred repositories with a remote host at either end. */
async function fill(dataDir: string, tasks: number, dueOf: (index: number) => number): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const storage = sqliteStorage({ path: join(dataDir, 'gitferry.db') })
  await storage.open()
  const at = new Date().toISOString()
  const times = { created_at: at, updated_at: at }
  const repos = Math.min(100, tasks)
  await storage.transaction(async (session) => {
    for (let repo_id = 1; repo_id <= repos; repo_id += 1) {
      const path = `/nowhere/${repo_id}.git`
      await session.collection('repos').insert({
        ...{ uuid: `00000000-0000-4000-8000-${String(repo_id).padStart(12, '0')}`, name: `repo ${repo_id}` },
        ...{ path, git_dir: path, common_dir: path, object_format: 'sha1', is_bare: true, is_hosted: false },
        ...{ group_name: 'local', project_id: null, description: null, visibility: 0 },
        ...{ creator_id: null, forked_from_id: null },
        ...{ default_branch: 'main', ssh_key_id: null, credential_id: null, size_bytes: 0, checked_at: null },
        ...times,
      })
      for (const name of ['origin', 'backup']) {
        const url = `https://${name}.example/${repo_id}.git`
        await session.collection('remotes').insert({
          ...{ repo_id, name, fetch_url: url, push_url: url, problem: null, source: 'config' },
          ...{ ssh_key_id: null, credential_id: null, bound_to: null },
          ...times,
        })
      }
    }
    for (let index = 0; index < tasks; index += 1) {
      const repo_id = 1 + (index % repos)
      await session.collection('tasks').insert({
        ...structuredClone(syncTaskDefaults),
        ...{ name: `task ${index}`, repo_id, source_remote: 'origin', source_branch: `branch-${index}` },
        ...{ target_repo_id: repo_id, target_remote: 'backup', target_branch: `branch-${index}` },
        ...{ cron_expression: `${index % 60} ${index % 24} * * *`, timezone: 'Europe/Berlin' },
        ...{ paused_at: null, paused_reason: null, failure_count: 0, last_run_at: null, last_status: null },
        next_run_at: new Date(dueOf(index)).toISOString(),
        ...times,
      })
    }
  })
  await storage.close()
}

interface Child {
  readonly ready: { readonly startMs: number; readonly aliveMs: number }
  ask<Answer>(question: string): Promise<Answer>
  stop(): Promise<void>
}

async function start(...args: readonly string[]): Promise<Child> {
  const file = new URL('./scheduler-process.ts', import.meta.url)
  const child = fork(file, args, { execArgv: ['--conditions=@gitferry/source'] })
  const exited = once(child, 'exit')
  const ready = (await answerOf(child, exited)) as Child['ready']
  return {
    ready,
    async ask<Answer>(question: string) {
      child.send(question)
      return (await answerOf(child, exited)) as Answer
    },
    async stop() {
      if (child.connected) child.send('stop')
      await exited
    },
  }
}

async function answerOf(child: ChildProcess, exited: Promise<unknown>): Promise<unknown> {
  const [answer] = await Promise.race([
    once(child, 'message'),
    exited.then(() => {
      throw new Error('the process under measure ended')
    }),
  ])
  return answer
}
