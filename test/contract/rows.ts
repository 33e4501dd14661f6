import assert from 'node:assert/strict'
import type { Branch, Repo, Run, SyncTask } from '@gitferry/core/contract'
import { rule } from './rule.ts'
import { data } from './world.ts'

/** Rows 1 to 14, 24 and 25 of part A: repositories, branches, tasks, and the service itself. */
export const repositoryRows = [
  rule('row 1: GET /api/v1/repos lists the repositories and their number', async (world) => {
    const repo = await world.register()
    const answer = data<{ repos: Repo[]; total: number }>(await world.get('/repos'))
    assert.equal(answer.total, 1)
    assert.equal(answer.repos?.length, 1)
    const { id, name, path, current_branch, created_at } = answer.repos[0]!
    assert.deepEqual(
      { id, name, path, current_branch },
      { id: repo.id, name: 'clone', path: world.sandbox.clonePath, current_branch: 'main' },
    )
    assert.match(created_at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  }),
  rule('row 2: GET /api/v1/repos/:id answers the repository', async (world) => {
    const repo = await world.register()
    assert.deepEqual(data(await world.get(`/repos/${repo.id}`)), repo)
  }),
  rule('row 3: POST /api/v1/repos registers a repository by name and path', async (world) => {
    const body = { name: 'my-project', path: world.sandbox.secondBarePath, ssh_key_id: null }
    const repo = data<Repo>(await world.post('/repos', body))
    assert.equal(repo.name, 'my-project')
    assert.equal(repo.path, world.sandbox.secondBarePath)
    assert.equal(repo.is_bare, true)
  }),
  rule('row 4: DELETE /api/v1/repos/:id takes the repository out of the list', async (world) => {
    const repo = await world.register()
    data(await world.delete(`/repos/${repo.id}`))
    assert.equal(data<{ total: number }>(await world.get('/repos')).total, 0)
  }),
  rule('row 5: GET /api/v1/repos/:id/branches lists by type', async (world) => {
    const { id } = await world.register()
    const list = async (type: string) =>
      data<{ branches: Branch[]; total: number }>(await world.get(`/repos/${id}/branches?type=${type}`))
    const local = await list('local')
    assert.deepEqual(local.branches, [
      {
        name: 'main',
        type: 'local',
        is_current: true,
        last_commit: world.sandbox.oidOf(world.sandbox.clonePath, 'main'),
      },
    ])
    assert.equal(local.total, 1)
    const remote = await list('remote')
    assert.ok(remote.branches.every((branch) => branch.type === 'remote'))
    assert.ok(remote.branches.length >= 3)
    assert.equal((await list('all')).total, local.total + remote.total)
  }),
  rule('row 6: POST /api/v1/repos/:id/branches/checkout switches the branch', async (world) => {
    const { id } = await world.register()
    data(await world.post(`/repos/${id}/branches`, { name: 'develop' }))
    data(await world.post(`/repos/${id}/branches/checkout`, { branch: 'develop' }))
    assert.equal(world.sandbox.git(world.sandbox.clonePath, 'symbolic-ref', 'HEAD'), 'refs/heads/develop')
  }),
  rule('row 7: POST /api/v1/repos/:id/branches creates a branch on its base', async (world) => {
    const { id } = await world.register()
    data(await world.post(`/repos/${id}/branches`, { name: 'feature/new-feature', base_branch: 'main' }))
    const { clonePath } = world.sandbox
    assert.equal(
      world.sandbox.oidOf(clonePath, 'feature/new-feature'),
      world.sandbox.oidOf(clonePath, 'main'),
    )
  }),
  rule('row 8: DELETE /api/v1/repos/:id/branches/:branch takes a name with slashes', async (world) => {
    const { id } = await world.register()
    data(await world.post(`/repos/${id}/branches`, { name: 'a/b/c' }))
    data(await world.delete(`/repos/${id}/branches/a/b/c`))
    assert.equal(world.sandbox.oidOf(world.sandbox.clonePath, 'a/b/c'), '')
  }),
  rule('row 9: GET /api/v1/sync/tasks lists the tasks', async (world) => {
    await world.register()
    const task = await world.task()
    const list = data<{ tasks: SyncTask[]; total: number }>(await world.get('/sync/tasks'))
    assert.deepEqual(list, { tasks: [task], total: 1 })
  }),
  rule('row 10: GET /api/v1/sync/tasks/:id answers the task', async (world) => {
    await world.register()
    const task = await world.task()
    assert.deepEqual(data(await world.get(`/sync/tasks/${task.id}`)), task)
  }),
  rule('row 11: POST /api/v1/sync/tasks makes a task of the documented fields', async (world) => {
    const { id } = await world.register()
    const body = {
      name: 'main-to-backup',
      repo_id: id,
      source_remote: 'origin',
      source_branch: 'main',
      target_remote: 'backup',
      target_branch: 'main',
      cron_expression: '0 */2 * * *',
      enabled: true,
    }
    const task = data<SyncTask>(await world.post('/sync/tasks', body))
    const shown = Object.fromEntries(Object.keys(body).map((key) => [key, task[key as keyof SyncTask]]))
    assert.deepEqual(shown, body)
  }),
  rule('row 12: POST /api/v1/sync/tasks/:id/run carries the branch over', async (world) => {
    await world.register()
    const task = await world.task()
    const run = data<Run>(await world.ask('POST', `/sync/tasks/${task.id}/run`))
    await world.gitferry.sync.runs.wait(run.id)
    const { bareBackupPath, originPath } = world.sandbox
    assert.equal(world.sandbox.oidOf(bareBackupPath, 'main'), world.sandbox.oidOf(originPath, 'main'))
  }),
  rule('row 13: PUT /api/v1/sync/tasks/:id changes the task and answers it', async (world) => {
    await world.register()
    const task = await world.task()
    const changed = data<SyncTask>(await world.put(`/sync/tasks/${task.id}`, { name: 'renamed' }))
    assert.equal(changed.name, 'renamed')
    assert.equal(data<SyncTask>(await world.get(`/sync/tasks/${task.id}`)).name, 'renamed')
  }),
  rule('row 14: DELETE /api/v1/sync/tasks/:id takes the task away', async (world) => {
    await world.register()
    const task = await world.task()
    data(await world.delete(`/sync/tasks/${task.id}`))
    assert.equal((await world.get(`/sync/tasks/${task.id}`)).status, 404)
  }),
  rule('row 24: GET /api/health answers { "status": "ok" } without an envelope', async (world) => {
    const answer = await world.get('/api/health')
    assert.equal(answer.status, 200)
    assert.deepEqual(JSON.parse(answer.text), { status: 'ok' })
  }),
  rule('row 25: GET /api/v1/system/version answers version, build_time and git_commit', async (world) => {
    const version = data<Record<string, unknown>>(await world.get('/system/version'))
    assert.deepEqual(Object.keys(version).sort(), ['build_time', 'git_commit', 'version'])
    assert.match(String(version.version), /^v\d+\.\d+\.\d+/)
  }),
]
