import {
  type NotificationEvent,
  notificationEvent,
  type RepoRow,
  type RunRow,
  type SyncTaskRow,
  syncTaskDefaults,
} from '../contract/index.ts'
import type { Occurrence } from './occurrence.ts'
import { type TemplateValues, templateValues } from './template-values.ts'

const time = '2026-01-01T00:00:00.000Z'
const failing = new Set<NotificationEvent>(['sync_failure', 'task_paused', 'webhook_error', 'backup_failure'])

const repo: RepoRow = {
  id: 1,
  uuid: '00000000-0000-4000-8000-000000000000',
  name: 'my-project',
  path: '/home/git/repos/my-project',
  git_dir: '/home/git/repos/my-project/.git',
  common_dir: '/home/git/repos/my-project/.git',
  object_format: 'sha1',
  group_name: 'local',
  project_id: null,
  description: null,
  visibility: 0,
  creator_id: null,
  forked_from_id: null,
  is_bare: false,
  is_hosted: false,
  checked_at: null,
  default_branch: 'main',
  ssh_key_id: null,
  credential_id: null,
  size_bytes: 0,
  created_at: time,
  updated_at: time,
  version: 1,
}

const task: SyncTaskRow = {
  ...syncTaskDefaults,
  refs: [],
  exclude: [],
  id: 1,
  name: 'main-to-backup',
  repo_id: 1,
  source_remote: 'origin',
  source_branch: 'main',
  target_repo_id: 1,
  target_remote: 'backup',
  target_branch: 'main',
  cron_expression: '0 */2 * * *',
  paused_at: null,
  paused_reason: null,
  failure_count: 0,
  next_run_at: null,
  last_run_at: null,
  last_status: null,
  created_at: time,
  updated_at: time,
  version: 1,
}

function run(event: NotificationEvent): RunRow {
  const failed = failing.has(event)
  const conflict = event === 'sync_conflict'
  return {
    id: 1,
    task_id: 1,
    repo_id: 1,
    target_repo_id: 1,
    status: failed ? 'failed' : conflict ? 'conflict' : event === 'sync_partial' ? 'partial' : 'success',
    trigger: 'cron',
    attempt: 1,
    commit_range: failed || conflict ? '' : `${'a'.repeat(40)}..${'b'.repeat(40)}`,
    refs_total: 1,
    refs_changed: failed || conflict ? 0 : 1,
    refs_failed: failed || conflict ? 1 : 0,
    error_code: failed ? 'GIT_UNREACHABLE' : conflict ? 'SYNC_CONFLICT' : null,
    error_message: failed
      ? 'The remote "backup" cannot be reached.'
      : conflict
        ? 'Source and target have diverged.'
        : null,
    failure_class: failed ? 'network' : null,
    plan_id: null,
    queued_at: time,
    started_at: time,
    finished_at: time,
    duration_ms: 3_200,
    priority: 0,
    version: 1,
  }
}

/** An occurrence of that event, made up: what a preview shows and a template is tried with. */
export function exampleOccurrence(event: NotificationEvent): Occurrence {
  return { event, task, run: run(event), source: event.startsWith('webhook') ? 'github' : undefined }
}

/** The repository that the examples are about. */
export const exampleRepo = repo

/** Values of every event, and a task in either mode. */
export function exampleValues(now: number): TemplateValues[] {
  return notificationEvent.options.flatMap((event) => {
    const occurrence = exampleOccurrence(event)
    const mirror = { ...occurrence, task: { ...task, mode: 'mirror' as const } }
    return [occurrence, mirror].map((example) => templateValues(example, { repo, now }))
  })
}
