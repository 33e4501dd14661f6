import type { GitferryClient } from '@gitferry/client'
import type { Plan, Repo, RunWithRefs, SyncTask } from '@gitferry/core/contract'
import type { History } from './history.ts'
import type { Story } from './story.ts'

export interface StageParts {
  readonly story: Story
  readonly gitferry: GitferryClient
  readonly history: History
  /** The registered clone. */
  readonly repo: Repo
  /** From origin/main to backup/main. */
  readonly task: SyncTask
  readonly server: { readonly url: string; readonly fetch: typeof globalThis.fetch }
  /** When the whole demo has to be over. */
  readonly deadline: AbortSignal
}

/** What every chapter works with. */
export class Stage {
  readonly story: Story
  readonly gitferry: GitferryClient
  readonly history: History
  readonly repo: Repo
  readonly task: SyncTask
  readonly server: StageParts['server']
  readonly deadline: AbortSignal

  constructor(parts: StageParts) {
    this.story = parts.story
    this.gitferry = parts.gitferry
    this.history = parts.history
    this.repo = parts.repo
    this.task = parts.task
    this.server = parts.server
    this.deadline = parts.deadline
  }

  /** Shows the log of a run as it grows, and what became of it. */
  async follow(id: number): Promise<RunWithRefs> {
    const { deadline: signal, gitferry, story } = this
    for await (const event of gitferry.sync.runs.follow(id, { signal })) {
      if (event.type === 'log') story.quote(`${event.at} ${event.text}`)
    }
    const run = await gitferry.sync.runs.get(id, { signal })
    story.say(`run ${run.id}: ${run.status} in ${run.duration_ms} ms, ${shortRange(run.commit_range)}`)
    for (const { action, outcome, reason, target_ref } of run.refs) {
      story.say(`  ${target_ref}: ${action}, ${outcome}${reason && ` (${reason})`}`)
    }
    return run
  }

  /** Runs a task to its end, and says in a line what became of how many refs. */
  async run(taskId: number): Promise<RunWithRefs> {
    const { id } = await this.gitferry.sync.tasks.run(taskId)
    return this.ended(id)
  }

  /** Waits for a run, and says the same. */
  async ended(id: number): Promise<RunWithRefs> {
    const run = await this.gitferry.sync.runs.wait(id, { signal: this.deadline })
    const { duration_ms, error_message, refs_changed, refs_failed, refs_total, status } = run
    const counts = `of ${refs_total} refs ${refs_changed} changed, ${refs_failed} failed`
    this.story.say(`run ${id}: ${status} in ${duration_ms} ms; ${counts}`)
    if (error_message !== null) this.story.quote(error_message)
    return run
  }

  showPlan(plan: Plan): void {
    if (plan.updates.length === 0) this.story.say('nothing to do: in step')
    for (const { action, new_oid, old_oid, reason, target_ref } of plan.updates) {
      this.story.say(`${action.padEnd(12)} ${target_ref}  ${short(old_oid)} → ${short(new_oid)}  ${reason}`)
    }
  }

  /** Looks again until there is something to see. */
  async until<Value>(look: () => Promise<Value | undefined>): Promise<Value> {
    for (;;) {
      const value = await look()
      if (value !== undefined) return value
      this.deadline.throwIfAborted()
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

export const short = (oid: string | null): string => oid?.slice(0, 10) ?? 'nothing'

export const shortRange = (range: string): string =>
  range === '' ? 'nothing to carry' : range.split('..').map(short).join('..')
