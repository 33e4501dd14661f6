import type { Deleted } from '../deleted.ts'
import type { RunLogEvent } from '../events.ts'
import type { KeptRef, KeptRefQuery, RestoreRefs } from '../kept-ref.ts'
import type { Page, PageQuery } from '../page.ts'
import type { Plan, PlanQuery } from '../plan.ts'
import type { Run, RunQuery, RunWithRefs } from '../run.ts'
import type { CreateSyncTask, SyncTask, UpdateSyncTask } from '../sync-task.ts'
import type { CallOptions, FollowOptions } from './call-options.ts'

export interface SyncTasksApi {
  /** One page, or everything as page 1 when neither `page` nor `page_size` is given. */
  list(query?: PageQuery, options?: CallOptions): Promise<Page<SyncTask>>
  all(options?: CallOptions): AsyncIterable<SyncTask>
  /** @throws TASK_NOT_FOUND */
  get(id: number, options?: CallOptions): Promise<SyncTask>
  /** @throws REPO_NOT_FOUND, REMOTE_UNKNOWN, URL_FORBIDDEN, SAME_REF, SCHEDULE_INVALID, REF_INVALID */
  create(input: CreateSyncTask, options?: CallOptions): Promise<SyncTask>
  /**
   * Changes only the fields that `input` carries; `paused_at: null` resumes a task that paused itself. Throws what
   * `create` throws, and TASK_NOT_FOUND.
   */
  update(id: number, input: UpdateSyncTask, options?: CallOptions): Promise<SyncTask>
  /** Its runs stay. @throws TASK_NOT_FOUND, TASK_RUNNING (unless `cancel`) */
  delete(id: number, query?: { readonly cancel?: boolean }, options?: CallOptions): Promise<Deleted>
  /**
   * Asks for a run, and answers at once, or with `wait` when it ends. A task with a pending run answers that
   * one; a running task gets exactly one follow-up run. A disabled or paused task runs when asked.
   * @throws TASK_NOT_FOUND
   */
  run(id: number, query?: { readonly wait?: boolean }, options?: CallOptions): Promise<Run>
  /**
   * What a run would do now; it is stored and takes the place of the task's open plan, nothing else changes. One that a
   * guard would stop says so in `stopped_code`.
   * @throws TASK_NOT_FOUND and what git answers
   */
  plan(id: number, options?: CallOptions): Promise<Plan>
  /** No schedule and no webhook runs it until it is resumed; somebody may. May be called twice. @throws TASK_NOT_FOUND */
  pause(id: number, options?: CallOptions): Promise<SyncTask>
  /** Lets a paused task run again and forgets its failures. May be called twice. @throws TASK_NOT_FOUND */
  resume(id: number, options?: CallOptions): Promise<SyncTask>
}

/** Stored plans: what a run would do, or was stopped from doing. */
export interface SyncPlansApi {
  /** One page, newest first. `page` defaults to 1, `page_size` to 20. */
  list(query?: PlanQuery, options?: CallOptions): Promise<Page<Plan>>
  /** Every plan that the query matches, newest first. */
  all(query?: Omit<PlanQuery, 'page' | 'page_size'>, options?: CallOptions): AsyncIterable<Plan>
  /** @throws PLAN_NOT_FOUND */
  get(id: number, options?: CallOptions): Promise<Plan>
  /**
   * Asks for a run that carries out exactly this plan, also what a guard or a needed approval had stopped: asking is
   * the approval. When any of its refs has moved since, on either side, nothing of it is applied and the run fails with
   * PLAN_STALE, naming them. Answers at once, or with `wait` when the run ends.
   * @throws PLAN_NOT_FOUND, TASK_NOT_FOUND; PLAN_CLOSED when it was applied already, is stale, superseded or empty
   */
  apply(id: number, query?: { readonly wait?: boolean }, options?: CallOptions): Promise<Run>
}

/** Values that runs have overwritten or deleted, kept for the task's `keep_days`. */
export interface KeptRefsApi {
  /** One page, newest first. `page` defaults to 1, `page_size` to 20. */
  list(query?: KeptRefQuery, options?: CallOptions): Promise<Page<KeptRef>>
  /** Every one that the query matches, newest first. */
  all(query?: Omit<KeptRefQuery, 'page' | 'page_size'>, options?: CallOptions): AsyncIterable<KeptRef>
}

export interface SyncRunsApi {
  /** One page, newest first. `page` defaults to 1, `page_size` to 20. */
  list(query?: RunQuery, options?: CallOptions): Promise<Page<Run>>
  /** Every run that the query matches, newest first. */
  all(query?: Omit<RunQuery, 'page' | 'page_size'>, options?: CallOptions): AsyncIterable<Run>
  /** With what became of every ref. @throws RUN_NOT_FOUND */
  get(id: number, options?: CallOptions): Promise<RunWithRefs>
  /** The run once it has ended. @throws RUN_NOT_FOUND, ABORTED */
  wait(id: number, options?: CallOptions): Promise<RunWithRefs>
  /** The log so far, oldest line first, each line with its time. @throws RUN_NOT_FOUND */
  log(id: number, options?: CallOptions): Promise<string>
  /**
   * The log as it grows: the stored lines, then each further one within a quarter of a second of its writing, none
   * twice and none left out, and the status at first and whenever it changes. The last event is `end`. Leaving the
   * loop lets go of everything; while it waits for the next event, the signal does.
   * @throws RUN_NOT_FOUND, INVALID_INPUT naming `after`, ABORTED
   */
  follow(id: number, options?: FollowOptions): AsyncIterable<RunLogEvent>
  /**
   * Ends a run and answers it once it has ended; one that is canceled already is answered as it is.
   * @throws RUN_NOT_FOUND, RUN_FINISHED when it ended otherwise
   */
  cancel(id: number, options?: CallOptions): Promise<RunWithRefs>
  /**
   * Runs the task of an ended run once more, with the trigger `retry`; answers as `tasks.run` does.
   * @throws RUN_NOT_FOUND, RUN_NOT_FINISHED, TASK_NOT_FOUND when its task was deleted
   */
  retry(id: number, options?: CallOptions): Promise<Run>
  /**
   * Asks for a run that puts back what this one has overwritten or deleted at its target, and pauses the task, whose
   * next run would overwrite it again. Where the target moved on since, it is refused unless `overwrite`. What the
   * target has now is kept in its turn. Answers at once, or with `wait` when the run ends.
   * @throws RUN_NOT_FOUND, KEPT_REF_NOT_FOUND, RESTORE_REFUSED, TASK_NOT_FOUND when the task was deleted, what
   *   `tasks.plan` throws
   */
  restore(
    id: number,
    input?: RestoreRefs,
    query?: { readonly wait?: boolean },
    options?: CallOptions,
  ): Promise<Run>
}
