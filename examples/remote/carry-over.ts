import { createClient, isGitferryError } from '@gitferry/client'

/**
 * What a release service does after it has tagged: it asks the gitferry server to carry a branch over to the
 * backup now, and waits until that has happened.
 */
export async function carryOver(
  options: { readonly server: string; readonly repository: string; readonly branch: string },
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<string> {
  const gitferry = createClient({ baseUrl: options.server })
  const repo = await findOrRegister()
  const task = await gitferry.sync.tasks.create(
    { repo_id: repo.id, source_branch: options.branch, target_remote: 'backup' },
    { signal },
  )
  const { id } = await gitferry.sync.tasks.run(task.id, {}, { signal })
  const run = await gitferry.sync.runs.wait(id, { signal })
  if (run.status !== 'success') throw new Error(`${task.name}: ${run.status}, ${run.error_message}`)
  return run.commit_range

  async function findOrRegister() {
    try {
      return await gitferry.repos.register({ path: options.repository }, { signal })
    } catch (error) {
      if (!isGitferryError(error, 'REPO_EXISTS')) throw error
      return gitferry.repos.get(Number(error.details.id), { signal })
    }
  }
}
