import { join } from 'node:path'
import { isGitferryError } from '@gitferry/core/errors'
import { type Vector, vectorsOf } from './corpus.ts'
import { addConfiguredRemotes } from './hostile-repositories.ts'
import { kinds } from './kinds.ts'
import type { Stage } from './stage.ts'

/** The hostile repositories of the corpus that may be registered all the same. */
export const acceptedRepositories: readonly Vector[] = vectorsOf('repo_path').filter(
  ({ id }) => id in kinds.repoPath.differs,
)

/**
 * Registers hostile repositories, lists what is in it and runs a task between it (`local`)
 * and a plain one (`away`): each succeeds.
 */
export async function syncAcceptedRepositories(
  { gitferry, sandbox }: Stage,
  {
    from,
    to,
    repositories = acceptedRepositories,
  }: { readonly from: string; readonly to: string; readonly repositories?: readonly Vector[] },
): Promise<string[]> {
  const problems: string[] = []
  const { bareBackupPath, root } = sandbox
  for (const { id, text } of repositories) {
    const { id: repo_id } = await gitferry.repos.register({ path: text.replace(/\$\{ROOT\}/, root) })
    await gitferry.repos.remotes.add(repo_id, { name: 'away', fetch_url: bareBackupPath })
    await gitferry.branches.list(repo_id, { type: 'all' })
    await gitferry.tags.list(repo_id)
    const sides = { source_remote: from, target_remote: to, source_branch: 'main', target_branch: id }
    const task = await gitferry.sync.tasks.create({ repo_id, ...sides })
    const run = await gitferry.sync.tasks.run(task.id, { wait: true })
    if (run.status !== 'success') problems.push(`${id}: ${run.status} ${run.error_message}`)
  }
  return problems
}

/** Registers a repository whose own configuration names every URL of the corpus as a remote. */
export async function importHostileRemotes({ gitferry, sandbox, ways }: Stage) {
  const problems: string[] = []
  const vectors = vectorsOf('remote_url')
  const path = join(sandbox.root, 'with-hostile-remotes')
  sandbox.git(sandbox.root, 'init', '--quiet', '--template=', path)
  const urls = vectors.map(({ text }) => text)
  addConfiguredRemotes(join(path, '.git'), urls)
  for (const way of ways) {
    const registered = await way.ask('repos.register', { body: { path } })
    if (registered.code !== null) problems.push(`${way.name}: ${registered.code} ${registered.message}`)
    const { id } = (registered as { answer: { data: { id: number } } }).answer.data
    for await (const { name, problem, fetch_url } of gitferry.repos.remotes.all(id)) {
      const vector = vectors[Number(name.slice('url-'.length)) - 1]
      const isRefused = vector?.expect === 'reject' && vector.id !== 'remote_url-034'
      if ((problem !== null) !== isRefused)
        problems.push(`${vector?.id} ${way.name}: ${fetch_url} ${problem}`)
    }
    if ((await gitferry.repos.remotes.list(id)).total !== vectors.length) problems.push('remotes are missing')
    await gitferry.repos.delete(id)
  }
  return { problems, pairs: vectors }
}

/** Tries the channels whose names lead to this machine: the connection is refused when it is to be made. */
export async function tryReboundChannels({ channelTo, gitferry }: Stage): Promise<string[]> {
  const problems: string[] = []
  for (const { id, text } of vectorsOf('notifier_url').filter(({ id }) => id in kinds.notifierUrl.differs)) {
    const channel = await gitferry.notifications.channels.create({ ...channelTo(text), name: id, events: [] })
    const { message, success } = await gitferry.notifications.channels.test(channel.id)
    if (success || !message.includes('private network')) problems.push(`${id}: ${message}`)
  }
  return problems
}

/** Asks every accepted remote for its refs: each answers, or says why it does not. */
export async function testAcceptedRemotes({ gitferry, ids }: Stage): Promise<string[]> {
  const problems: string[] = []
  for (const { id, text } of vectorsOf('remote_url').filter(({ expect }) => expect === 'accept')) {
    await gitferry.repos.remotes.add(ids.fresh, { name: id, fetch_url: text })
    try {
      const test = await gitferry.repos.remotes.test(ids.fresh, id)
      if (test.error_code !== 'GIT_UNREACHABLE') problems.push(`${id}: ${test.error_code} ${test.message}`)
    } catch (error) {
      if (!isGitferryError(error) || error.status >= 500) problems.push(`${id}: ${error}`)
    }
  }
  return problems
}
