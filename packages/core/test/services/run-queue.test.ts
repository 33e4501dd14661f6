import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunTrigger, SyncTaskRow } from '../../src/contract/index.ts'
import { type RunParts, runParts } from './run-parts.ts'

let parts: RunParts

beforeEach(async () => {
  parts = await runParts({ concurrency: 1 })
})

afterEach(() => parts.close())

/** Asks for a run as the service of that trigger does. */
async function ask(parts: RunParts, task: SyncTaskRow, trigger: RunTrigger) {
  const { queue, storage } = parts
  const accepted = await storage.transaction((session) => queue.accept(session, task, trigger))
  await queue.handOver(accepted)
  return accepted.run
}

/** Occupies the only slot. */
async function holdSlot() {
  const blocker = await parts.addTask({ repo_id: 1_000 })
  const { id } = await parts.tasks.run(blocker.id)
  await parts.until('it has begun', () => parts.running.has(id))
  return id
}

/** Lets run after run end, and answers the runs in the order in which they began. */
async function inTurn(): Promise<number[]> {
  for (;;) {
    const [id] = parts.running.keys()
    if (id === undefined) return parts.begun.map(({ id }) => id)
    const before = parts.begun.length
    await parts.end(id)
    if (parts.adapter.size().waiting + parts.adapter.size().running === 0) continue
    await parts.until('another one begins', () => parts.begun.length > before)
  }
}

describe('what goes first', () => {
  it('is a person’s run, before a hundred scheduled ones that waited', async () => {
    const blocker = await holdSlot()
    for (let repo_id = 1; repo_id <= 100; repo_id += 1) {
      await parts.addTask({ repo_id, cron_expression: '* * * * *', priority: 100 })
    }
    const asked = await parts.addTask({ repo_id: 101, priority: -100 })
    parts.scheduler.start()
    await parts.clock.advance(60_000)
    await parts.until('all of them wait', () => parts.adapter.size().waiting === 100)
    const run = await parts.tasks.run(asked.id)
    const order = await inTurn()
    expect(order.slice(0, 2)).toEqual([blocker, run.id])
    expect(order).toHaveLength(102)
  })

  it('is a person, then a webhook, then a schedule, whatever the priorities of their tasks', async () => {
    const blocker = await holdSlot()
    const runs: Record<string, number> = {}
    for (const [repo_id, trigger] of (['cron', 'webhook', 'retry', 'manual'] as const).entries()) {
      const task = await parts.addTask({ repo_id: repo_id + 1, priority: 100 - repo_id * 66 })
      runs[trigger] = (await ask(parts, task, trigger)).id
    }
    const { cron, webhook, retry, manual } = runs
    expect(await inTurn()).toEqual([blocker, retry, manual, webhook, cron])
  })

  it.each(['manual', 'webhook', 'cron'] as const)(
    'within one class (%s) is the task of the higher priority, then the one that came first',
    async (trigger) => {
      const blocker = await holdSlot()
      const ids: number[] = []
      for (const [index, priority] of [0, 0, 100, -100, 1].entries()) {
        const task = await parts.addTask({ repo_id: index + 1, priority })
        ids.push((await ask(parts, task, trigger)).id)
      }
      expect(await inTurn()).toEqual([blocker, ids[2], ids[4], ids[0], ids[1], ids[3]])
    },
  )

  it('is a waiting run that a person asks for as well', async () => {
    const blocker = await holdSlot()
    const [first, second] = [await parts.addTask({ repo_id: 1 }), await parts.addTask({ repo_id: 2 })]
    const earlier = await ask(parts, first, 'webhook')
    const later = await ask(parts, second, 'cron')
    expect((await parts.tasks.run(second.id)).id).toBe(later.id)
    // a schedule does not take that back
    await ask(parts, second, 'cron')
    expect((await parts.runOf(later.id)).priority).toBe(3_000)
    expect(await inTurn()).toEqual([blocker, later.id, earlier.id])
  })
})

