import { join } from 'node:path'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { type RunRow, silentLogger } from '@gitferry/core'
import { type ApiSandbox, createApiSandbox, createTestClock } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SyncTaskRow, syncTaskDefaults } from '../packages/core/src/contract/sync-task.ts'
import { lsRemote } from '../packages/core/src/git/commands/ls-remote.ts'
import { ProcessGitRunner } from '../packages/core/src/git/process-runner.ts'
import { parseAllowOutgoing } from '../packages/core/src/git/remote-url.ts'
import type { LookupHost } from '../packages/core/src/git/resolve-host.ts'
import { SshSessions } from '../packages/core/src/git/ssh/ssh-sessions.ts'
import { Stores } from '../packages/core/src/git/store.ts'
import { EventBus } from '../packages/core/src/runtime/event-bus.ts'
import { KeyedLock } from '../packages/core/src/runtime/keyed-lock.ts'
import { ManagedStorage } from '../packages/core/src/runtime/managed-storage.ts'
import { AuditLog } from '../packages/core/src/services/audit-log.ts'
import { PlanApplier } from '../packages/core/src/services/plan-applier.ts'
import { SealedValues } from '../packages/core/src/services/sealed-values.ts'
import { SideAccess } from '../packages/core/src/services/side-access.ts'
import { SyncPlanner } from '../packages/core/src/services/sync-planner.ts'
import { type GitHttpServer, serveGit } from './git-http-server.ts'

/** Known to no resolver, as no name below `.test` is: git reaches it by the pinned addresses or not at all. */
const madeUp = 'git.example.test'

let sandbox: ApiSandbox
let server: GitHttpServer
beforeEach(async () => {
  sandbox = createApiSandbox()
  server = await serveGit(sandbox.root)
})
afterEach(async () => {
  await server.close()
  sandbox.remove()
})

const tip = (repository: string): string => sandbox.oidOf(repository, 'main')
const progress = { phase() {}, log() {} }

/** The planner and the applier over one task: `main` of the server's origin to its backup. */
async function syncing(lookup: LookupHost, allowOutgoing: readonly string[], origin = `http://${madeUp}`) {
  const { dataDir, clonePath } = sandbox
  const storage = new ManagedStorage(memoryStorage())
  await storage.open()
  const clock = createTestClock('2026-01-01T00:00:00.000Z')
  const at = '2026-01-01T00:00:00.000Z'
  const times = { created_at: at, updated_at: at }
  const directory = join(clonePath, '.git')
  const { id: repo_id } = await storage.collection('repos').insert({
    uuid: '6f2b2a8e-0c0a-4d0f-9a55-0123456789ab',
    name: 'clone',
    path: clonePath,
    git_dir: directory,
    common_dir: directory,
    group_name: 'local',
    project_id: null,
    description: null,
    visibility: 0 as const,
    creator_id: null,
    forked_from_id: null,
    is_bare: false,
    is_hosted: false,
    checked_at: null,
    object_format: 'sha1',
    default_branch: 'main',
    ssh_key_id: null,
    credential_id: null,
    size_bytes: 0,
    ...times,
  })
  for (const name of ['origin', 'backup']) {
    const url = `${origin}:${server.port}/${name}.git`
    const keys = { ssh_key_id: null, credential_id: null }
    const row = {
      repo_id,
      name,
      fetch_url: url,
      push_url: url,
      problem: null,
      source: 'config',
      bound_to: null,
      ...keys,
    } as const
    await storage.collection('remotes').insert({ ...row, ...times })
  }
  const task = {
    ...syncTaskDefaults,
    id: 1,
    repo_id,
    source_remote: 'origin',
    source_branch: 'main',
    target_repo_id: repo_id,
    target_remote: 'backup',
    target_branch: 'main',
    mode: 'branch',
    refs: [],
    exclude: [],
    tags: false,
  } as unknown as SyncTaskRow
  const runner = new ProcessGitRunner({ git: '/usr/bin/git', home: dataDir, logger: silentLogger })
  const settings = {
    repoRoots: [sandbox.root],
    trustedOwners: [],
    strictHostKeys: false,
    allowOutgoing: allowOutgoing.map(parseAllowOutgoing),
  }
  const stores = new Stores({
    runner,
    dataDir,
    repoRoots: settings.repoRoots,
    clock,
    logger: silentLogger,
  })
  const logger = silentLogger
  const context = {
    storage,
    clock,
    logger,
    runner,
    settings,
    lookup,
    stores,
    lock: new KeyedLock(),
    audit: new AuditLog({ storage, clock, logger, wakeSealer() {} }),
    events: new EventBus({ logger }),
    sealed: new SealedValues({ box: undefined }),
    ssh: new SshSessions({ dataDir, searchPath: '', logger }),
  }
  const planner = new SyncPlanner({ ...context, access: new SideAccess(context) })
  // nothing is overwritten here
  const kept = { keep: async () => {} }
  const applier = new PlanApplier({ ...context, kept })
  return {
    runner,
    plan: () => planner.plan(task),
    apply: (plan: Awaited<ReturnType<SyncPlanner['plan']>>) =>
      applier.apply({ id: 1 } as RunRow, task, plan, {
        atomic: 'never',
        signal: new AbortController().signal,
        progress,
      }),
  }
}

