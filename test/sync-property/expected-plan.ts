import type { CommitGraph } from './commit-graph.ts'
import type { Scenario } from './scenario.ts'
import { clash, sourceName, targetName } from './selection.ts'

/** Full name → oid. */
export type Oids = ReadonlyMap<string, string>

export interface ExpectedUpdate {
  readonly action: 'create' | 'fast-forward' | 'force' | 'delete' | 'skip' | 'conflict'
  readonly old_oid: string | null
  readonly new_oid: string | null
}

export interface ExpectedPlan {
  /** By the name at the target. */
  readonly updates: ReadonlyMap<string, ExpectedUpdate>
  /** What goes to the target if nobody moves it before. */
  readonly moves: ReadonlyMap<string, ExpectedUpdate>
  /** What waits for approval. */
  readonly held: ReadonlySet<string>
  /** Why the run as a whole does nothing. */
  readonly stop: 'EMPTY_SOURCE' | 'MASS_DELETION' | 'UNRELATED_HISTORY' | null
}

const isBranch = (name: string) => name.startsWith('refs/heads/')
const isMove = ({ action }: ExpectedUpdate) => action !== 'skip' && action !== 'conflict'
const destroys = ({ action }: ExpectedUpdate) => action === 'force' || action === 'delete'

/** Whether a task of one branch has none to read. */
export const lacksBranch = ({ task }: Scenario, source: Oids) =>
  task.mode === 'branch' && !source.has(`refs/heads/${task.source_branch}`)

/** What the rules say that a task does, worked out apart from the engine and without any thought of speed. */
export function expectedPlan(
  { task }: Scenario,
  graph: CommitGraph,
  source: Oids,
  target: Oids,
): ExpectedPlan {
  const wanted = new Map<string, string>()
  for (const [name, oid] of source) {
    const to = targetName(task, name)
    if (to !== null) wanted.set(to, oid)
  }
  const covered = [...target.keys()].filter((name) => sourceName(task, name) !== null)
  const updates = new Map<string, ExpectedUpdate>()
  for (const [name, new_oid] of wanted) {
    const old_oid = target.get(name) ?? null
    if (old_oid === new_oid) continue
    updates.set(name, { action: actionOf(name, old_oid, new_oid), old_oid, new_oid })
  }
  const gone = covered.filter((name) => !wanted.has(name))
  if (task.prune) {
    for (const name of gone) {
      updates.set(name, { action: 'delete', old_oid: target.get(name)!, new_oid: null })
    }
  }
  makeRoom()
  const held = heldBack()
  const isBlocked =
    task.atomic && (held.size > 0 || [...updates.values()].some(({ action }) => action === 'conflict'))
  const stop = guard()
  const moves = [...updates].filter(
    ([name, update]) => stop === null && !isBlocked && isMove(update) && !held.has(name),
  )
  return { updates, held, stop, moves: new Map(moves) }

  function actionOf(name: string, old_oid: string | null, new_oid: string): ExpectedUpdate['action'] {
    if (old_oid === null) return 'create'
    if (isBranch(name) && graph.kinship(old_oid, new_oid) === 'ancestor') return 'fast-forward'
    return ({ overwrite: 'force', skip: 'skip', reject: 'conflict' } as const)[task.on_diverge]
  }

  /** A new name beside one that stays, or another new one, is a conflict. */
  function makeRoom(): void {
    const stays = (name: string) => task.atomic || updates.get(name)?.action !== 'delete'
    const taken = [...target.keys()].filter(stays)
    for (const name of [...updates.keys()].sort()) {
      const update = updates.get(name)!
      if (update.action !== 'create') continue
      if (taken.some((other) => clash(name, other))) updates.set(name, { ...update, action: 'conflict' })
      else taken.push(name)
    }
  }

  function heldBack(): ReadonlySet<string> {
    if (!task.require_approval) return new Set()
    const all = [...updates]
    const deleted = all.filter(([, { action }]) => action === 'delete').map(([name]) => name)
    const waits = ([name, update]: readonly [string, ExpectedUpdate]) =>
      destroys(update) || (update.action === 'create' && deleted.some((other) => clash(name, other)))
    const whole = task.atomic && all.some(([, update]) => destroys(update))
    return new Set(all.filter((entry) => (whole ? isMove(entry[1]) : waits(entry))).map(([name]) => name))
  }

  function guard(): ExpectedPlan['stop'] {
    if (wanted.size === 0 && gone.length > 0) return 'EMPTY_SOURCE'
    const deletions = [...updates.values()].filter(({ action }) => action === 'delete').length
    if (deletions > 4 && deletions / covered.length > task.max_delete_percent / 100) return 'MASS_DELETION'
    const isRemade = [...updates].some(
      ([name, { action, old_oid, new_oid }]) =>
        action === 'force' && isBranch(name) && graph.kinship(old_oid!, new_oid!) === 'unrelated',
    )
    return isRemade ? 'UNRELATED_HISTORY' : null
  }
}
