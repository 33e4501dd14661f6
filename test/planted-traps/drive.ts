import { join } from 'node:path'
import { type CreateSyncTask, type Gitferry, isGitferryError } from '@gitferry/core'
import type { ApiSandbox } from '@gitferry/core/testing'

/** What each operation came to: `ok`, or what it was refused with. */
export type Outcomes = Readonly<Record<string, string>>

export interface DriveInput {
  readonly api: Gitferry
  readonly sandbox: ApiSandbox
  /** A clone with traps in it. */
  readonly path: string
  readonly name: string
  /** A repository without traps that has `main`, and `ahead` with a commit of its own. */
  readonly cleanId: number
  /** Called once the clone is registered. */
  readonly registered?: () => void
}

/** Drives every operation that takes a repository on the clone: as itself, as source, as target, as what is cloned. */
export async function drive({
  api,
  sandbox,
  path,
  name,
  cleanId,
  registered,
}: DriveInput): Promise<Outcomes> {
  const outcomes: Record<string, string> = {}
  const attempt = async (operation: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      const answer = await work()
      outcomes[operation] = typeof answer === 'string' ? answer : 'ok'
    } catch (error) {
      if (!isGitferryError(error)) throw error
      outcomes[operation] = error.code
    }
  }
  const { branches, repos, sync, tags } = api

  const { id } = await repos.register({ path, name })
  registered?.()
  await attempt('get', () => repos.get(id))
  await attempt('list', () => repos.list())
  await attempt('update', () => repos.update(id, { name: `${name}, renamed` }))
  await attempt('list remotes', () => repos.remotes.list(id))
  for await (const { name: remote } of repos.remotes.all(id)) {
    await attempt(`test the remote ${remote}`, async () => {
      const { error_code } = await repos.remotes.test(id, remote)
      return error_code ?? undefined
    })
  }
  await attempt('add a remote', () =>
    repos.remotes.add(id, { name: 'added', fetch_url: sandbox.bareBackupPath }),
  )
  await attempt('update a remote', () =>
    repos.remotes.update(id, 'added', { push_url: sandbox.secondBarePath }),
  )
  await attempt('delete a remote', () => repos.remotes.delete(id, 'added'))

  await attempt('list branches', () => branches.list(id, { type: 'all' }))
  await attempt('create a branch', () => branches.create(id, { name: 'made', base_branch: 'topic' }))
  await attempt('delete a branch', () => branches.delete(id, 'made', { force: true }))
  await attempt('check out another branch', () => branches.checkout(id, { branch: 'topic' }))
  await attempt('check out the first again', () => branches.checkout(id, { branch: 'main' }))
  await attempt('list tags', () => tags.list(id))
  await attempt('create a tag', () =>
    tags.create(id, { name: 'made', message: 'of the traps', ref: 'topic' }),
  )
  await attempt('get a tag', () => tags.get(id, 'made'))
  await attempt('delete a tag', () => tags.delete(id, 'made'))

  const remote = `trapped-${name}`
  await repos.remotes.add(cleanId, { name: remote, fetch_url: path })
  const carry = (operation: string, task: CreateSyncTask) =>
    attempt(operation, async () => {
      const { id: taskId } = await sync.tasks.create({ ...task, max_delete_percent: 100 })
      try {
        const plan = await sync.tasks.plan(taskId)
        await sync.plans.get(plan.id)
        const run = await sync.tasks.run(taskId, { wait: true })
        if (run.status !== 'success') return `${run.status} ${run.error_code}`
        await sync.runs.log(run.id)
        return undefined
      } finally {
        await sync.tasks.delete(taskId, { cancel: true })
      }
    })
  const clean = { repo_id: cleanId }
  const trapped = { repo_id: id }
  await carry('sync, with it as the source', {
    ...clean,
    source_remote: remote,
    source_branch: 'topic',
    target_remote: 'local',
    target_branch: remote,
  })
  await carry('sync, with it as the target', {
    ...clean,
    source_remote: 'local',
    source_branch: 'ahead',
    target_remote: remote,
    target_branch: 'incoming',
  })
  await carry('sync from it as local', {
    ...trapped,
    source_remote: 'local',
    source_branch: 'topic',
    target_remote: 'backup',
    target_branch: remote,
  })
  await carry('sync into it as local', {
    ...trapped,
    source_remote: 'origin',
    source_branch: 'develop',
    target_remote: 'local',
    target_branch: 'develop',
  })
  await carry('mirror from it', {
    ...clean,
    mode: 'mirror',
    source_remote: remote,
    target_remote: 'local',
    tags: true,
    refs: [`refs/heads/*:refs/heads/${remote}-mirror/*`],
  })
  await carry('mirror into it', {
    ...clean,
    mode: 'mirror',
    source_remote: 'local',
    target_remote: remote,
    prune: true,
    refs: ['refs/heads/*:refs/heads/mirror/*'],
    exclude: ['refs/heads/trapped*'],
  })
  await attempt('overwrite, and put back what was kept', async () => {
    const overwriting = await sync.tasks.create({
      ...clean,
      source_remote: 'local',
      source_branch: 'ahead',
      target_remote: remote,
      target_branch: 'topic',
      on_diverge: 'overwrite',
      require_approval: true,
    })
    const stopped = await sync.tasks.run(overwriting.id, { wait: true })
    if (stopped.plan_id === null) return `${stopped.status} ${stopped.error_code}`
    const run = await sync.plans.apply(stopped.plan_id, { wait: true })
    await sync.kept.list({ run_id: run.id })
    const restored = await sync.runs.restore(run.id, {}, { wait: true })
    return restored.status === 'success' ? undefined : `${restored.status} ${restored.error_code}`
  })

  for (const [operation, target] of [
    ['clone it', null],
    ['clone it with a worktree', join(sandbox.root, `${name} cloned`)],
  ] as const) {
    await attempt(operation, async () => {
      const job = await repos.clone({
        url: path,
        name: `${name}, ${operation}`,
        path: target,
        branch: 'topic',
      })
      return (await api.jobs.wait(job.id)).error_code ?? undefined
    })
  }
  await attempt('delete', async () => {
    for await (const task of sync.tasks.all()) await sync.tasks.delete(task.id, { cancel: true })
    await repos.delete(id, { drop_kept: true })
  })
  return outcomes
}