describe('a burst of triggers', () => {
  const trigger = fc.constantFrom('manual', 'webhook', 'cron', 'retry', 'tick', 'signed webhook')

  it('while a run is under way is one follow-up run, of the highest priority that asked for it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(trigger, { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        fc.integer({ min: -100, max: 100 }),
        async (triggers, together, priority) => {
          const parts = await runParts({ concurrency: 2 })
          try {
            const { id } = await parts.addTask({ priority, cron_expression: '* * * * *' })
            const task = await parts.taskOf(id)
            parts.scheduler.start()
            const first = await parts.tasks.run(id)
            await parts.until('it is under way', () => parts.running.has(first.id))
            const fire = (trigger: (typeof triggers)[number]): Promise<unknown> => {
              if (trigger === 'tick') return parts.clock.advance(60_000)
              if (trigger === 'manual') return parts.tasks.run(id)
              if (trigger === 'signed webhook') return parts.webhook(id)
              return ask(parts, task, trigger)
            }
            const ticks = triggers.filter((trigger) => trigger === 'tick')
            const others = triggers.filter((trigger) => trigger !== 'tick')
            if (together) {
              await Promise.all(others.map(fire))
              for (const tick of ticks) await fire(tick)
            } else for (const trigger of triggers) await fire(trigger)
            const runs = await parts.runs()
            expect(runs.map(({ status }) => status)).toEqual(['running', 'pending'])
            const ranks = { manual: 3, retry: 3, webhook: 2, 'signed webhook': 2, cron: 1, tick: 1 }
            const highest = Math.max(...triggers.map((trigger) => ranks[trigger]))
            expect(runs[1]?.priority).toBe(highest * 1_000 + priority)
            await parts.end(first.id)
            await parts.end(runs[1]!.id)
            expect((await parts.runs()).map(({ status }) => status)).toEqual(['success', 'success'])
            expect(parts.adapter.size()).toEqual({ waiting: 0, running: 0 })
          } finally {
            await parts.close()
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('for a task that does nothing yet is two runs at most', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(trigger, { minLength: 2, maxLength: 12 }), async (triggers) => {
        const parts = await runParts()
        try {
          const { id } = await parts.addTask()
          const task = await parts.taskOf(id)
          await Promise.all(
            triggers.map((trigger) => {
              if (trigger === 'manual') return parts.tasks.run(id)
              if (trigger === 'signed webhook') return parts.webhook(id)
              return ask(parts, task, trigger === 'tick' ? 'cron' : trigger)
            }),
          )
          expect((await parts.runs()).length).toBeLessThanOrEqual(2)
        } finally {
          await parts.close()
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('the hosts of a run', () => {
  const addRemote = (name: string, fetch_url: string, push_url = fetch_url) =>
    parts.storage.collection('remotes').insert({
      ...{ repo_id: 1, name, fetch_url, push_url, problem: null, source: 'api' },
      ...{ ssh_key_id: null, credential_id: null, bound_to: null },
      ...{ created_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z' },
    } as Parameters<ReturnType<typeof parts.storage.collection<'remotes'>>['insert']>[0])

  const hostsOf = async (source_remote: string, target_remote: string) => {
    const task = await parts.addTask({ source_remote, target_remote })
    const { id } = await parts.tasks.run(task.id)
    await parts.until('it has begun', () => parts.running.has(id))
    const hosts = parts.begun.at(-1)?.hosts
    await parts.end(id)
    return hosts
  }

  it('are where it fetches from and where it pushes to, each once, by name alone', async () => {
    await addRemote('origin', 'https://git.example/a/b.git', 'ssh://git@push.example:2222/a/b.git')
    await addRemote('mirror', 'git@other.example:a/b.git')
    await addRemote('twin', 'https://git.example:8443/c.git')
    await addRemote('disk', '/srv/git/a.git')
    await addRemote('disk-url', 'file:///srv/git/a.git')
    await addRemote('six', 'ssh://git@[2001:db8::1]:2222/a.git')
    expect(await hostsOf('origin', 'mirror')).toEqual(['git.example', 'other.example'])
    expect(await hostsOf('mirror', 'origin')).toEqual(['other.example', 'push.example'])
    expect(await hostsOf('origin', 'twin')).toEqual(['git.example'])
    expect(await hostsOf('local', 'disk')).toEqual([])
    expect(await hostsOf('disk-url', 'six')).toEqual(['[2001:db8::1]'])
    expect(await hostsOf('unknown', 'mirror')).toEqual(['other.example'])
  })

  it('that cannot be read do not keep it from being handed over', async () => {
    const task = await parts.addTask()
    const collection = parts.storage.collection.bind(parts.storage)
    parts.storage.collection = ((name: never) => {
      if (name === 'remotes') throw new Error('the disk is full')
      return collection(name)
    }) as typeof parts.storage.collection
    const { id } = await parts.tasks.run(task.id)
    await parts.end(id)
    expect(parts.begun).toMatchObject([{ id, hosts: [] }])
    expect(parts.warnings).toEqual(['the hosts of a run could not be read; it runs without their limits'])
  })

  it('hold up what goes there, and nothing else', async () => {
    await parts.close()
    parts = await runParts({ concurrency: 8 })
    await addRemote('origin', 'https://slow.example/a.git')
    for (let repo_id = 2; repo_id <= 6; repo_id += 1) {
      const task = await parts.addTask({ repo_id, source_remote: 'local', target_remote: 'disk' })
      const slow = {
        repo_id: repo_id + 100,
        target_repo_id: 1,
        target_remote: 'origin',
        source_remote: 'local',
      }
      await parts.tasks.run((await parts.addTask(slow)).id)
      await parts.tasks.run(task.id)
    }
    await parts.until('seven are under way', () => parts.running.size === 7)
    expect(parts.adapter.size()).toEqual({ waiting: 3, running: 7 })
  })
})

describe('a task that is changed while its run waits', () => {
  it('has a run that says what it works on, from when it begins', async () => {
    const blocker = await holdSlot()
    const task = await parts.addTask({ repo_id: 1, target_repo_id: 2 })
    const run = await parts.tasks.run(task.id)
    expect(run).toMatchObject({ repo_id: 1, target_repo_id: 2 })
    await parts.storage.collection('tasks').update(task.id, { target_repo_id: 3 })
    await parts.end(blocker)
    await parts.until('it has begun', () => parts.running.has(run.id))
    expect(await parts.runOf(run.id)).toMatchObject({ status: 'running', repo_id: 1, target_repo_id: 3 })
  })
})
