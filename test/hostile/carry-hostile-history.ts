import { join } from 'node:path'
import { vectorsOf } from './corpus.ts'
import type { Stage } from './stage.ts'

/** What would forge a line of a log or a message, or turn it round; the line feed that ends a line is taken out before. */
const forging = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u

/**
 * Carries a history with every message and ref name of the corpus from one bare repository to another, once from the
 * registered repository itself and once from a remote, and looks at all that is told of it.
 */
export async function carryHostileHistory(stage: Stage) {
  const { channelTo, gitferry, sandbox, ways } = stage
  const { git, root } = sandbox
  const problems: string[] = []
  const [messages, refs] = [vectorsOf('commit_message'), vectorsOf('observed_ref')]
  for (const name of ['source', 'local-target', 'remote-target']) {
    git(root, 'init', '--quiet', '--bare', '--template=', '--initial-branch=main', `hostile-${name}.git`)
  }
  const pathOf = (name: string): string => join(root, `hostile-${name}.git`)
  const source = pathOf('source')
  const tree = git(source, 'mktree')
  const commits = messages.map(({ id, text }) => {
    const commit = git(source, 'commit-tree', '-m', text, tree)
    git(source, 'update-ref', `refs/heads/${id}`, commit)
    git(source, 'tag', '-a', '-m', text, `tag-${id}`, commit)
    return commit
  })
  for (const [index, { text }] of refs.entries()) {
    git(source, 'update-ref', text, commits[index % commits.length] ?? '')
  }

  const { id: repo_id } = await gitferry.repos.register({ path: source })
  for (const [name, path] of [
    ['itself', source],
    ['local-target', pathOf('local-target')],
    ['remote-target', pathOf('remote-target')],
  ] as const) {
    await gitferry.repos.remotes.add(repo_id, { name, fetch_url: path })
  }
  const told = { ...channelTo('https://rebind.example/'), name: 'told' }
  const channel = await gitferry.notifications.channels.create(told)
  const from = { repo_id, mode: 'mirror', tags: true } as const
  const sides = [
    ['local', 'local-target'],
    ['itself', 'remote-target'],
  ] as const
  for (const [index, [source_remote, target_remote]] of sides.entries()) {
    const task = await gitferry.sync.tasks.create({ ...from, source_remote, target_remote })
    const way = ways[index % ways.length]!
    const ran = await way.ask('sync.tasks.run', { path: { id: task.id }, query: { wait: true } })
    const run = (ran as { answer?: { data: { id: number; status: string } } }).answer?.data
    if (run?.status !== 'success') problems.push(`${way.name}: the run ended so: ${ran.text.slice(0, 500)}`)
    const carried = refsOf(stage, pathOf(target_remote))
    const wanted = refsOf(stage, source).filter((line) => /^refs\/(?:heads|tags)\//.test(line))
    if (carried.join('\n') !== wanted.join('\n')) problems.push(`${target_remote} has ${carried.join(', ')}`)
    const log = await gitferry.sync.runs.log(run?.id ?? 0)
    if (forging.test(log.replaceAll('\n', ''))) problems.push(`the log of the run can be forged: ${log}`)
    if (/^\{|forged/m.test(log)) problems.push(`a message stands in the log: ${log}`)
  }
  for await (const { text, title } of gitferry.notifications.deliveries.all({ channel_id: channel.id })) {
    if (forging.test(title + text.replaceAll('\n', ''))) problems.push(`a message can be forged: ${text}`)
  }
  for (const way of ways) {
    for (const list of ['branches.list', 'tags.list'] as const) {
      const { code } = await way.ask(list, { path: { id: repo_id }, query: { page_size: 100 } })
      if (code !== null) problems.push(`${way.name}: ${list} is ${code}`)
    }
  }
  return { problems, pairs: [...messages, ...refs] }
}

const refsOf = ({ sandbox }: Stage, path: string): string[] =>
  sandbox.git(path, 'for-each-ref', '--format=%(refname) %(objectname)').split('\n').sort()
