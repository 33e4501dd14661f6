import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { createClient } from '@gitferry/client'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import type { EndpointName } from '@gitferry/core/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DingtalkRobot } from './dingtalk-robot.ts'
import { type GitHttpServer, serveGit } from './git-http-server.ts'
import { isAllowedExecution, strangeAddresses } from './hostile/allowed-traces.ts'
import { carryHostileHistory } from './hostile/carry-hostile-history.ts'
import { vectorsOf } from './hostile/corpus.ts'
import { feedPlace } from './hostile/feed.ts'
import { pushHostileRefs } from './hostile/feed-git.ts'
import { feedWebhooks } from './hostile/feed-webhooks.ts'
import { makeHostileRepositories } from './hostile/hostile-repositories.ts'
import { type Differences, kinds } from './hostile/kinds.ts'
import { places } from './hostile/places.ts'
import { makeRecords, type Stage } from './hostile/stage.ts'
import { Trace } from './hostile/trace.ts'
import { tracedInto, whyNotTraceable } from './hostile/traced-process.ts'
import { acceptedRepositories, syncAcceptedRepositories } from './hostile/use-accepted.ts'
import { overHttp } from './hostile/ways.ts'
import { webhookSecret } from './hostile/world.ts'
import { type ServerProcess, startServer, stopServer } from './server-process.ts'
import { makeKey, type SshGitServer, serveGitOverSsh } from './ssh-git-server.ts'

const reason = whyNotTraceable()
if (reason !== undefined) process.stdout.write(`passed over: ${reason}\n`)

/** Where what the corpus holds could become a process, a path or a connection. */
const condensed: readonly (readonly [EndpointName, string])[] = [
  ['repos.register', 'body.path'],
  ['repos.clone', 'body.path'],
  ['content.blob', 'query.path'],
  ['content.archive', 'query.ref'],
  ['content.createCommit', 'body.actions[].path'],
  ['branches.create', 'body.name'],
  ['tags.create', 'body.ref'],
  ['repos.remotes.add', 'body.fetch_url'],
  ['keys.create', 'body.private_key'],
  ['keys.test', 'body.repo_url'],
  ['notifications.channels.create', 'body.config.*'],
]

const elsewhere = vectorsOf('notifier_url').filter(({ id }) => id in kinds.notifierUrl.differs)
/** What any notifier may take is no URL of the one that the server has. */
const noRobots: Differences = Object.fromEntries(elsewhere.map(({ id }) => [id, ['refused', 'no robot']]))

