import { z } from 'zod'
import {
  type KeptRefRow,
  type RestoreRefs,
  type RunRow,
  restoreRefs,
  type SyncTaskRow,
} from '../contract/index.ts'
import { parseInput } from '../errors/index.ts'
import { lsRemote } from '../git/commands/ls-remote.ts'
import type { StorageSession } from '../ports/index.ts'
import { planRestore, type RestorePlan } from '../sync/plan-restore.ts'
import { acceptRun } from './accept-run.ts'
import { auditId } from './audit-id.ts'
import { cancelWaiting, tellCanceled } from './cancel-waiting.ts'
import type { ServiceContext } from './context.ts'
import { deadlines } from './deadlines.ts'
import { findRun, findTask } from './find-or-refuse.ts'
import { keptElsewhere } from './kept-elsewhere.ts'
import { openSide } from './open-side.ts'
import { reposOf } from './repos-of.ts'
import { resolveTaskSides } from './resolve-sides.ts'
import * as refusals from './restore-refusals.ts'
import type { AcceptedRun } from './run-queue.ts'
import { longestList } from './side-access.ts'

type Options = { readonly signal?: AbortSignal | undefined }

export interface RestoreQuery {
  readonly wait?: boolean
}

const restoreQuery = z.object({ wait: z.boolean({ error: 'must be true or false' }).optional() })

/** How long a value that is being put back stays kept at least, in ms: its run may have to wait. */
const graceMs = 86_400_000

/**
 * Asks for a run that puts back what a run has overwritten or deleted, and pauses the task, whose next run would
 * overwrite it again: plan, pause, run and audit entry in one transaction. To be handed over afterwards.
 * @throws RUN_NOT_FOUND, KEPT_REF_NOT_FOUND naming the refs, TASK_NOT_FOUND and REPO_NOT_FOUND saying where the values
 *   lie, RESTORE_REFUSED, what `resolveTaskSides` and `openSide` throw, GIT_*, ABORTED
 */
export async function restoreRun(
  id: number,
  input: RestoreRefs,
  query: RestoreQuery,
  context: ServiceContext,
  { signal }: Options,
): Promise<{ readonly accepted: AcceptedRun; readonly wait: boolean }> {
  const { audit, events, principal, storage } = context
  const subject = { type: 'restore', object_type: 'run', object_id: auditId(id) } as const
  const done = await audit.attempt(principal, subject, async (draft) => {
    const run = await findRun(storage, id)
    const { refs, overwrite = false } = parseInput(restoreRefs, input)
    const { wait = false } = parseInput(restoreQuery, query)
    const rows = await keptRows(run, refs, context)
    const task = await taskOf(run, rows, context)
    const { updates, moved } = await planNow(task, rows, { overwrite }, context, { signal })
    if (moved.length > 0) throw refusals.movedOn(run, moved)
    if (updates.length === 0) throw refusals.inPlace(run)
    draft.note({ details: { refs: updates.map(({ target_ref }) => target_ref), overwrite } })
    return storage.transaction(async (session) => {
      const before = await findTask(session, task.id)
      refuseOtherTarget(run, before, rows)
      await stayKept(session, rows, context)
      const plan = await session.collection('plans').insert({
        task_id: task.id,
        ...reposOf(before),
        kind: 'restore',
        status: 'open',
        updates: [...updates],
        stopped_code: null,
        stopped_reason: null,
        run_id: null,
        applied_by_run_id: null,
        kept_run_id: run.id,
        created_at: new Date(context.clock.now()).toISOString(),
      })
      const paused = await pause(session, run, before, context)
      const canceled = await cancelWaiting(session.whole, before.id, context)
      const { queue } = context
      const asked = { draft, queue, task: before, trigger: 'manual', plan_id: plan.id } as const
      return { accepted: await acceptRun(session, asked), wait, paused, canceled }
    })
  })
  await tellCanceled(done.canceled, context)
  if (done.paused !== undefined) events.emit('task.paused', done.paused)
  return done
}

/** What the run has kept of these refs. */
async function keptRows(
  run: RunRow,
  refs: readonly string[] | undefined,
  { storage }: ServiceContext,
): Promise<KeptRefRow[]> {
  const rows = await storage.collection('kept_refs').find({ where: { run_id: run.id, state: 'kept' } })
  const known = new Set(rows.map((row) => row.ref))
  const unknown = [...new Set(refs)].filter((ref) => !known.has(ref))
  if (rows.length === 0 || unknown.length > 0) throw refusals.notKept(run, unknown)
  return refs === undefined ? rows : rows.filter((row) => refs.includes(row.ref))
}

/** The task of the run, if it still leads to where the values were. */
async function taskOf(
  run: RunRow,
  rows: readonly KeptRefRow[],
  { keptStores, principal, storage }: ServiceContext,
): Promise<SyncTaskRow> {
  // a path of this machine is nothing for who is restricted to repositories
  const place = principal.repoIds == null ? keptStores.path(rows[0]!.repo_uuid) : undefined
  const task = await storage.collection('tasks').get(run.task_id)
  if (task === undefined) throw refusals.withoutTask(run, place)
  for (const repoId of [task.repo_id, task.target_repo_id]) {
    if (!(await storage.collection('repos').get(repoId))) throw refusals.withoutRepo(run, repoId, place)
  }
  refuseOtherTarget(run, task, rows)
  return task
}

function refuseOtherTarget(run: RunRow, task: SyncTaskRow, rows: readonly KeptRefRow[]): void {
  const other = keptElsewhere(rows, task)
  if (other !== undefined) throw refusals.otherTarget(run, task, other)
}

/** Lists the target now, these refs alone, and plans. */
async function planNow(
  task: SyncTaskRow,
  rows: readonly KeptRefRow[],
  options: { readonly overwrite: boolean },
  context: ServiceContext,
  { signal }: Options,
): Promise<RestorePlan> {
  const { target } = await resolveTaskSides(task, { ...context, signal })
  const refs = [...new Set(rows.map((row) => row.ref))]
  await using open = await openSide(target, context, { signal, refs })
  const { url, protocol } = open
  const list = lsRemote({ url, protocol, refs })
  const limits = { ...deadlines(task), maxOutputBytes: longestList, signal }
  return planRestore(rows, await open.run(list, limits), options)
}

/** Values whose time is nearly over must still be there when the run comes to them. */
async function stayKept(
  session: StorageSession,
  rows: readonly KeptRefRow[],
  { clock }: ServiceContext,
): Promise<void> {
  const expires_at = new Date(clock.now() + graceMs).toISOString()
  const id = { in: rows.map((row) => row.id) }
  await session.collection('kept_refs').updateWhere({ id, expires_at: { lt: expires_at } }, { expires_at })
}

/** Answers what is to be told; nothing where the task was paused already: whoever did that had a reason of their own. */
async function pause(session: StorageSession, run: RunRow, task: SyncTaskRow, { clock }: ServiceContext) {
  if (task.paused_at !== null) return undefined
  const at = new Date(clock.now()).toISOString()
  const reason = `run ${run.id} was undone, and the next run would do it again: resume the task when its source and its policy say what you want`
  const changes = { paused_at: at, paused_reason: reason, next_run_at: null, updated_at: at }
  await session.collection('tasks').update(task.id, changes)
  return { task_id: task.id, ...reposOf(task), reason }
}
