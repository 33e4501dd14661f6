import { z } from 'zod'
import { deleted } from '../deleted.ts'
import { pageQuery } from '../page.ts'
import { plan } from '../plan.ts'
import { run, runQuery } from '../run.ts'
import { createSyncTask, syncTask, syncTaskDefaults, updateSyncTask } from '../sync-task.ts'
import { localGitErrors, remoteErrors } from './common-errors.ts'
import { examplePendingRun, examplePlan, exampleRun, exampleTask } from './examples.ts'
import { answers, type OperationGroup, sends } from './operation.ts'
import { idOf } from './path-parameters.ts'

const ofTask = idOf('sync task')
const defaults = Object.entries(syncTaskDefaults)
  .map(([name, value]) => `\`${name}\` \`${JSON.stringify(value)}\``)
  .join(', ')
const fieldErrors = [
  ...localGitErrors,
  'REPO_NOT_FOUND',
  'REMOTE_UNKNOWN',
  'URL_FORBIDDEN',
  'SAME_REF',
  'SCHEDULE_INVALID',
  'REF_INVALID',
  'UNSUPPORTED',
] as const

export const syncTaskOperations = {
  name: 'sync tasks',
  description: 'Rules: what is carried from which remote to which, when, and what happens when they diverge.',
  operations: {
    'sync.tasks.list': {
      summary: 'List sync tasks',
      query: pageQuery,
      answer: answers(syncTask, exampleTask),
    },
    'sync.tasks.get': {
      summary: 'Show a sync task',
      path: ofTask,
      answer: answers(syncTask, exampleTask),
      errors: ['TASK_NOT_FOUND'],
    },
    'sync.tasks.create': {
      summary: 'Create a sync task',
      description: `A remote is named, or \`local\` for the repository itself; what is absent, null or empty is \`origin\` for a remote, \`source_branch\` for \`target_branch\`, \`repo_id\` for \`target_repo_id\`, and both sides for \`name\`. \`cron_expression\` has five fields, \`@hourly\` and its like, or \`@every <duration>\`; none, null and empty mean no schedule. Defaults: ${defaults}; in mirror mode \`tags\` is true.`,
      body: sends(createSyncTask, {
        name: 'main-to-backup',
        repo_id: 1,
        source_remote: 'origin',
        source_branch: 'main',
        target_remote: 'backup',
        target_branch: 'main',
        cron_expression: '0 */2 * * *',
        enabled: true,
      }),
      answer: answers(syncTask, exampleTask),
      errors: fieldErrors,
    },
    'sync.tasks.update': {
      summary: 'Change a sync task',
      description:
        'Changes only the fields that the body carries; one that is null or empty means what it means at creation. `paused_at: null` resumes a task that paused itself.',
      path: ofTask,
      body: sends(updateSyncTask, { enabled: false }),
      answer: answers(syncTask, { ...exampleTask, enabled: false, next_run_at: null, next_runs: [] }),
      errors: ['TASK_NOT_FOUND', ...fieldErrors],
    },
    'sync.tasks.delete': {
      summary: 'Delete a sync task',
      description: 'Its runs stay.',
      path: ofTask,
      query: z.object({
        cancel: z.boolean().optional().describe('Cancels a run under way first; without it the task is kept'),
      }),
      answer: answers(deleted, { id: 1, deleted: true }),
      errors: ['TASK_NOT_FOUND', 'TASK_RUNNING'],
    },
    'sync.tasks.run': {
      summary: 'Run a sync task',
      description:
        'A task with a pending run answers that one; a running one gets exactly one follow-up run. A disabled or paused task runs too.',
      path: ofTask,
      query: z.object({
        wait: z.boolean().optional().describe('Answers when the run has ended; how is in `status`'),
      }),
      answer: answers(run, examplePendingRun),
      errors: ['TASK_NOT_FOUND', 'RUN_NOT_FOUND'],
    },
    'sync.tasks.plan': {
      summary: 'Plan what a run would do now',
      description:
        'The plan is stored and takes the place of the task’s open one; nothing else changes. No update means that both sides are in step. One that a guard would stop says so in `stopped_code`.',
      path: ofTask,
      answer: answers(plan, examplePlan),
      errors: [
        ...remoteErrors,
        'TASK_NOT_FOUND',
        'REPO_NOT_FOUND',
        'BRANCH_NOT_FOUND',
        'SAME_REF',
        'REF_INVALID',
        'VERSION_CONFLICT',
      ],
    },
    'sync.tasks.pause': {
      summary: 'Pause a sync task',
      description: 'No schedule and no webhook runs it until it is resumed. May be called twice.',
      path: ofTask,
      answer: answers(syncTask, { ...exampleTask, paused_at: '2026-01-02T03:04:05.678Z', next_run_at: null }),
      errors: ['TASK_NOT_FOUND'],
    },
    'sync.tasks.resume': {
      summary: 'Resume a sync task',
      description: 'Forgets its failures. May be called twice.',
      path: ofTask,
      answer: answers(syncTask, exampleTask),
      errors: ['TASK_NOT_FOUND'],
    },
    'sync.tasks.runs': {
      summary: 'List the runs of a sync task, newest first',
      path: ofTask,
      query: runQuery.omit({ task_id: true }),
      answer: answers(run, exampleRun),
      errors: ['TASK_NOT_FOUND'],
    },
  },
} as const satisfies OperationGroup
