import { z } from 'zod'
import { accepting, emptyAs } from './accepting.ts'
import { aliases } from './aliases.ts'
import { id, timestamp } from './id.ts'
import { oneOf } from './one-of.ts'
import { refName } from './ref.ts'
import { remoteName } from './remote.ts'
import { runStatus } from './run.ts'
import { line } from './text.ts'

const bounded = (min: number, max: number) => {
  const message = `must be an integer from ${min} to ${max}`
  return z.int({ error: message }).min(min, message).max(max, message)
}

/** A rule: source remote + refs → target remote + refs, with a policy and a trigger. */
export const syncTask = z
  .object({
    id,
    name: z.string(),
    repo_id: id,
    source_remote: z.string().describe('A remote’s name, or "local" for the repository itself'),
    source_branch: z.string().describe('Empty in mirror mode'),
    target_repo_id: id,
    target_remote: z.string(),
    target_branch: z.string().describe('Empty in mirror mode'),
    cron_expression: z.string().describe('Empty: no schedule'),
    timezone: z.string(),
    jitter_ms: z.int(),
    misfire: z.enum(['run_once', 'skip']),
    enabled: z.boolean(),
    mode: z.enum(['branch', 'mirror']),
    refs: z
      .array(z.string())
      .describe('Of a mirror: globs over full names, or refspecs that rename; empty: every branch'),
    exclude: z.array(z.string()).describe('Of a mirror: globs over full names of the source; never touched'),
    tags: z.boolean(),
    prune: z.boolean().describe('Of a mirror: deletes at the target what the source has not'),
    max_delete_percent: z.int(),
    on_diverge: z.enum(['reject', 'overwrite', 'skip']),
    atomic: z.boolean(),
    follow_head: z.boolean(),
    require_approval: z
      .boolean()
      .describe(
        'Forced updates and deletions wait for somebody to apply their plan: a second look, which whoever may write can take or switch off',
      ),
    keep_days: z.int(),
    priority: z.int(),
    timeout_ms: z.int(),
    stall_timeout_ms: z.int(),
    max_failures: z.int(),
    paused_at: timestamp.nullable(),
    paused_reason: z.string().nullable(),
    failure_count: z.int().describe('Failures in a row'),
    next_run_at: timestamp.nullable(),
    next_runs: z.array(timestamp).describe('The next five fire times of the schedule'),
    last_run_at: timestamp.nullable(),
    last_status: runStatus.nullable(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'SyncTask' })

export type SyncTask = z.output<typeof syncTask>

/** A sync task as it is stored. */
export const syncTaskRow = syncTask.omit({ next_runs: true }).extend({ version: z.int() })

export type SyncTaskRow = z.output<typeof syncTaskRow>

const mode = accepting(
  { enum: ['single', 'all-branch'] },
  (value) => (value === 'single' ? 'branch' : value === 'all-branch' ? 'mirror' : value),
  oneOf(['branch', 'mirror']),
)

const boolean = z.boolean({ error: 'must be true or false' })
const globs = z
  .array(
    z
      .string({ error: 'must be text' })
      .min(1, 'must not be empty')
      .max(1_000, 'must have at most 1000 characters'),
    { error: 'must be a list of full ref names' },
  )
  .max(100, 'must have at most 100 entries')

const settings = {
  name: emptyAs(null, line(200).nullish()),
  cron_expression: z
    .string({ error: 'must be text' })
    .max(1024, 'must have at most 1024 characters')
    .nullable(),
  timezone: z.string({ error: 'must be text' }).min(1).max(100),
  jitter_ms: bounded(0, 3_600_000),
  misfire: oneOf(['run_once', 'skip']),
  enabled: boolean,
  mode,
  refs: globs,
  exclude: globs,
  tags: boolean,
  prune: boolean,
  max_delete_percent: bounded(0, 100),
  on_diverge: oneOf(['reject', 'overwrite', 'skip']),
  atomic: boolean,
  follow_head: boolean,
  require_approval: boolean,
  keep_days: bounded(0, 3_650),
  priority: bounded(-100, 100),
  timeout_ms: bounded(1_000, 86_400_000),
  stall_timeout_ms: bounded(1_000, 86_400_000),
  max_failures: bounded(1, 1_000),
}

const places = {
  repo_id: id,
  source_remote: emptyAs('origin', remoteName.default('origin')),
  source_branch: emptyAs(null, refName.nullish()),
  target_repo_id: id.nullish(),
  target_remote: emptyAs('origin', remoteName.default('origin')),
  target_branch: emptyAs(null, refName.nullish()),
}

/** A mirror has no branch, and a record of one that is sent back says so; every other task needs one. */
const branchNeeded = {
  path: ['source_branch'],
  error: 'must be the name of a branch',
  // said beside what else is wrong, where there are fields at all
  when: ({ value }: { readonly value: unknown }) => typeof value === 'object' && value !== null,
}

const branchEmpty = { ...branchNeeded, params: { code: 'REF_INVALID' } }

const inputAliases = { cron: 'cron_expression' }

export const createSyncTask = aliases(
  inputAliases,
  z
    .object({
      ...z.object(settings).partial().shape,
      ...places,
    })
    .refine(({ mode, source_branch }) => mode === 'mirror' || source_branch !== undefined, branchNeeded)
    .refine(({ mode, source_branch }) => mode === 'mirror' || source_branch !== null, branchEmpty)
    .meta({ id: 'CreateSyncTask' }),
)

export const updateSyncTask = aliases(
  inputAliases,
  z
    .object({
      ...z.object(settings).partial().shape,
      repo_id: places.repo_id.optional(),
      // here an absent field stays as it is
      source_remote: emptyAs('origin', remoteName.optional()),
      source_branch: places.source_branch,
      target_repo_id: places.target_repo_id,
      target_remote: emptyAs('origin', remoteName.optional()),
      target_branch: places.target_branch,
      // null resumes a paused task; the time that a whole record carries changes nothing
      paused_at: z.string().nullish(),
    })
    .refine(({ mode, source_branch }) => mode === 'mirror' || source_branch !== null, branchEmpty)
    .meta({ id: 'UpdateSyncTask' }),
)

type Settings = Partial<
  Pick<
    SyncTask,
    | 'timezone'
    | 'jitter_ms'
    | 'misfire'
    | 'enabled'
    | 'mode'
    | 'refs'
    | 'exclude'
    | 'tags'
    | 'prune'
    | 'max_delete_percent'
    | 'on_diverge'
    | 'atomic'
    | 'follow_head'
    | 'require_approval'
    | 'keep_days'
    | 'priority'
    | 'timeout_ms'
    | 'stall_timeout_ms'
    | 'max_failures'
  >
> & {
  /** Default, also of null and empty: both sides, `origin/main → backup/main`. */
  name?: string | null
  cron_expression?: string | null
}

export type CreateSyncTask = Settings & {
  repo_id: number
  /** Default `origin`, also of null and empty; `local` is the repository itself. */
  source_remote?: string | null
  /** Needed in branch mode; a mirror has none. */
  source_branch?: string | null
  /** Default, also of null: `repo_id`. */
  target_repo_id?: number | null
  /** Default `origin`, also of null and empty. */
  target_remote?: string | null
  /** Default, also of null and empty: `source_branch`. */
  target_branch?: string | null
}

/** What is absent stays as it is; what is null or empty means what it means in a new task. */
export type UpdateSyncTask = Partial<CreateSyncTask> & {
  /** `null` resumes a task that paused itself; so does switching it off and on again. */
  paused_at?: string | null
}

/** The defaults of a task’s settings, as the documented API gives them. */
export const syncTaskDefaults = {
  cron_expression: '',
  timezone: 'UTC',
  jitter_ms: 0,
  misfire: 'run_once',
  enabled: true,
  mode: 'branch',
  refs: [] as string[],
  exclude: [] as string[],
  tags: false,
  prune: false,
  max_delete_percent: 30,
  on_diverge: 'reject',
  atomic: false,
  follow_head: false,
  require_approval: false,
  keep_days: 30,
  priority: 0,
  timeout_ms: 1_800_000,
  stall_timeout_ms: 300_000,
  max_failures: 10,
} as const