/** Answers one list of addresses after the other, and the last one from then on. */
function answering(...answers: readonly (readonly string[])[]) {
  const asked: string[] = []
  const lookup: LookupHost = async (host) => {
    asked.push(host)
    return answers[Math.min(asked.length, answers.length) - 1] ?? []
  }
  return { lookup, asked }
}

const rule = () => `${madeUp}:${server.port}`

describe('a remote by name', () => {
  it('is listed, fetched and pushed at the addresses that were checked', async () => {
    const { lookup, asked } = answering(['127.0.0.1'])
    const { plan, apply } = await syncing(lookup, [rule()])
    const prepared = await plan()
    expect(prepared.updates).toMatchObject([{ action: 'create', new_oid: tip(sandbox.originPath) }])
    expect(await apply(prepared)).toMatchObject({ refs: [{ outcome: 'updated' }], error: undefined })
    expect(tip(sandbox.bareBackupPath)).toBe(tip(sandbox.originPath))
    expect((await plan()).updates).toEqual([])
    expect(new Set(server.hosts)).toEqual(new Set([`${madeUp}:${server.port}`]))
    expect(new Set(asked)).toEqual(new Set([madeUp]))
  })

  it('is tried at all of its addresses', async () => {
    const { plan } = await syncing(answering(['::1', '127.0.0.1']).lookup, [rule()])
    expect((await plan()).updates).toHaveLength(1)
  })

  it('is refused before it is looked up where plain http is not allowed', async () => {
    const { lookup, asked } = answering(['127.0.0.1'])
    const { plan } = await syncing(lookup, [])
    await expect(plan()).rejects.toMatchObject({ code: 'URL_FORBIDDEN' })
    expect(asked).toEqual([])
    expect(server.connections).toBe(0)
  })

  it.each([[['127.0.0.1']], [['8.8.8.8', '127.0.0.1']], [['::1']], [['169.254.169.254']]])(
    'is refused before any connection when it leads to %j and no rule allows that',
    async (addresses) => {
      const { plan } = await syncing(answering(addresses).lookup, ['127.0.0.1:1'], `https://${madeUp}`)
      await expect(plan()).rejects.toMatchObject({ code: 'URL_FORBIDDEN' })
      expect(server.connections).toBe(0)
    },
  )

  it('is connected to when a rule allows the address', async () => {
    // that the server speaks no TLS is another matter
    const { plan } = await syncing(answering(['127.0.0.1']).lookup, ['127.0.0.0/8'], `https://${madeUp}`)
    await expect(plan()).rejects.toMatchObject({ code: 'GIT_UNREACHABLE' })
    expect(server.connections).toBeGreaterThan(0)
  })
})

describe('a name that leads elsewhere by the time that git connects', () => {
  // the machine itself takes this name for 127.0.0.1, where the server is
  const rebound = 'http://localhost'

  it('is dialled at the address that was checked, where nobody listens', async () => {
    const { plan } = await syncing(answering(['127.0.0.2']).lookup, [`localhost:${server.port}`], rebound)
    await expect(plan()).rejects.toMatchObject({ code: 'GIT_UNREACHABLE' })
    expect(server.connections).toBe(0)
  })

  it('would be dialled at the other without the pin: the test can fail', async () => {
    const { runner } = await syncing(answering([]).lookup, [])
    const url = `${rebound}:${server.port}/origin.git`
    await runner.run(lsRemote({ url, protocol: 'http', heads: true }))
    expect(server.connections).toBeGreaterThan(0)
  })

  it('is refused as soon as it leads to what is not allowed', async () => {
    const { lookup, asked } = answering(['127.0.0.2'], ['127.0.0.2'], ['127.0.0.1'])
    const { plan } = await syncing(lookup, ['127.0.0.2'], `https://${madeUp}`)
    await expect(plan()).rejects.toMatchObject({ code: 'GIT_UNREACHABLE' })
    expect(asked).toHaveLength(2)
    await expect(plan()).rejects.toMatchObject({ code: 'URL_FORBIDDEN' })
    expect(server.connections).toBe(0)
  })

  it('is looked up anew before the push', async () => {
    const { lookup } = answering(['127.0.0.1'], ['127.0.0.1'], ['127.0.0.1'], ['127.0.0.1', 'fe80::1%lo'])
    const { plan, apply } = await syncing(lookup, [rule()])
    const prepared = await plan()
    const before = server.connections
    await expect(apply(prepared)).rejects.toMatchObject({ code: 'GIT_UNREACHABLE' })
    expect(server.connections).toBe(before)
    expect(tip(sandbox.bareBackupPath)).toBe('')
  })
})
