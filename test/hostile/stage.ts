import type { ChannelConfig, GitferryApi } from '@gitferry/core/contract'
import type { ApiSandbox } from '@gitferry/core/testing'
import { makeContents } from './contents.ts'
import { vectorsOf } from './corpus.ts'
import type { Way } from './ways.ts'

/** Records to ask about. */
export interface Ids {
  /** A repository with a worktree, and with branches, tags and remotes of every name that the corpus accepts. */
  readonly work: number
  /** A bare one without them. */
  readonly fresh: number
  /** A registered one with files, directories and links of every path that the corpus accepts. */
  readonly contents: number
  /** A copy of it that gitferry hosts. */
  readonly hosted: number
  /** One that it hosts, without a commit. */
  readonly empty: number
  readonly project: number
  readonly task: number
  readonly mirror: number
  readonly run: number
  readonly key: number
  readonly channel: number
  readonly user: number
  readonly hostKey: number
}

/** What the corpus is fed to. */
export interface Stage {
  /** To set up and to look, whichever way the corpus goes. */
  readonly gitferry: GitferryApi
  readonly sandbox: ApiSandbox
  readonly ids: Ids
  /** The ways by which each vector is fed. */
  readonly ways: readonly Way[]
  /** A channel that would connect to this URL. */
  readonly channelTo: (webhook: string) => { readonly type: string; readonly config: ChannelConfig }
}

const accepted = (field: string): string[] =>
  vectorsOf(field)
    .filter(({ expect }) => expect === 'accept')
    .map(({ text }) => text)

/** Makes the records in a gitferry that has none. */
export async function makeRecords({
  channelTo,
  gitferry,
  sandbox,
}: Pick<Stage, 'channelTo' | 'gitferry' | 'sandbox'>): Promise<Ids> {
  const { bareBackupPath, clonePath, git, secondBarePath } = sandbox
  for (const name of accepted('ref')) {
    git(clonePath, 'branch', name, 'main')
    git(clonePath, 'tag', name, 'main')
  }
  // what the bodies of the corpus call everything
  git(clonePath, 'branch', 'x', 'main')
  const { id: work } = await gitferry.repos.register({ path: clonePath })
  const { id: fresh } = await gitferry.repos.register({ path: secondBarePath })
  const { id: contents } = await gitferry.repos.register({ path: makeContents(sandbox, accepted('ref')) })
  const { id: hosted } = await gitferry.repos.fork(contents, { name: 'hosted' })
  const { id: empty } = await gitferry.repos.create({ name: 'empty' })
  const { id: project } = await gitferry.projects.create({ name: 'known' })
  for (const name of ['mine', ...accepted('remote_name')]) {
    await gitferry.repos.remotes.add(work, { name, fetch_url: bareBackupPath })
  }
  const from = { repo_id: work, source_branch: 'main', target_remote: 'backup' }
  const { id: task } = await gitferry.sync.tasks.create(from)
  const mirrored = { repo_id: work, target_remote: 'backup', mode: 'mirror', enabled: false } as const
  const { id: mirror } = await gitferry.sync.tasks.create(mirrored)
  const { id: run } = await gitferry.sync.tasks.run(task, { wait: true })
  const key = await gitferry.keys.generate({ name: 'known' })
  const { id: hostKey } = await gitferry.hostKeys.create({ known_host: `pinned.example ${key.public_key}` })
  const { id: channel } = await gitferry.notifications.channels.create({
    ...channelTo('https://hooks.example/'),
    name: 'known',
    events: ['webhook_error'],
  })
  const { id: user } = await gitferry.users.create({ name: 'caller' })
  const repositories = { work, fresh, contents, hosted, empty }
  return { ...repositories, project, task, mirror, run, key: key.id, channel, user, hostKey }
}
