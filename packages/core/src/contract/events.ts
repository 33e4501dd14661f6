import type { Branch } from './branch.ts'
import type { Plan } from './plan.ts'
import type { Repo } from './repo.ts'
import type { Run, RunLogRow, RunRef, RunStatus } from './run.ts'
import type { SyncTask } from './sync-task.ts'

/** How far a run has come. Each is passed at most once an attempt, in this order; some are left out. */
export type RunPhase = 'listing' | 'fetching' | 'fetched' | 'planned' | 'pushing' | 'pushed'

export interface RunProgress {
  readonly run_id: number
  readonly task_id: number
  readonly repo_id: number
  readonly phase: RunPhase
  /** 0 to 100 within the phase; absent where nothing can be counted. */
  readonly percent?: number
  /** git’s own words ("Receiving objects"). */
  readonly detail?: string
}

/** Event name → what its listeners get. */
export interface GitferryEvents {
  'repo.registered': { readonly repo: Repo }
  'repo.updated': { readonly repo: Repo }
  'repo.deleted': { readonly id: number }
  'branch.created': { readonly repo_id: number; readonly branch: Branch }
  'branch.deleted': { readonly repo_id: number; readonly name: string }
  'branch.checked_out': { readonly repo_id: number; readonly branch: Branch }
  'task.created': { readonly task: SyncTask }
  'task.updated': { readonly task: SyncTask }
  'task.deleted': { readonly id: number }
  'task.paused': { readonly task_id: number; readonly reason: string }
  'run.queued': { readonly run: Run }
  'run.started': { readonly run: Run }
  'run.progress': RunProgress
  'run.planned': { readonly run_id: number; readonly updates: Plan['updates'] }
  'run.ref': { readonly run_id: number; readonly ref: RunRef }
  'run.log': { readonly run_id: number; readonly line: string }
  'run.finished': { readonly run: Run }
}

export type GitferryEventName = keyof GitferryEvents

/**
 * What following a run tells. `log`: one line, and the id that resumes after it. `status`: what the run is at first,
 * and each time that this changes. `end`: the last one, with the final status; one that is not final (`pending`,
 * `running`) says that gitferry stopped first, and the run goes on at its next start.
 */
export type RunLogEvent =
  | ({ readonly type: 'log' } & Readonly<Pick<RunLogRow, 'id' | 'at' | 'text'>>)
  | { readonly type: 'status'; readonly status: RunStatus }
  | { readonly type: 'end'; readonly status: RunStatus }
