import { z } from 'zod'
import { branch } from './branch.ts'
import { channel, delivery } from './channel.ts'
import { credential } from './credential.ts'
import { errorCode } from './error-code.ts'
import { id } from './id.ts'
import { job } from './job.ts'
import { plan, planUpdate, targetRepoId } from './plan.ts'
import { remote } from './remote.ts'
import { repo } from './repo.ts'
import { run, runLogRow, runRef, runStatus } from './run.ts'
import { sshKey } from './ssh-key.ts'
import { syncTask } from './sync-task.ts'
import { tag } from './tag.ts'

const runPhase = z.enum(['listing', 'fetching', 'fetched', 'planned', 'pushing', 'pushed'])

/**
 * How far a run has come. They are passed in this order, some are left out; a run that plans anew, because a ref moved
 * or the network failed, passes them again.
 */
export type RunPhase = z.output<typeof runPhase>

const ofTask = { repo_id: id, target_repo_id: id }
const ofRun = { run_id: id, repo_id: id, target_repo_id: targetRepoId }

const runProgress = z.object({
  ...ofRun,
  task_id: id,
  phase: runPhase,
  percent: z
    .number()
    .min(0)
    .max(100)
    .exactOptional()
    .describe('0 to 100 within the phase; absent where nothing can be counted'),
  detail: z.string().exactOptional().describe('git’s own words ("Receiving objects")'),
  done: z.int().exactOptional().describe('Objects so far'),
  total: z.int().exactOptional().describe('Objects in all'),
  bytes: z.int().exactOptional().describe('Bytes carried so far, where git tells'),
})

export type RunProgress = Readonly<z.output<typeof runProgress>>

const deletedId = z.object({ id })
const ofRepo = { repo_id: id }

/** Event name → the schema of what its listeners get. */
export const eventData = {
  'repo.registered': z.object({ repo }),
  'repo.updated': z.object({ repo }),
  'repo.deleted': deletedId,
  'repo.pushed': z.object({
    ...ofRepo,
    refs: z.array(
      z.object({ ref: z.string(), old_oid: z.string().nullable(), new_oid: z.string().nullable() }),
    ),
  }),
  'branch.created': z.object({ ...ofRepo, branch }),
  'branch.updated': z.object({
    ...ofRepo,
    name: z.string(),
    old_oid: z.string().nullable(),
    new_oid: z.string(),
  }),
  'branch.deleted': z.object({ ...ofRepo, name: z.string() }),
  'branch.checked_out': z.object({ ...ofRepo, branch }),
  'task.created': z.object({ task: syncTask }),
  'task.updated': z.object({ task: syncTask }),
  'task.deleted': deletedId.extend(ofTask),
  'task.paused': z.object({ task_id: id, ...ofTask, reason: z.string() }),
  'task.recovered': z.object({ task_id: id, ...ofTask }),
  'plan.created': z.object({ plan }),
  'job.queued': z.object({ job }),
  'job.started': z.object({ job }),
  'job.progress': z.object({
    job_id: id,
    stage: z.string(),
    percent: z.number().min(0).max(100).exactOptional(),
    bytes: z.int().exactOptional(),
  }),
  'job.finished': z.object({ job }),
  'remote.added': z.object({ ...ofRepo, remote }),
  'remote.updated': z.object({ ...ofRepo, remote }),
  'remote.deleted': z.object({ ...ofRepo, name: z.string() }),
  'tag.created': z.object({ ...ofRepo, tag }),
  'tag.deleted': z.object({ ...ofRepo, name: z.string() }),
  'key.created': z.object({ key: sshKey }),
  'key.updated': z.object({ key: sshKey }),
  'key.deleted': deletedId,
  'credential.created': z.object({ credential }),
  'credential.deleted': deletedId,
  'channel.created': z.object({ channel }),
  'channel.updated': z.object({ channel }),
  'channel.deleted': deletedId,
  'delivery.queued': z.object({ delivery }),
  'delivery.finished': z.object({ delivery }),
  'webhook.received': z.object({ source: z.string(), task_id: id, run_id: id, ...ofTask }),
  'webhook.refused': z.object({ source: z.string(), error_code: errorCode }),
  'run.queued': z.object({ run }),
  'run.started': z.object({ run }),
  'run.progress': runProgress,
  'run.planned': z.object({ ...ofRun, updates: z.array(planUpdate) }),
  'run.ref': z.object({ ...ofRun, ref: runRef }),
  'run.log': z.object({ ...ofRun, line: z.string() }),
  'run.finished': z.object({ run }),
} as const

/** Event name → what its listeners get. */
export type GitferryEvents = {
  readonly [Name in keyof typeof eventData]: Readonly<z.output<(typeof eventData)[Name]>>
}

export type GitferryEventName = keyof GitferryEvents

/** The name of every event. */
export const eventNames = Object.keys(eventData) as readonly GitferryEventName[]

/** Any event: its name, and what its listeners get. */
export type GitferryEvent = {
  [Name in GitferryEventName]: { readonly name: Name; readonly data: GitferryEvents[Name] }
}[GitferryEventName]

/** What following a run tells, by its type. */
export const runLogEventData = {
  log: runLogRow.pick({ id: true, at: true, text: true }),
  status: z.object({ status: runStatus }),
  end: z.object({ status: runStatus }),
} as const

/**
 * What following a run tells. `log`: one line, and the id that resumes after it. `status`: what the run is at first,
 * and each time that this changes. `end`: the last one, with the final status; one that is not final (`pending`,
 * `running`) says that gitferry stopped first, and the run goes on at its next start.
 */
export type RunLogEvent = {
  [Type in keyof typeof runLogEventData]: { readonly type: Type } & Readonly<
    z.output<(typeof runLogEventData)[Type]>
  >
}[keyof typeof runLogEventData]
