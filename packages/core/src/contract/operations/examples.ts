import type { Branch } from '../branch.ts'
import type { Channel, Delivery } from '../channel.ts'
import type { Job } from '../job.ts'
import type { KeptRef } from '../kept-ref.ts'
import type { Plan } from '../plan.ts'
import type { Remote } from '../remote.ts'
import type { RemoteTest } from '../remote-test.ts'
import type { Repo } from '../repo.ts'
import type { Run, RunWithRefs } from '../run.ts'
import type { SshKey } from '../ssh-key.ts'
import type { SyncTask } from '../sync-task.ts'
import { syncTaskDefaults } from '../sync-task.ts'
import type { Tag } from '../tag.ts'

const at = '2026-01-02T03:04:05.678Z'

export const newOid = '2f8f0a4f3ba1b1f9a5d3c7c0e9f1a6b2d4c8e0f1'
export const oldOid = '9d1c0a7be5f24c3d8a6b7e9f0c1d2a3b4c5d6e7f'

export const exampleRemote: Remote = {
  name: 'origin',
  fetch_url: 'https://git.example.org/team/my-project.git',
  push_url: 'https://git.example.org/team/my-project.git',
  problem: null,
  source: 'config',
  ssh_key_id: null,
  credential_id: null,
}

export const exampleRepo: Repo = {
  id: 1,
  uuid: '0b6a4c1e-7a50-4f6e-9d55-2f3c1d0e8b47',
  name: 'my-project',
  group_name: 'local',
  project_id: null,
  description: null,
  visibility: 0,
  creator_id: null,
  forked_from_id: null,
  path: '/home/git/repos/my-project',
  current_branch: 'main',
  is_bare: false,
  is_hosted: false,
  default_branch: 'main',
  remotes: [exampleRemote],
  ssh_key_id: null,
  credential_id: null,
  size_bytes: 1_482_752,
  created_at: at,
  updated_at: at,
}

export const exampleRemoteTest: RemoteTest = {
  success: true,
  message: 'The remote answered.',
  error_code: null,
  refs: 12,
  host_key: null,
}

export const exampleBranch: Branch = {
  name: 'feature/new-feature',
  type: 'local',
  is_current: false,
  last_commit: newOid,
}

export const exampleTag: Tag = {
  name: 'v1.0.0',
  oid: oldOid,
  target_oid: newOid,
  is_annotated: true,
  message: 'The first release',
  tagged_at: '2026-01-02T03:04:05Z',
}

export const exampleTask: SyncTask = {
  ...syncTaskDefaults,
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
  next_run_at: '2026-01-02T04:00:00.000Z',
  next_runs: ['04', '06', '08', '10', '12'].map((hour) => `2026-01-02T${hour}:00:00.000Z`),
  last_run_at: null,
  last_status: null,
  created_at: at,
  updated_at: at,
}

export const examplePendingRun: Run = {
  id: 7,
  task_id: 1,
  repo_id: 1,
  target_repo_id: 1,
  status: 'pending',
  trigger: 'manual',
  attempt: 1,
  commit_range: '',
  refs_total: 0,
  refs_changed: 0,
  refs_failed: 0,
  error_code: null,
  error_message: null,
  failure_class: null,
  plan_id: null,
  queued_at: at,
  started_at: null,
  finished_at: null,
  duration_ms: null,
}

export const exampleRun: Run = {
  ...examplePendingRun,
  status: 'success',
  commit_range: `${oldOid}..${newOid}`,
  refs_total: 1,
  refs_changed: 1,
  started_at: at,
  finished_at: '2026-01-02T03:04:06.910Z',
  duration_ms: 1_232,
}

export const exampleRunWithRefs: RunWithRefs = {
  ...exampleRun,
  refs: [
    {
      source_ref: 'refs/heads/main',
      target_ref: 'refs/heads/main',
      action: 'fast-forward',
      old_oid: oldOid,
      new_oid: newOid,
      outcome: 'updated',
      reason: '',
      failure_class: null,
    },
  ],
}

export const exampleSshKey: SshKey = {
  id: 1,
  name: 'github-deploy-key',
  type: 'ed25519',
  fingerprint: 'SHA256:uNiVztksCsDhcc0u9e8BrrQXVUpKZIDTMczCvj3tD2s',
  public_key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB1kd2ZlbGx4cGx5ZXhhbXBsZWtleWV4YW1wbGU4',
  has_passphrase: false,
  description: 'Pushes to the backup',
  used_by: [{ object_type: 'repo', repo_id: 1, name: 'my-project' }],
  last_used_at: null,
  created_at: at,
}

export const exampleChannel: Channel = {
  id: 1,
  type: 'dingtalk',
  name: '开发群通知',
  config: { webhook: 'https://oapi.dingtalk.com/robot/send?access_token=***', secret: '***' },
  events: ['sync_success', 'sync_failure'],
  template: '【同步状态】任务: {{ TaskKey }}',
  enabled: true,
  created_at: at,
  updated_at: at,
}

export const exampleDelivery: Delivery = {
  id: 1,
  channel_id: 1,
  event: 'sync_failure',
  task_id: 1,
  run_id: 7,
  title: 'main-to-backup failed',
  text: 'The remote cannot be reached.',
  status: 'failed',
  attempts: 5,
  response: 'HTTP 503',
  next_attempt_at: null,
  created_at: at,
  finished_at: '2026-01-02T03:14:05.678Z',
}

export const examplePlan: Plan = {
  id: 1,
  task_id: 1,
  repo_id: 1,
  target_repo_id: 1,
  kind: 'sync',
  status: 'open',
  updates: [
    {
      action: 'fast-forward',
      source_ref: 'refs/heads/main',
      target_ref: 'refs/heads/main',
      old_oid: oldOid,
      new_oid: newOid,
      ahead: 3,
      behind: 0,
      reason: '3 commits to carry over',
    },
  ],
  stopped_code: null,
  stopped_reason: null,
  run_id: null,
  applied_by_run_id: null,
  created_at: at,
}

export const exampleKeptRef: KeptRef = {
  id: 1,
  run_id: 7,
  task_id: 1,
  repo_id: 1,
  target_repo_id: 1,
  target_remote: 'backup',
  ref: 'refs/heads/main',
  oid: oldOid,
  became_oid: newOid,
  kept_ref: 'refs/gitferry/kept/7/heads/main',
  kept_at: at,
  expires_at: '2026-02-01T03:04:05.678Z',
  restored_by_run_id: null,
}

export const exampleJob: Job = {
  id: 1,
  kind: 'clone',
  status: 'running',
  name: 'my-project',
  url: 'https://git.example.org/team/my-project.git',
  repo_id: null,
  attempt: 1,
  stage: 'Receiving objects',
  percent: 42,
  error_code: null,
  error_message: null,
  queued_at: at,
  started_at: at,
  finished_at: null,
  duration_ms: null,
}
