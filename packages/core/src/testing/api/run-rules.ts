import assert from 'node:assert/strict'
import { run as runSchema, runWithRefs } from '../../contract/run.ts'
import { ascends, collect, isRecord, mainToBackup, registerClone } from './records.ts'
import type { ApiRules } from './subject.ts'

export const runRules: ApiRules = {
  'run answers at once, and the run then ends': async (subject) => {
    const { api, sandbox } = subject
    const { id, repo_id } = await mainToBackup(subject)
    const run = await api.sync.tasks.run(id)
    isRecord(runSchema, run)
    assert.equal(run.task_id, id)
    assert.equal(run.repo_id, repo_id)
    assert.equal(run.trigger, 'manual')
    assert.equal(run.attempt, 1)
    const ended = await api.sync.runs.wait(run.id)
    isRecord(runWithRefs, ended)
    assert.equal(ended.id, run.id)
    assert.equal(ended.status, 'success')
    assert.equal(sandbox.oidOf(sandbox.bareBackupPath, 'main'), sandbox.oidOf(sandbox.originPath, 'main'))
    assert.deepEqual(await api.sync.runs.get(run.id), ended)
    assert.deepEqual(await api.sync.runs.wait(run.id), ended, 'a run that has ended is answered at once')
  },

  'a branch may take the place of a folder of branches, and the other way round': async (subject) => {
    const { api, sandbox } = subject
    const { id: repo_id } = await registerClone(subject)
    const carry = async (source_branch: string, target_branch: string) => {
      const target_remote = 'backup'
      const task = await api.sync.tasks.create({ repo_id, source_branch, target_remote, target_branch })
      return (await api.sync.tasks.run(task.id, { wait: true })).status
    }
    assert.equal(await carry('feature/login', 'first'), 'success')
    sandbox.git(sandbox.originPath, 'branch', '-D', 'feature/login')
    sandbox.git(sandbox.originPath, 'branch', 'feature', 'main')
    assert.equal(await carry('feature', 'second'), 'success')
    sandbox.git(sandbox.originPath, 'branch', '-D', 'feature')
    sandbox.git(sandbox.originPath, 'branch', 'feature/again/deeper', 'main')
    assert.equal(await carry('feature/again/deeper', 'third'), 'success')
    for (const branch of ['second', 'third']) {
      assert.equal(sandbox.oidOf(sandbox.bareBackupPath, branch), sandbox.oidOf(sandbox.originPath, 'main'))
    }
  },

  'a run that is waited for is answered when it has ended': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await mainToBackup(subject)
    const run = await api.sync.tasks.run(id, { wait: true })
    isRecord(runSchema, run)
    const { queued_at, started_at, finished_at, duration_ms, ...fields } = run
    const oid = sandbox.oidOf(sandbox.originPath, 'main')
    assert.deepEqual(fields, {
      id: run.id,
      task_id: id,
      repo_id: run.repo_id,
      target_repo_id: run.repo_id,
      status: 'success',
      trigger: 'manual',
      attempt: 1,
      commit_range: oid,
      refs_total: 1,
      refs_changed: 1,
      refs_failed: 0,
      error_code: null,
      error_message: null,
      failure_class: null,
      plan_id: null,
    })
    assert.ok(started_at && finished_at && duration_ms !== null)
    assert.ok(queued_at <= started_at && started_at <= finished_at && duration_ms >= 0)
    const { refs } = await api.sync.runs.get(run.id)
    const { reason, ...ref } = refs[0]!
    assert.equal(refs.length, 1)
    assert.deepEqual(ref, {
      source_ref: 'refs/heads/main',
      target_ref: 'refs/heads/main',
      action: 'create',
      old_oid: null,
      new_oid: oid,
      outcome: 'updated',
      failure_class: null,
    })
    assert.equal(sandbox.oidOf(sandbox.bareBackupPath, 'main'), oid)
    assert.equal(sandbox.git(sandbox.bareBackupPath, 'for-each-ref').split('\n').length, 1, 'nothing else')
    sandbox.git(sandbox.bareBackupPath, 'fsck', '--strict', '--connectivity-only')
  },

  'commit_range is the new oid at first, then old..new, and empty when in step': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await mainToBackup(subject)
    const first = sandbox.oidOf(sandbox.originPath, 'main')
    assert.equal((await api.sync.tasks.run(id, { wait: true })).commit_range, first)
    const inStep = await api.sync.tasks.run(id, { wait: true })
    assert.equal(inStep.status, 'success')
    assert.equal(inStep.commit_range, '')
    assert.equal(inStep.refs_changed, 0)
    const second = sandbox.commit(sandbox.originPath, 'main', 'third\n')
    const run = await api.sync.tasks.run(id, { wait: true })
    assert.equal(run.status, 'success')
    assert.equal(run.commit_range, `${first}..${second}`)
    assert.equal(sandbox.oidOf(sandbox.bareBackupPath, 'main'), second)
  },

  'source and target branch may have different names': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await mainToBackup(subject, {
      source_branch: 'feature/login',
      target_branch: 'from/origin/ä',
    })
    assert.equal((await api.sync.tasks.run(id, { wait: true })).status, 'success')
    assert.equal(
      sandbox.oidOf(sandbox.bareBackupPath, 'from/origin/ä'),
      sandbox.oidOf(sandbox.originPath, 'feature/login'),
    )
  },

  'a run never moves the clone’s own refs or worktree': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await mainToBackup(subject)
    sandbox.commit(sandbox.originPath, 'main', 'third\n')
    const before = [sandbox.git(sandbox.clonePath, 'for-each-ref'), sandbox.git(sandbox.clonePath, 'status')]
    assert.equal((await api.sync.tasks.run(id, { wait: true })).status, 'success')
    assert.deepEqual(
      [sandbox.git(sandbox.clonePath, 'for-each-ref'), sandbox.git(sandbox.clonePath, 'status')],
      before,
    )
  },

  'the remote "local" is the registered repository, as source and as target': async (subject) => {
    const { api, sandbox } = subject
    const { id: repo_id } = await registerClone(subject)
    const out = await api.sync.tasks.create({
      repo_id,
      source_remote: 'local',
      source_branch: 'main',
      target_remote: 'backup',
      target_branch: 'from-local',
    })
    assert.equal((await api.sync.tasks.run(out.id, { wait: true })).status, 'success')
    assert.equal(
      sandbox.oidOf(sandbox.bareBackupPath, 'from-local'),
      sandbox.oidOf(sandbox.clonePath, 'main'),
    )
    const into = await api.sync.tasks.create({ repo_id, source_branch: 'develop', target_remote: 'local' })
    assert.equal((await api.sync.tasks.run(into.id, { wait: true })).status, 'success')
    assert.equal(sandbox.oidOf(sandbox.clonePath, 'develop'), sandbox.oidOf(sandbox.originPath, 'develop'))
  },

  'a branch that is checked out in the target is not moved': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await mainToBackup(subject, { target_remote: 'local' })
    const before = sandbox.oidOf(sandbox.clonePath, 'main')
    sandbox.commit(sandbox.originPath, 'main', 'third\n')
    const run = await api.sync.tasks.run(id, { wait: true })
    const { refs } = await api.sync.runs.get(run.id)
    assert.deepEqual(
      refs.map(({ outcome }) => outcome),
      ['checked_out'],
    )
    assert.equal(run.refs_changed, 0)
    assert.equal(sandbox.oidOf(sandbox.clonePath, 'main'), before)
    assert.equal(sandbox.git(sandbox.clonePath, 'status', '--porcelain'), '')
  },

  'a task may go across two repositories': async (subject) => {
    const { api, sandbox } = subject
    const other = await api.repos.register({ path: sandbox.secondBarePath })
    const { id } = await mainToBackup(subject, {
      target_repo_id: other.id,
      target_remote: 'local',
      target_branch: 'from-clone',
    })
    assert.equal((await api.sync.tasks.run(id, { wait: true })).status, 'success')
    assert.equal(
      sandbox.oidOf(sandbox.secondBarePath, 'from-clone'),
      sandbox.oidOf(sandbox.originPath, 'main'),
    )
  },

  'a source branch that does not exist fails the run and says so': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await mainToBackup(subject, { source_branch: 'nowhere' })
    const run = await api.sync.tasks.run(id, { wait: true })
    assert.equal(run.status, 'failed')
    assert.equal(run.error_code, 'BRANCH_NOT_FOUND')
    assert.match(run.error_message ?? '', /nowhere/)
    assert.equal(sandbox.git(sandbox.bareBackupPath, 'for-each-ref'), '')
    const task = await api.sync.tasks.get(id)
    assert.equal(task.last_status, 'failed')
    assert.equal(task.failure_count, 1)
    sandbox.commit(sandbox.originPath, 'nowhere', 'here now\n')
    assert.equal((await api.sync.tasks.run(id, { wait: true })).status, 'success')
    assert.equal((await api.sync.tasks.get(id)).failure_count, 0)
  },

  'a disabled task runs when it is asked to': async (subject) => {
    const { api } = subject
    const { id } = await mainToBackup(subject, { enabled: false })
    const run = await api.sync.tasks.run(id, { wait: true })
    assert.equal(run.status, 'success')
    const task = await api.sync.tasks.get(id)
    assert.equal(task.enabled, false)
    assert.equal(task.last_status, 'success')
    assert.notEqual(task.last_run_at, null)
  },

  'askers at the same time get runs that all end, newest last': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await mainToBackup(subject)
    const runs = await Promise.all([1, 2, 3, 4, 5].map(() => api.sync.tasks.run(id)))
    for (const run of runs) assert.equal((await api.sync.runs.wait(run.id)).status, 'success')
    const { items, total } = await api.sync.runs.list({ task_id: id })
    assert.equal(total, new Set(runs.map((run) => run.id)).size)
    assert.equal(items.filter(({ refs_changed }) => refs_changed > 0).length, 1, 'only one had work to do')
    assert.equal(sandbox.oidOf(sandbox.bareBackupPath, 'main'), sandbox.oidOf(sandbox.originPath, 'main'))
  },

  'a log holds one line a step, each with its time, oldest first': async (subject) => {
    const { api } = subject
    const { id } = await mainToBackup(subject)
    const run = await api.sync.tasks.run(id, { wait: true })
    const log = await api.sync.runs.log(run.id)
    const lines = log.trimEnd().split('\n')
    assert.ok(lines.length > 1)
    for (const line of lines) assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \S/)
    const times = lines.map((line) => line.slice(0, 24))
    assert.deepEqual(times, times.toSorted())
    assert.equal(await api.sync.runs.log(run.id), log)
  },

  'runs are found by task, repository, status, trigger and time': async (subject) => {
    const { api } = subject
    const task = await mainToBackup(subject)
    const broken = await api.sync.tasks.create({
      repo_id: task.repo_id,
      source_branch: 'nowhere',
      target_remote: 'backup',
    })
    const good = await api.sync.tasks.run(task.id, { wait: true })
    const bad = await api.sync.tasks.run(broken.id, { wait: true })
    const later = new Date(Date.now() + 3_600_000).toISOString()
    const table = [
      [{}, [bad, good]],
      [{ task_id: task.id }, [good]],
      [{ task_id: broken.id }, [bad]],
      [{ task_id: 999 }, []],
      [{ repo_id: task.repo_id }, [bad, good]],
      [{ repo_id: 999 }, []],
      [{ status: 'success' }, [good]],
      [{ status: 'failed', task_id: task.id }, []],
      [{ trigger: 'manual' }, [bad, good]],
      [{ trigger: 'cron' }, []],
      [{ since: good.queued_at }, [bad, good]],
      [{ since: later }, []],
    ] as const
    for (const [query, items] of table) {
      assert.deepEqual((await api.sync.runs.list(query)).items, items, JSON.stringify(query))
      assert.deepEqual(await collect(api.sync.runs.all(query)), items, JSON.stringify(query))
    }
    ascends([good.id, bad.id])
  },
}
