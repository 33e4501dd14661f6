import assert from 'node:assert/strict'
import {
  type CreateSyncTask,
  type SyncTask,
  syncTask as syncTaskSchema,
  type UpdateSyncTask,
} from '../../contract/sync-task.ts'
import type { ErrorCode } from '../../wire/error-codes.ts'
import { isRecord, mainToBackup, registerClone } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules } from './subject.ts'

/** A field that cannot be, and what is sent. Each is tried on create and on update. */
const refusedFields: [string, unknown, (ErrorCode | readonly ErrorCode[])?][] = [
  ['source_branch', '', 'REF_INVALID'],
  ['source_branch', '--mirror', 'REF_INVALID'],
  ['source_branch', '+main', 'REF_INVALID'],
  ['source_branch', 'main:main', 'REF_INVALID'],
  ['source_branch', 'refs/heads/main', 'REF_INVALID'],
  ['source_branch', 7],
  ['source_remote', '--upload-pack=x'],
  ['source_remote', 'a b'],
  ['source_remote', '../origin'],
  ['source_remote', '__proto__'],
  ['target_remote', 'https://example.org/x.git'],
  ['target_repo_id', 'one'],
  ['target_repo_id', -1],
  ['repo_id', 0],
  ['name', 'two\nlines'],
  ['name', 'x'.repeat(201)],
  ['mode', 'push'],
  ['enabled', 'yes'],
  ['tags', 1],
  ['prune', 'no'],
  ['misfire', 'never'],
  ['on_diverge', 'force'],
  ['max_delete_percent', 101],
  ['max_delete_percent', -1],
  ['keep_days', -1],
  ['keep_days', 1.5],
  ['priority', 101],
  ['timeout_ms', 0],
  ['timeout_ms', 86_400_001],
  ['stall_timeout_ms', '5m'],
  ['max_failures', 0],
  ['jitter_ms', -1],
  ['refs', 'refs/heads/*'],
]

