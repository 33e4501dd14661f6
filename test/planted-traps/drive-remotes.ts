import { join } from 'node:path'
import { type CreateSyncTask, type Gitferry, isGitferryError } from '@gitferry/core'
import type { ApiSandbox } from '@gitferry/core/testing'
import type { Outcomes } from './drive.ts'

export interface DriveRemotesInput {
  readonly api: Gitferry
  readonly sandbox: ApiSandbox
  /** A clone with traps in it, whose remotes `origin` and `backup` are servers that may be reached. */
  readonly path: string
  readonly name: string
  /** Of `origin`. */
  readonly url: string
  /** What opens those servers. */
  readonly opens: { readonly ssh_key_id: number } | { readonly credential_id: number }
}

/** Drives every operation that goes to a remote: list, fetch, push, clone, and the tests of a remote and a key. */
export async function driveRemotes({
  api,
  sandbox,
  path,
  name,
  url,
  opens,
}: DriveRemotesInput): Promise<Outcomes> {
  const outcomes: Record<string, string> = {}
  const attempt = async (operation: string, work: () => Promise<string | null>): Promise<void> => {
    try {
      outcomes[operation] = (await work()) ?? 'ok'
    } catch (error) {
      if (!isGitferryError(error)) throw error
      outcomes[operation] = error.code
    }
  }
  const { repos, sync } = api
  const { id: repo_id } = await repos.register({ path, name })
  const test = async (remote: string) => (await repos.remotes.test(repo_id, remote)).error_code
  // nobody but the traps could say who asks
  await attempt('test a remote, with nothing that opens it', () => test('origin'))
  for (const remote of ['origin', 'backup']) await repos.remotes.update(repo_id, remote, opens)
  await attempt('test a remote', () => test('origin'))
  if ('ssh_key_id' in opens) {
    await attempt('test a key', async () => {
      return (await api.keys.test(opens.ssh_key_id, { repo_url: url })).error_code
    })
  }

  const carry = (operation: string, task: Omit<CreateSyncTask, 'repo_id'>) =>
    attempt(operation, async () => {
      const { id } = await sync.tasks.create({ repo_id, ...task })
      const { error_code, status } = await sync.tasks.run(id, { wait: true })
      return status === 'success' ? null : error_code
    })
  await carry('sync from one to the other', {
    source_remote: 'origin',
    source_branch: 'main',
    target_remote: 'backup',
    target_branch: name,
  })
  await carry('sync from it into the clone', {
    source_remote: 'origin',
    source_branch: 'develop',
    target_remote: 'local',
    target_branch: 'develop',
  })
  await carry('sync from the clone to it', {
    source_remote: 'local',
    source_branch: 'topic',
    target_remote: 'backup',
    target_branch: `${name}-topic`,
  })
  await attempt('clone it', async () => {
    const target = join(sandbox.root, `${name} cloned`)
    const job = await repos.clone({ url, name: `${name}, cloned`, path: target, ...opens })
    return (await api.jobs.wait(job.id)).error_code
  })
  return outcomes
}
