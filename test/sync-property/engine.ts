import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, type Gitferry, isGitferryError } from '@gitferry/core'
import { buildCommitGraph, type CommitGraph } from './commit-graph.ts'
import type { Oids } from './expected-plan.ts'
import { histories } from './histories.ts'
import {
  type Played,
  type PlayedPlan,
  type PlayedRestore,
  type PlayedRun,
  type PlayedTry,
  takenBy,
} from './played.ts'
import { intrude, keptOf, makeBare, refsOf } from './repositories.ts'
import type { Intrusion, Scenario } from './scenario.ts'

/** Where one scenario plays. */
interface Stage {
  readonly graph: CommitGraph
  readonly target: string
  readonly task: number
}

interface Asked {
  readonly kind: PlayedRun['kind']
  readonly before: Oids
  /** What somebody does after the first plan, after the second, and so on. */
  readonly intrusions?: readonly (readonly Intrusion[])[]
  readonly ask: () => Promise<{ readonly id: number }>
}

/** A gitferry that plays scenarios, each with repositories of its own. */
export class PropertyEngine {
  readonly #root: string
  readonly #dataDir: string
  readonly #graphs: readonly CommitGraph[]
  readonly #gitferry: Gitferry
  #count = 0

  constructor() {
    const base = realpathSync(mkdtempSync(join(tmpdir(), 'gitferry-property-')))
    this.#root = join(base, 'root')
    this.#dataDir = join(base, 'data')
    for (const folder of [this.#root, this.#dataDir]) mkdirSync(folder)
    this.#graphs = histories.map(({ ancestry, objectFormat }, index) =>
      buildCommitGraph(join(this.#root, `graph-${index}`), ancestry, objectFormat),
    )
    this.#gitferry = createGitferry({
      storage: memoryStorage(),
      dataDir: this.#dataDir,
      repoRoots: [this.#root],
      concurrency: 1,
    })
  }

  start(): Promise<void> {
    return this.#gitferry.start()
  }

  async stop(): Promise<void> {
    await this.#gitferry.stop()
    rmSync(join(this.#root, '..'), { recursive: true, force: true })
  }

  async play(scenario: Scenario): Promise<Played> {
    const graph = this.#graphs[scenario.graph]!
    const folder = join(this.#root, String(this.#count++))
    mkdirSync(folder)
    const [source, target, hub] = ['source', 'target', 'hub'].map((name) => join(folder, `${name}.git`))
    const before = makeBare(target!, graph, scenario.target)
    const sourceRefs = makeBare(source!, graph, scenario.source)
    makeBare(hub!, graph, {}, { source: source!, target: target! })
    const { repos, sync } = this.#gitferry
    const repo = await repos.register({ path: hub!, name: folder })
    const task = await sync.tasks.create({
      repo_id: repo.id,
      source_remote: 'source',
      target_remote: 'target',
      ...scenario.task,
      refs: [...scenario.task.refs],
      exclude: [...scenario.task.exclude],
    })
    const stage = { graph, target: target!, task: task.id }
    const { stored, first } = await this.#first(stage, scenario, before)
    const { restore, more } = await this.#afterwards(stage, scenario, first, before)
    const kept = keptOf(join(this.#dataDir, 'kept', `${repo.uuid}.git`))
    await sync.tasks.delete(task.id)
    await repos.delete(repo.id, { drop_kept: true })
    const runs = [...(first === null ? [] : [first]), ...more]
    const after = refsOf(target!)
    rmSync(folder, { recursive: true, force: true })
    return { graph, source: sourceRefs, before, stored, restore, runs, after, kept }
  }

  /** A run that plans by itself, or a plan that is stored and then applied. */
  async #first(
    stage: Stage,
    { first, intrusions, laterIntrusions }: Scenario,
    before: Oids,
  ): Promise<{ readonly stored: PlayedPlan | null; readonly first: PlayedRun | null }> {
    const { sync } = this.#gitferry
    if (first === 'run') {
      const run = await this.#runTask(stage, before, [intrusions, laterIntrusions])
      return { stored: null, first: run }
    }
    const { answer: plan, refused } = await answerOf(sync.tasks.plan(stage.task))
    const stored = { plan, refused, seen: before }
    const isEmpty =
      plan === null || plan.updates.every(({ action }) => action === 'skip' || action === 'conflict')
    if (isEmpty) return { stored, first: null }
    const intruded = someoneMoves(stage, before, intrusions)
    const run = await this.#follow(stage, {
      kind: 'applies',
      before: intruded,
      intrusions: [laterIntrusions],
      ask: () => sync.plans.apply(plan.id, { wait: true }),
    })
    return { stored, first: run }
  }

  /** Undoes the first run; or runs until there is nothing left to do. */
  async #afterwards(
    stage: Stage,
    { afterwards, intrusions }: Scenario,
    first: PlayedRun | null,
    start: Oids,
  ): Promise<{ readonly restore: PlayedRestore | null; readonly more: readonly PlayedRun[] }> {
    if (afterwards !== 'run' && first !== null) return this.#restore(stage, afterwards, first)
    const again = await this.#runTask(stage, first?.after ?? start)
    if (intrusions.length === 0) return { restore: null, more: [again] }
    return { restore: null, more: [again, await this.#runTask(stage, again.after)] }
  }

  async #restore(stage: Stage, afterwards: Scenario['afterwards'], first: PlayedRun) {
    const { sync } = this.#gitferry
    const [taken] = takenBy(stage.graph, first).keys()
    const isMoved = afterwards === 'move and restore' && taken !== undefined
    const before = isMoved
      ? someoneMoves(stage, first.after, [{ ref: taken, to: { commit: first.run.id % 24 } }])
      : first.after
    let refused: string | null = null
    const more: PlayedRun[] = []
    const ask = () => sync.runs.restore(first.run.id, {}, { wait: true })
    const { answer, refused: why } = await answerOf(this.#follow(stage, { kind: 'restores', before, ask }))
    if (answer === null) refused = why
    else more.push(answer)
    const { paused_at } = await sync.tasks.get(stage.task)
    return { restore: { before, refused, isPaused: paused_at !== null }, more }
  }

  #runTask(stage: Stage, before: Oids, intrusions: Asked['intrusions'] = []): Promise<PlayedRun> {
    const ask = () => this.#gitferry.sync.tasks.run(stage.task, { wait: true })
    return this.#follow(stage, { kind: 'plans', before, intrusions, ask })
  }

  async #follow(stage: Stage, { kind, before, intrusions = [], ask }: Asked): Promise<PlayedRun> {
    const tries: PlayedTry[] = []
    const off = this.#gitferry.on('run.planned', ({ updates }) => {
      const seen = tries.length === 0 ? before : refsOf(stage.target)
      const intruded = someoneMoves(stage, seen, intrusions[tries.length] ?? [])
      tries.push({ updates, seen, intruded })
    })
    try {
      const { id } = await ask()
      const run = await this.#gitferry.sync.runs.get(id)
      return { kind, before, tries, run, after: refsOf(stage.target) }
    } finally {
      off()
    }
  }
}

/** What is there then. */
function someoneMoves({ graph, target }: Stage, before: Oids, intrusions: readonly Intrusion[]): Oids {
  if (intrusions.length === 0) return before
  for (const intrusion of intrusions) intrude(target, graph, intrusion)
  return refsOf(target)
}

/** A refusal is an answer, too. */
async function answerOf<T>(asked: Promise<T>) {
  try {
    return { answer: await asked, refused: null }
  } catch (error) {
    if (!isGitferryError(error)) throw error
    return { answer: null, refused: error.code as string }
  }
}
