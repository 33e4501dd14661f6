import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, type Gitferry } from '@gitferry/core'
import { createApiSandbox } from '@gitferry/core/testing'
import { createApp } from '@gitferry/server'
import { serve } from '@gitferry/server/node'
import { vi } from 'vitest'
import { CanaryTree, makeCanaries } from './canary-tree.ts'
import { type HeardLog, heardLog } from './heard-log.ts'
import { hookNotifier } from './hook-notifier.ts'
import { makeHostileRepositories } from './hostile-repositories.ts'
import { RecordedGit } from './recorded-git.ts'
import { makeRecords, type Stage } from './stage.ts'
import { inProcess, overHttp, type Way } from './ways.ts'

export const webhookSecret = 'a secret of the hostile inputs'

/** One gitferry in this process, a server before it, and what stands around them to be left alone. */
export interface World extends Stage {
  readonly gitferry: Gitferry
  readonly url: string
  /** Of a user who may do everything. */
  readonly token: string
  /** What callers over HTTP send with every request. */
  readonly headers: Readonly<Record<string, string>>
  /** Over HTTP, and in process. */
  readonly ways: readonly [Way, Way]
  readonly git: RecordedGit
  readonly canaries: CanaryTree
  /** The repositories of the corpus, which nothing may change before something is synced to them. */
  readonly repositories: CanaryTree
  /** Where fixtures leave a mark when anything of them runs. */
  readonly marks: string
  readonly log: HeardLog
  dispose(): Promise<void>
}

export async function createWorld(): Promise<World> {
  const sandbox = createApiSandbox()
  const { dataDir, root } = sandbox
  const base = dirname(root)
  const beside = makeCanaries(join(base, 'beside'))
  const home = makeCanaries(join(base, 'home'))
  vi.stubEnv('HOME', home)
  const marks = join(base, 'marks')
  const hostile = makeHostileRepositories(sandbox, { outside: sandbox.outsidePath, marks })
  const gitFolder = join(base, 'git')
  mkdirSync(gitFolder)
  const git = new RecordedGit(gitFolder)
  const log = heardLog()
  const watched = [beside, home, marks, dirname(sandbox.outsidePath), join(root, 'plain')]
  const canaries = new CanaryTree(watched)
  const repositories = new CanaryTree(hostile)
  const gitferry = createGitferry({
    storage: memoryStorage(),
    dataDir,
    repoRoots: [root],
    git: git.binary,
    networkRetries: 0,
    notifiers: [hookNotifier()],
    secrets: aesGcmSecrets({ key: randomBytes(32) }),
    webhooks: { secrets: [webhookSecret], rateLimit: 1_000_000 },
    logger: log,
  })
  await gitferry.start()
  const channelTo = (webhook: string) => ({ type: 'hook', config: { webhook } })
  const ids = await makeRecords({ gitferry, sandbox, channelTo })
  const listening = await serve(createApp(gitferry, { logger: log }), { port: 0 })
  const grant = { name: 'callers over HTTP', scope: 'admin', user_id: ids.user } as const
  const { token } = await gitferry.tokens.create(grant)
  const headers = { authorization: `Bearer ${token}` }
  return {
    gitferry,
    url: listening.url,
    token,
    headers,
    sandbox,
    ways: [overHttp(listening.url, headers), inProcess(gitferry)],
    git,
    canaries,
    repositories,
    marks,
    log,
    ids,
    channelTo,
    dispose: async () => {
      await listening.close({ timeoutMs: 0 })
      await gitferry.stop()
      vi.unstubAllEnvs()
      sandbox.remove()
    },
  }
}
