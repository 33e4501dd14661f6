import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Stage } from './stage.ts'

/** A repository that gitferry serves: made by the API, cloned and pushed to by plain git, and protected. */
export async function hostRepository({ gitferry, history, server, story }: Stage): Promise<void> {
  const { git, root } = history

  story.chapter('A hosted repository: committed to by the API, cloned and pushed to by git')
  const project = await gitferry.projects.create({ name: 'shop' })
  const repo = await gitferry.repos.create({ name: 'web', project_id: project.id })
  const made = await gitferry.content.createCommit(repo.id, {
    branch: 'main',
    message: 'Say hello',
    actions: [
      { action: 'create', path: 'README.md', content: '# shop\n' },
      { action: 'create', path: 'src/index.html', content: '<h1>shop</h1>\n' },
    ],
  })
  const url = `${server.url}/shop/web.git`
  const clone = join(root, 'shop')
  await git(root, 'clone', '--quiet', url, clone)
  story.say(`git clone ${url}`)
  story.check(
    'what the API committed is what git has cloned',
    (await git(clone, 'rev-parse', 'HEAD')) === made.oid,
  )

  await writeFile(join(clone, 'src', 'index.html'), '<h1>the shop</h1>\n')
  await git(clone, 'commit', '--quiet', '--all', '--message', 'Name the shop')
  await git(clone, 'push', '--quiet', 'origin', 'main')
  const { items } = await gitferry.content.tree(repo.id, { last_commits: true })
  for (const { last_commit, name } of items) story.quote(`${name}: ${last_commit?.message}`)
  const byGit = await Promise.all(items.map(({ path }) => git(clone, 'log', '-1', '--format=%H', '--', path)))
  story.check(
    'each entry of a directory tells the commit that git log tells of it',
    items.map(({ last_commit }) => last_commit?.oid).join() === byGit.join(),
  )

  await gitferry.protection.set(repo.id, { kind: 'branch', name: 'main', push_level: 40 })
  const before = await git(repo.path, 'rev-parse', 'main')
  await git(clone, 'commit', '--quiet', '--amend', '--message', 'Another past')
  const refused = await git(clone, 'push', '--force', 'origin', 'main').then(
    () => '',
    ({ stderr }: { stderr: string }) => stderr,
  )
  for (const line of refused.split('\n').filter((text) => /^remote: \S/.test(text))) story.quote(line.trim())
  story.check(
    'a push that rewrites a protected branch is refused, and says why',
    /main is protected/.test(refused) && (await git(repo.path, 'rev-parse', 'main')) === before,
  )
}
