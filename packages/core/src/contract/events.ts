import type { ErrorCode } from '../wire/error-codes.ts'
import type { Branch } from './branch.ts'
import type { Channel, Delivery } from './channel.ts'
import type { Credential } from './credential.ts'
import type { Plan } from './plan.ts'
import type { Remote } from './remote.ts'
import type { Repo } from './repo.ts'
import type { Run, RunLogRow, RunRef, RunStatus } from './run.ts'
import type { SshKey } from './ssh-key.ts'
import type { SyncTask } from './sync-task.ts'
import type { Tag } from './tag.ts'

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
  'task.recovered': { readonly task_id: number }
  'remote.added': { readonly repo_id: number; readonly remote: Remote }
  'remote.updated': { readonly repo_id: number; readonly remote: Remote }
  'remote.deleted': { readonly repo_id: number; readonly name: string }
  'tag.created': { readonly repo_id: number; readonly tag: Tag }
  'tag.deleted': { readonly repo_id: number; readonly name: string }
  'key.created': { readonly key: SshKey }
  'key.updated': { readonly key: SshKey }
  'key.deleted': { readonly id: number }
  'credential.created': { readonly credential: Credential }
  'credential.deleted': { readonly id: number }
  'channel.created': { readonly channel: Channel }
  'channel.updated': { readonly channel: Channel }
  'channel.deleted': { readonly id: number }
  'delivery.queued': { readonly delivery: Delivery }
  'delivery.finished': { readonly delivery: Delivery }
  'webhook.received': { readonly source: string; readonly task_id: number; readonly run_id: number }
  'webhook.refused': { readonly source: string; readonly error_code: ErrorCode }
  'run.queued': { readonly run: Run }
  'run.started': { readonly run: Run }
  'run.progress': RunProgress
  'run.planned': { readonly run_id: number; readonly updates: Plan['updates'] }
  'run.ref': { readonly run_id: number; readonly ref: RunRef }
  'run.log': { readonly run_id: number; readonly line: string }
  'run.finished': { readonly run: Run }
}

export type GitferryEventName = keyof GitferryEvents

/** Any event: its name, and what its listeners get. */
export type GitferryEvent = {
  [Name in GitferryEventName]: { readonly name: Name; readonly data: GitferryEvents[Name] }
}[GitferryEventName]

/**
 * What following a run tells. `log`: one line, and the id that resumes after it. `status`: what the run is at first,
 * and each time that this changes. `end`: the last one, with the final status; one that is not final (`pending`,
 * `running`) says that gitferry stopped first, and the run goes on at its next start.
 */
export type RunLogEvent =
  | ({ readonly type: 'log' } & Readonly<Pick<RunLogRow, 'id' | 'at' | 'text'>>)
  | { readonly type: 'status'; readonly status: RunStatus }
  | { readonly type: 'end'; readonly status: RunStatus }