describe.skipIf(reason !== undefined)('a server that is traced, and fed with the corpus', () => {
  let sandbox: ApiSandbox
  let server: ServerProcess
  let web: GitHttpServer
  let ssh: SshGitServer
  let robot: DingtalkRobot
  let stage: Stage
  let file: string
  const login = makeKey()

  beforeAll(async () => {
    sandbox = createApiSandbox()
    const { dataDir, root } = sandbox
    file = join(dirname(root), 'trace')
    makeHostileRepositories(sandbox, { outside: sandbox.outsidePath, marks: join(dirname(root), 'marks') })
    web = await serveGit(root)
    ssh = await serveGitOverSsh({ hostKey: makeKey(), authorized: [login] })
    robot = await DingtalkRobot.start()
    const hosts = [web, ssh, robot].flatMap(({ port }) => ['--allow-outgoing', `127.0.0.1:${port}`])
    const given = ['--data-dir', dataDir, '--repo-root', root, ...hosts]
    const env = { GITFERRY_WEBHOOK_SECRET: webhookSecret }
    server = await startServer(given, { env, under: tracedInto(file) })
    const gitferry = createClient({ baseUrl: server.url, fetch: server.fetch })
    // no name of the corpus is one of the vendor’s: the URL is what a robot’s looks like
    const channelTo = (url: string) => ({
      type: 'dingtalk',
      config: { webhook: `${url}robot/send?access_token=x` },
    })
    const ids = await makeRecords({ gitferry, sandbox, channelTo })
    stage = { gitferry, sandbox, channelTo, ids, ways: [overHttp(server.url, {})] }
  }, 60_000)

  afterAll(async () => {
    if (server.child.exitCode === null && server.child.signalCode === null) server.child.kill('SIGKILL')
    await Promise.all([server.ended, web.close(), ssh.close(), robot.close()])
    sandbox.remove()
  })

  it.each(condensed)(
    'takes or refuses it: %s, %s',
    async (endpoint, place) => {
      const each = places[endpoint]?.[place]
      if (each === undefined || 'none' in each) throw new Error('the table has no such place')
      const differs = { ...each.differs, ...noRobots }
      expect((await feedPlace(stage, endpoint, place, { ...each, differs })).problems).toEqual([])
    },
    120_000,
  )

  it('refuses webhooks', async () => {
    expect((await feedWebhooks({ url: server.url })).problems).toEqual([])
  })

  it('tells nothing to a channel whose name leads nowhere, or to this machine', async () => {
    for (const { id, text } of elsewhere) {
      const channel = await stage.gitferry.notifications.channels.create({
        ...stage.channelTo(text),
        name: id,
      })
      expect(await stage.gitferry.notifications.channels.test(channel.id)).toMatchObject({ success: false })
    }
  })

  it('carries a hostile history, and syncs from hostile repositories', async () => {
    expect((await carryHostileHistory(stage)).problems).toEqual([])
    // each takes a second under strace; the others are synced where nothing is traced
    const repositories = acceptedRepositories.filter(({ text }) => /hooksPath|include-path|filter/.test(text))
    expect(repositories).toHaveLength(3)
    expect(await syncAcceptedRepositories(stage, { from: 'local', to: 'away', repositories })).toEqual([])
  }, 120_000)

  it('reaches the servers that it is allowed to', async () => {
    const { gitferry } = stage
    const { id: repo_id } = await gitferry.repos.register({ path: join(sandbox.root, 'plain-repo') })
    const key = await gitferry.keys.create({ name: 'login', private_key: login.private })
    const fetch_url = `http://127.0.0.1:${web.port}/origin.git`
    await gitferry.repos.remotes.add(repo_id, { name: 'web', fetch_url })
    const push_url = `ssh://git@127.0.0.1:${ssh.port}${sandbox.bareBackupPath}`
    await gitferry.repos.remotes.add(repo_id, { name: 'ssh', fetch_url: push_url, ssh_key_id: key.id })
    const sides = { source_remote: 'web', source_branch: 'develop', target_remote: 'ssh' }
    const task = await gitferry.sync.tasks.create({ repo_id, ...sides })
    expect(await gitferry.sync.tasks.run(task.id, { wait: true })).toMatchObject({ status: 'success' })
    const config = { webhook: robot.webhook }
    const channel = await gitferry.notifications.channels.create({ type: 'dingtalk', name: 'robot', config })
    expect(await gitferry.notifications.channels.test(channel.id)).toMatchObject({ success: true })
  }, 60_000)

  it('takes pushes to a repository that it hosts', async () => {
    const { gitferry, ids } = stage
    await gitferry.protection.set(ids.hosted, { kind: 'branch', name: 'HEAD*', push_level: 30 })
    // from now on everybody is asked for a token
    const grant = { name: 'git', scope: 'admin', user_id: ids.user } as const
    const { token } = await gitferry.tokens.create(grant)
    const { url } = server
    const known = createClient({ baseUrl: url, fetch: server.fetch, token })
    const { made, problems } = await pushHostileRefs({ ...stage, gitferry: known, token, url })
    expect(problems).toEqual([])
    expect(made).toContain('refs/heads/HEAD')
  })

  it('started nothing but git, its helpers, ssh, its own hooks and itself, and connected to nothing but what it was given', async () => {
    expect(await stopServer(server)).toBe(0)
    const trace = new Trace(file)
    expect(trace.unread()).toEqual([])
    const [executions, addresses] = [trace.executions(), trace.addresses()]
    expect(executions.filter((execution) => !isAllowedExecution(execution, sandbox.dataDir))).toEqual([])
    const ports = [web.port, ssh.port, robot.port]
    expect(strangeAddresses(addresses, { dataDir: sandbox.dataDir, ports })).toEqual([])
    // and this was all seen
    const names = executions.map(({ program }) => basename(program))
    expect(names).toEqual(
      expect.arrayContaining(['git', 'git-upload-pack', 'git-remote-http', 'ssh', 'pre-receive']),
    )
    for (const port of ports) expect(addresses).toContain(`AF_INET 127.0.0.1:${port}`)
    expect(readdirSync(join(dirname(sandbox.root), 'marks'))).toEqual([])
  })
})
