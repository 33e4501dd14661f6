import { randomBytes } from 'node:crypto'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, type Gitferry } from '@gitferry/core'
import { createApiSandbox } from '@gitferry/core/testing'
import { createApp } from '@gitferry/server'
import { serve } from '@gitferry/server/node'
import { idsOf, KnownValues } from './known-values.ts'

export interface FuzzWorld extends AsyncDisposable {
  readonly origin: URL
  readonly gitferry: Gitferry
  readonly known: KnownValues
  /** A new token that may do everything: the one before may have been revoked by a request. */
  newToken(): Promise<string>
}

export const webhookSecret = 'a webhook secret of the fuzz'

/**
 * A server with real repositories, tasks, runs and all else there is, which reaches no other host.
 * `alter` stands for a defect: what the server is given in place of gitferry.
 */
export async function createWorld(
  alter: (gitferry: Gitferry) => Gitferry = (same) => same,
): Promise<FuzzWorld> {
  await using ends = new AsyncDisposableStack()
  const sandbox = ends.adopt(createApiSandbox(), (made) => made.remove())
  const gitferry = createGitferry({
    storage: memoryStorage(),
    dataDir: sandbox.dataDir,
    repoRoots: [sandbox.root],
    notifiers: [sandbox.notifier],
    secrets: aesGcmSecrets({ key: randomBytes(32) }),
    webhooks: { secrets: [webhookSecret], rateLimit: 1_000_000 },
    forkServer: false,
    networkRetries: 0,
  })
  ends.defer(() => gitferry.stop({ graceful: false }))
  await gitferry.start()
  const app = ends.use(createApp(alter(gitferry)))
  const server = ends.adopt(await serve(app, { port: 0 }), (listening) => listening.close({ timeoutMs: 0 }))
  const { id: repo_id } = await gitferry.repos.register({ path: sandbox.clonePath, name: 'project' })
  const { id: second } = await gitferry.repos.register({ path: sandbox.secondBarePath, name: 'second' })
  const task = await gitferry.sync.tasks.create({ repo_id, source_branch: 'main', target_remote: 'backup' })
  await gitferry.sync.tasks.create({ repo_id, mode: 'mirror', target_remote: 'backup', tags: true })
  await gitferry.sync.tasks.run(task.id, { wait: true })
  await gitferry.notifications.channels.create({
    type: 'memory',
    name: 'failing',
    config: { webhook: 'https://git.invalid/x', refuses: 'not today' },
    events: ['webhook_received', 'sync_success', 'sync_failure'],
  })
  const key = sandbox.sshKey()
  const known = new KnownValues({
    [idsOf('/api/v1/repos')]: [repo_id, second],
    [idsOf('/api/v1/sync/tasks')]: [task.id, task.id + 1],
    [idsOf('/api/v1/sync/runs')]: [1],
    [idsOf('/api/v1/notification/channels')]: [1],
    [idsOf('/api/v1/notification/deliveries')]: [1],
    [idsOf('/api/v1/audit/logs')]: [1, 2, 3],
    path: [
      sandbox.clonePath,
      sandbox.secondBarePath,
      sandbox.originPath,
      sandbox.plainFolderPath,
      sandbox.bareBackupPath,
      `${sandbox.root}/new`,
    ],
    repo_id: [repo_id, second],
    task_id: [task.id],
    'CreateChannel.type': ['memory'],
    'remotes.name': ['origin', 'backup'],
    'CreateTag.name': ['v2', 'v3', 'release/1'],
    'CreateBranch.name': ['one', 'two', 'feature/new'],
    'AddRemote.name': ['three', 'four', 'five'],
    config: [{ webhook: 'https://git.invalid/x' }, { webhook: 'https://git.invalid/x', refuses: 'no' }],
    branch: ['main', 'develop', 'feature/login'],
    base_branch: ['main', 'origin/develop'],
    source_branch: ['main', 'develop', 'feature/login'],
    target_branch: ['main', 'mirrored'],
    source_remote: ['origin', 'local', 'backup'],
    target_remote: ['backup', 'origin', 'local'],
    name: ['one', 'two', 'three', 'four', 'five', 'six', 'seven'],
    tag: ['v1'],
    ref: ['main', 'develop'],
    refs: ['refs/heads/*', 'refs/heads/main', 'refs/tags/*'],
    exclude: ['refs/heads/wip/*'],
    url: [
      'https://git.invalid/x.git',
      sandbox.originPath,
      sandbox.secondBarePath,
      `file://${sandbox.originPath}`,
    ],
    fetch_url: ['https://git.invalid/x.git', sandbox.originPath],
    push_url: [null, sandbox.bareBackupPath],
    origin: ['https://git.invalid', 'https://git.invalid:8443'],
    cron_expression: [null, '', '*/5 * * * *', '@every 1h', '0 3 * * *'],
    timezone: ['UTC', 'Europe/Berlin'],
    template: [null, '{{.TaskName}}', '{% if Status == "failure" %}{{ ErrorMessage }}{% endif %}x'],
    private_key: [key.privateKey],
    known_host: [`git.invalid ${key.publicKey}`, `[git.invalid]:2222 ${key.publicKey}`],
    expires_at: [null, '2099-01-01T00:00:00Z'],
    start_time: ['2020-01-01'],
    end_time: ['2099-01-01'],
    // no run is to hold the fuzz up
    timeout_ms: [5_000],
    stall_timeout_ms: [5_000],
    jitter_ms: [0],
    drop_kept: [true, false],
    file: ['swagger-ui.css'],
  })
  const kept = ends.move()
  let tokens = 0
  return {
    origin: new URL(server.url),
    gitferry,
    known,
    async newToken() {
      tokens += 1
      const name = `fuzz-${tokens}-${randomBytes(4).toString('hex')}`
      return (await gitferry.tokens.create({ name, scope: 'admin' })).token
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
