import type { Mutation } from '../mutation.ts'

const task = 'packages/core/src/contract/sync-task.ts'
const fields = 'packages/core/src/services/task-fields.ts'
const service = 'packages/core/src/services/sync-tasks.ts'
const sides = 'packages/core/src/services/resolve-sides.ts'
const queue = 'packages/core/src/services/run-queue.ts'

const otherDefault = (field: string, from: string, to: string): Mutation => ({
  takesOut: [new RegExp(`^${field} defaults to `)],
  file: task,
  find: `  ${field}: ${from},\n`,
  replace: `  ${field}: ${to},\n`,
})

export const taskMutations: readonly Mutation[] = [
  otherDefault('mode', "'branch'", "'mirror'"),
  otherDefault('tags', 'false', 'true'),
  otherDefault('prune', 'false', 'true'),
  otherDefault('max_delete_percent', '30', '31'),
  otherDefault('on_diverge', "'reject'", "'skip'"),
  otherDefault('atomic', 'false', 'true'),
  otherDefault('keep_days', '30', '31'),
  otherDefault('timezone', "'UTC'", "'Europe/Berlin'"),
  otherDefault('misfire', "'run_once'", "'skip'"),
  otherDefault('priority', '0', '1'),
  otherDefault('timeout_ms', '1_800_000', '1_800_001'),
  otherDefault('stall_timeout_ms', '300_000', '300_001'),
  otherDefault('max_failures', '10', '11'),
  otherDefault('enabled', 'true', 'false'),
  {
    takesOut: ['target_branch defaults to source_branch, target_repo_id to repo_id'],
    file: fields,
    find: 'input.target_branch || source_branch',
    replace: "input.target_branch || 'main'",
  },
  {
    takesOut: ['source and target the same ref is 400'],
    file: sides,
    find: 'if (samePlace(source, target) && overlapsItself(selection))',
    replace: 'if (source === target)',
  },
  {
    takesOut: ['an empty or absent remote means origin, local the repository itself'],
    file: task,
    find: "source_remote: emptyAs('origin', remoteName.default('origin')),",
    replace: "source_remote: emptyAs('backup', remoteName.default('backup')),",
  },
  {
    takesOut: ['a task may go from one repository to another'],
    file: fields,
    find: 'target_repo_id: input.target_repo_id ?? input.repo_id,',
    replace: 'target_repo_id: input.repo_id,',
  },
  {
    takesOut: ['cron is validated on write'],
    file: 'packages/core/src/wire/error-codes.ts',
    find: 'SCHEDULE_INVALID: entry(400)',
    replace: 'SCHEDULE_INVALID: entry(409)',
  },
  {
    takesOut: ['the answer shows the next five fire times'],
    file: 'packages/core/src/services/task-schedule.ts',
    find: 'const shown = 5',
    replace: 'const shown = 4',
  },
  {
    takesOut: ['7, L, # and H are accepted beyond robfig/cron'],
    file: 'packages/core/src/schedule/cron-fields.ts',
    find: '  highest: 7,\n',
    replace: '',
  },
  {
    takesOut: ['@every from 1 s'],
    file: 'packages/core/src/schedule/parse-schedule.ts',
    find: 'const interval = Math.floor(ms / 1_000) * 1_000',
    replace: 'const interval = Math.max(1_000, ms)',
  },
  {
    takesOut: ['an expression that can never fire is refused'],
    file: 'packages/core/src/schedule/cron-fields.ts',
    find: 'const longestMonths = [31, 29,',
    replace: 'const longestMonths = [31, 30,',
  },
  {
    takesOut: ['no expression (absent, null or "") is no schedule'],
    file: fields,
    find: "cron_expression: (input.cron_expression ?? '').trim(),",
    replace: "cron_expression: (input.cron_expression || '@daily').trim(),",
  },
  {
    takesOut: ['an unknown repository is 404, an unknown remote 400'],
    file: sides,
    find: "throw new GitferryError(\n    'REMOTE_UNKNOWN',",
    replace: "throw new GitferryError(\n    'REMOTE_NOT_FOUND',",
  },
  {
    takesOut: ['PUT changes only the fields that it carries'],
    file: fields,
    find: '    ...given,\n',
    replace: '    ...given,\n    priority: changes.priority ?? 0,\n',
  },
  {
    takesOut: ['deleting a running task is 409 unless cancel=true, and its runs stay'],
    file: service,
    find: "if (unfinished.some((run) => run.status === 'running') && !cancel) throw taskRunning(task)",
    replace: '',
  },
  {
    takesOut: ['name defaults to <source> → <target>, and names need not be unique'],
    file: fields,
    find: ' → $',
    replace: ' to $',
  },
  {
    takesOut: ['POST …/run answers at once with the pending run'],
    file: service,
    find: 'const { wait = false } = parseInput(runInput, query)',
    replace: 'const { wait = true } = parseInput(runInput, query)',
  },
  {
    takesOut: ['?wait=true answers when it ends, 200 whatever came out'],
    file: 'packages/server/src/routes/request-values.ts',
    find: "  wait: 'boolean',\n",
    replace: '',
  },
  {
    takesOut: ['a task that runs gets the one follow-up run, a pending one is answered as it is'],
    file: queue,
    find: 'if (pending !== undefined) {',
    replace: 'if (pending === null) {',
  },
  {
    takesOut: ['a disabled task runs when asked by hand'],
    file: queue,
    find: "const runs = session.collection('runs')\n    const priority",
    replace:
      "if (!task.enabled) throw new Error('off')\n    const runs = session.collection('runs')\n    const priority",
  },
  {
    takesOut: ['commit_range is old..new, the bare new oid for a new branch, "" when in step'],
    file: 'packages/core/src/sync/conclude-run.ts',
    find: "if (ref.old_oid === null) return ref.new_oid ?? ''",
    replace: "if (ref.old_oid === null) return ['..', ref.new_oid].join('')",
  },
  {
    takesOut: ['the single answer of a run has refs'],
    file: 'packages/core/src/services/read-run.ts',
    find: 'refs: refs.map(',
    replace: 'refs: refs.slice(1).map(',
  },
  {
    takesOut: ['GET /sync/runs takes task_id, status, trigger and since'],
    file: 'packages/server/src/routes/sync-runs.ts',
    find: "'since', ",
    replace: '',
  },
  {
    takesOut: ['GET /sync/runs/:id/log is text, or an event stream for who accepts one'],
    file: 'packages/server/src/routes/sync-runs.ts',
    find: 'if (wantsEvents) {',
    replace: 'if (!gitferry) {',
  },
  {
    takesOut: ['a canceled run ends as canceled; one that ended is 409'],
    file: 'packages/core/src/services/cancel-run.ts',
    find: "'RUN_FINISHED'",
    replace: "'INVALID_INPUT'",
  },
  {
    takesOut: ['a retry is a new run with the trigger retry'],
    file: 'packages/core/src/services/sync-runs.ts',
    find: "trigger: 'retry'",
    replace: "trigger: 'manual'",
  },
  {
    takesOut: ['a task has the documented fields and no other'],
    file: 'packages/core/src/services/to-task.ts',
    find: '{ version: _, ...row }: SyncTaskRow,',
    replace: '{ ...row }: SyncTaskRow,',
  },
  {
    takesOut: ['misfire may be run_once or skip'],
    file: task,
    find: "misfire: oneOf(['run_once', 'skip'])",
    replace: "misfire: oneOf(['run_once'])",
  },
  {
    takesOut: ['tags default to true in mirror mode'],
    file: fields,
    find: "...(input.mode === 'mirror' && { tags: true }),",
    replace: '',
  },
  {
    takesOut: ['a target in another repository is guarded by its expected oid'],
    file: 'packages/core/src/git/commands/update-ref.ts',
    find: '? zero(oid) :',
    replace: "? '' :",
  },
  {
    takesOut: ['a target that has what the source lacks is a conflict and keeps it'],
    file: 'packages/core/src/sync/plan-refs.ts',
    find: "if (onDiverge === 'overwrite') return",
    replace: "if (onDiverge !== 'skip') return",
  },
  {
    takesOut: ['a task across two repositories runs in the source’s'],
    file: queue,
    find: 'repo_id: task.repo_id,',
    replace: 'repo_id: task.target_repo_id,',
  },
  {
    takesOut: ['cron means what robfig/cron v3 means'],
    file: 'packages/core/src/schedule/cron-field.ts',
    find: 'if (star && step === 1) any = true',
    replace: 'if (star) any = true',
  },
  {
    takesOut: ['a run has the documented fields and no other'],
    file: 'packages/core/src/services/to-run.ts',
    find: '{ priority: _, version: __, ...run }',
    replace: '{ version: __, ...run }',
  },
  {
    takesOut: ['a paused task runs when asked by hand'],
    file: queue,
    find: "const runs = session.collection('runs')\n    const priority",
    replace:
      "if (task.paused_at !== null) throw new Error('paused')\n    const runs = session.collection('runs')\n    const priority",
  },
]
