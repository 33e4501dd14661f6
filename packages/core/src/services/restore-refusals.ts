import type { KeptRefRow, RunRow, SyncTaskRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'

/** As many names as a sentence can hold; `details.refs` has all. */
function named(refs: readonly string[]): string {
  const shown = refs.slice(0, 5).join(', ')
  return refs.length > 5 ? `${shown} and ${refs.length - 5} more` : shown
}

const byHand = (run: RunRow, place: string | undefined): string =>
  place === undefined
    ? ''
    : ` The values lie in ${place}, under refs/gitferry/kept/${run.id}; from there "git fetch" brings them to any repository.`

/** `unknown` empty: the run has kept nothing at all. */
export function notKept(run: RunRow, unknown: readonly string[]): GitferryError {
  return new GitferryError(
    'KEPT_REF_NOT_FOUND',
    unknown.length === 0
      ? `Run ${run.id} has kept nothing, or not any more; there is nothing to put back.`
      : `refs: run ${run.id} has kept no value of ${named(unknown)}, or not any more.`,
    { details: { id: run.id, field: 'refs', refs: [...unknown] } },
  )
}

/** @param place the kept store, for whom it may be told */
export function withoutTask(run: RunRow, place: string | undefined): GitferryError {
  return new GitferryError(
    'TASK_NOT_FOUND',
    `The task of run ${run.id} is not there, so the way to its target is not known any more.${byHand(run, place)}`,
    { details: { id: run.id, task_id: run.task_id } },
  )
}

/** @param place the kept store, for whom it may be told */
export function withoutRepo(run: RunRow, repoId: number, place: string | undefined): GitferryError {
  return new GitferryError(
    'REPO_NOT_FOUND',
    `The repository ${repoId} of run ${run.id} is not there, so the way to its target is not known any more.${byHand(run, place)}`,
    { details: { id: run.id, repo_id: repoId } },
  )
}

export function otherTarget(run: RunRow, task: SyncTaskRow, kept: KeptRefRow): GitferryError {
  return new GitferryError(
    'RESTORE_REFUSED',
    `Run ${run.id} had the remote "${kept.target_remote}" of repository ${kept.target_repo_id} as its target; the task "${task.name}" has another one now ("${task.target_remote}" of repository ${task.target_repo_id}). Give it back the old target first.`,
    { details: { id: run.id, target_repo_id: kept.target_repo_id, target_remote: kept.target_remote } },
  )
}

export function movedOn(run: RunRow, refs: readonly string[]): GitferryError {
  return new GitferryError(
    'RESTORE_REFUSED',
    `The target moved on since run ${run.id}: ${named(refs)}. Name other refs, or restore with overwrite=true; what the target has now is kept then.`,
    { details: { id: run.id, refs: [...refs] } },
  )
}

export function inPlace(run: RunRow): GitferryError {
  return new GitferryError(
    'RESTORE_REFUSED',
    `The target has every value already that run ${run.id} had overwritten; there is nothing to put back.`,
    { details: { id: run.id, refs: [] } },
  )
}