export const taskRules: ApiRules = {
  'create fills in every default': async (subject) => {
    const { api } = subject
    const { id: repo_id } = await registerClone(subject)
    const before = new Date().toISOString()
    const task = await api.sync.tasks.create({ repo_id, source_branch: 'main', target_remote: 'backup' })
    isRecord(syncTaskSchema, task)
    const { id, name, created_at, updated_at, ...fields } = task
    assert.deepEqual(fields, {
      repo_id,
      source_remote: 'origin',
      source_branch: 'main',
      target_repo_id: repo_id,
      target_remote: 'backup',
      target_branch: 'main',
      cron_expression: '',
      timezone: 'UTC',
      jitter_ms: 0,
      misfire: 'run_once',
      enabled: true,
      mode: 'branch',
      refs: [],
      exclude: [],
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
      paused_at: null,
      paused_reason: null,
      failure_count: 0,
      next_run_at: null,
      next_runs: [],
      last_run_at: null,
      last_status: null,
    })
    assert.match(name, /origin.*main → .*backup.*main/)
    assert.ok(created_at >= before)
    assert.equal(updated_at, created_at)
    assert.deepEqual(await api.sync.tasks.get(id), task)
    assert.deepEqual((await api.sync.tasks.list()).items, [task])
  },

  'create takes the documented example': async (subject) => {
    const { id: repo_id } = await registerClone(subject)
    const example = {
      name: 'main-to-backup',
      repo_id,
      source_remote: 'origin',
      source_branch: 'main',
      target_remote: 'backup',
      target_branch: 'main',
      cron_expression: '0 */2 * * *',
      enabled: true,
    }
    const task = await subject.api.sync.tasks.create(example)
    isRecord(syncTaskSchema, task)
    const shown = Object.fromEntries(Object.keys(example).map((key) => [key, task[key as keyof SyncTask]]))
    assert.deepEqual(shown, example)
  },

  'create knows the names of the original: cron, and mode single': async (subject) => {
    const input = { cron: '@hourly', mode: 'single' } as unknown as Partial<CreateSyncTask>
    const task = await mainToBackup(subject, input)
    assert.equal(task.cron_expression, '@hourly')
    assert.equal(task.mode, 'branch')
    assert.equal('cron' in task, false)
    const both = { cron: '@daily', cron_expression: '@weekly' } as UpdateSyncTask
    const changed = await subject.api.sync.tasks.update(task.id, both)
    assert.equal(changed.cron_expression, '@weekly')
  },

  'create takes an absent, null or empty field as its default': async (subject) => {
    const empty = {
      source_remote: '',
      target_branch: '',
      name: '',
      target_repo_id: null,
      cron_expression: null,
    }
    const task = await mainToBackup(subject, empty)
    assert.equal(task.source_remote, 'origin')
    assert.equal(task.target_branch, 'main')
    assert.equal(task.target_repo_id, task.repo_id)
    assert.equal(task.cron_expression, '')
    assert.notEqual(task.name, '')
    assert.equal((await subject.api.sync.tasks.update(task.id, { target_branch: 'x' })).target_branch, 'x')
  },

  'names need not be unique': async (subject) => {
    const { repo_id } = await mainToBackup(subject, { name: 'copy' })
    const input = { name: 'copy', repo_id, source_branch: 'develop', target_remote: 'backup' }
    assert.equal((await subject.api.sync.tasks.create(input)).name, 'copy')
  },

  'create refuses a repository or remote that does not exist': async (subject) => {
    const { api } = subject
    const { id: repo_id } = await registerClone(subject)
    const input = { repo_id, source_branch: 'main', target_remote: 'backup' }
    await refuses(api.sync.tasks.create({ ...input, repo_id: 999 }), 'REPO_NOT_FOUND')
    await refuses(api.sync.tasks.create({ ...input, target_repo_id: 999 }), 'REPO_NOT_FOUND')
    for (const side of ['source_remote', 'target_remote'] as const) {
      const error = await refuses(api.sync.tasks.create({ ...input, [side]: 'upstream' }), 'REMOTE_UNKNOWN')
      assert.match(error.message, /upstream/)
    }
    assert.equal((await api.sync.tasks.list()).total, 0)
  },

  'create knows a remote that was added after the repository was registered': async (subject) => {
    const { api, sandbox } = subject
    const { id: repo_id } = await registerClone(subject)
    sandbox.git(sandbox.clonePath, 'remote', 'add', 'late', sandbox.bareBackupPath)
    const task = await api.sync.tasks.create({ repo_id, source_branch: 'main', target_remote: 'late' })
    assert.equal(task.target_remote, 'late')
    assert.ok((await api.repos.get(repo_id)).remotes.some(({ name }) => name === 'late'))
  },

  'create refuses source and target that are the same ref': async (subject) => {
    const { api } = subject
    const { id: repo_id } = await registerClone(subject)
    const same: Partial<CreateSyncTask>[] = [
      {},
      { source_remote: '', target_remote: 'origin', target_branch: 'main' },
      { source_remote: 'local', target_remote: 'local' },
      { target_repo_id: repo_id, target_branch: null },
    ]
    for (const fields of same) {
      await refuses(api.sync.tasks.create({ repo_id, source_branch: 'main', ...fields }), 'SAME_REF', {
        of: fields,
      })
    }
    assert.equal((await api.sync.tasks.list()).total, 0)
  },

  'create refuses a field that cannot be, and names it': async (subject) => {
    const { api } = subject
    const { id: repo_id } = await registerClone(subject)
    const input = { repo_id, source_branch: 'main', target_remote: 'backup' }
    for (const [field, value, codes = 'INVALID_INPUT'] of refusedFields) {
      const call = api.sync.tasks.create({ ...input, [field]: value } as CreateSyncTask)
      await refuses(call, codes, { field, of: { [field]: value } })
    }
    const { source_branch: _, ...without } = input
    await refuses(api.sync.tasks.create(without as CreateSyncTask), 'INVALID_INPUT', {
      field: 'source_branch',
    })
    assert.equal((await api.sync.tasks.list()).total, 0)
  },

  'update refuses what create refuses, and changes nothing': async (subject) => {
    const { api } = subject
    const task = await mainToBackup(subject)
    for (const [field, value, codes = 'INVALID_INPUT'] of refusedFields) {
      const call = api.sync.tasks.update(task.id, { [field]: value } as UpdateSyncTask)
      await refuses(call, codes, { field, of: { [field]: value } })
    }
    const refused: [UpdateSyncTask, ErrorCode][] = [
      [{ target_remote: 'origin' }, 'SAME_REF'],
      [{ source_remote: 'backup' }, 'SAME_REF'],
      [{ target_remote: 'upstream' }, 'REMOTE_UNKNOWN'],
      [{ repo_id: 999 }, 'REPO_NOT_FOUND'],
      [{ target_repo_id: 999 }, 'REPO_NOT_FOUND'],
    ]
    for (const [input, code] of refused) {
      await refuses(api.sync.tasks.update(task.id, input), code, { of: input })
    }
    assert.deepEqual(await api.sync.tasks.get(task.id), task)
  },

  'update changes only the fields that it is given': async (subject) => {
    const { api } = subject
    const before = await mainToBackup(subject, { cron_expression: '@hourly', priority: 5 })
    const changes: UpdateSyncTask[] = [
      { enabled: false },
      { name: 'renamed', on_diverge: 'skip' },
      { target_branch: 'copy' },
      { timeout_ms: 60_000 },
    ]
    let expected: object = before
    for (const input of changes) {
      const after = await api.sync.tasks.update(before.id, input)
      isRecord(syncTaskSchema, after)
      expected = { ...expected, ...input, updated_at: after.updated_at }
      // when it runs next follows from the rest
      const { next_run_at, next_runs } = after
      assert.deepEqual(after, { ...expected, next_run_at, next_runs })
      assert.deepEqual(await api.sync.tasks.get(before.id), after)
    }
    const same = await api.sync.tasks.update(before.id, {})
    assert.equal(same.name, 'renamed')
  },

  'delete takes the task': async (subject) => {
    const { api } = subject
    const { id } = await mainToBackup(subject)
    assert.deepEqual(await api.sync.tasks.delete(id), { id, deleted: true })
    await refuses(api.sync.tasks.get(id), 'TASK_NOT_FOUND')
    await refuses(api.sync.tasks.delete(id), 'TASK_NOT_FOUND')
    assert.equal((await api.sync.tasks.list()).total, 0)
  },

  'delete keeps the runs of the task': async (subject) => {
    const { api } = subject
    const { id } = await mainToBackup(subject)
    const run = await api.sync.tasks.run(id, { wait: true })
    await api.sync.tasks.delete(id)
    assert.deepEqual((await api.sync.runs.list({ task_id: id })).items, [run])
    assert.equal((await api.sync.runs.get(run.id)).refs.length, 1)
    assert.notEqual(await api.sync.runs.log(run.id), '')
  },
}
