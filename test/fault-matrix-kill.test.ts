/**
 * Fault matrix: `kill -9` of the server at each step of a run, and in the middle of a transfer. Whatever it was at, the next
 * start takes the run up again, brings it to its end once, and leaves nothing of the dead one.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createClient } from '@gitferry/client'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addCommits } from './faults/add-commits.ts'
import { tenBranches } from './faults/fault-world.ts'
import { type FaultRule, type FaultyProxy, faultyProxy } from './faults/faulty-proxy.ts'
import { halfMadeFiles, leftOvers, processesOf } from './faults/left-overs.ts'
import { serveGit } from './git-http-server.ts'
import { type ServerProcess, startScript, startServer, stopServer } from './server-process.ts'

const crashing = fileURLToPath(new URL('./fixtures/crashing-server.ts', import.meta.url))

let sandbox: ApiSandbox
let servers: ServerProcess[]
let ended: (() => unknown)[]
beforeEach(() => {
  sandbox = createApiSandbox()
  servers = []
  ended = [() => sandbox.remove()]
  for (const branch of tenBranches) sandbox.git(sandbox.originPath, 'branch', branch, 'main')
})
afterEach(async () => {
  for (const { child, ended: gone } of servers) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await gone
  }
  for (const end of ended.reverse()) await end()
})

const track = (server: ServerProcess) => {
  servers.push(server)
  return { server, api: createClient({ baseUrl: server.url, fetch: server.fetch }) }
}

type Api = ReturnType<typeof track>['api']

const refsOf = (path: string) =>
  sandbox.git(path, 'for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads/line')
const source = () => refsOf(sandbox.originPath)
const target = () => refsOf(sandbox.bareBackupPath)

/** A task that mirrors ten branches. */
async function mirrorTen(api: Api): Promise<number> {
  const { id: repo_id } = await api.repos.register({ path: sandbox.clonePath })
  const sides = { source_remote: 'origin', target_remote: 'backup' }
  const refs = ['refs/heads/line/*']
  const { id } = await api.sync.tasks.create({ repo_id, ...sides, mode: 'mirror', refs, tags: false })
  return id
}

/** The server after the crash: the one run is there, ends well, and the target has what the source has. */
async function restart(expected: { readonly attempt: number }, ...flags: readonly string[]) {
  const { dataDir, root } = sandbox
  const { api, server } = track(await startServer(['--data-dir', dataDir, '--repo-root', root, ...flags]))
  const { items: runs } = await api.sync.runs.list()
  expect(runs).toHaveLength(1)
  const run = await api.sync.runs.wait(runs[0]!.id)
  expect(run).toMatchObject({
    status: 'success',
    error_code: null,
    failure_class: null,
    refs_total: 10,
    refs_changed: 10,
    refs_failed: 0,
    ...expected,
  })
  expect(run.refs.map(({ outcome }) => outcome)).toEqual(Array.from(run.refs, () => 'updated'))
  const told = run.refs.map(({ new_oid, target_ref }) => `${target_ref} ${new_oid}`)
  expect(told.sort().join('\n')).toBe(target())
  expect(target()).toBe(source())
  return { api, server, run }
}

/** Nothing to do, no process, no lock, and the database and both repositories are sound. */
async function expectCalm(api: Api, task: number, server: ServerProcess): Promise<void> {
  const { id } = await api.sync.tasks.run(task)
  expect(await api.sync.runs.wait(id)).toMatchObject({ status: 'success', refs_changed: 0, attempt: 1 })
  expect(leftOvers(sandbox)).toEqual([])
  sandbox.git(sandbox.bareBackupPath, 'fsck', '--full')
  expect((await api.audit.verify()).valid).toBe(true)
  expect(await stopServer(server)).toBe(0)
}

interface Checkpoint {
  readonly checkpoint: 'accepted' | 'fetched' | 'planned' | 'pushed' | 'recorded'
  /** How often the run was begun in the end. */
  readonly attempt: number
  /** Whether an effect in git was under way, so that the audit log says `unknown`. */
  readonly effect: boolean
  /** Whether the target has everything when the server is dead. */
  readonly landed: boolean
}

const checkpoints: readonly Checkpoint[] = [
  { checkpoint: 'accepted', attempt: 1, effect: false, landed: false },
  { checkpoint: 'fetched', attempt: 2, effect: false, landed: false },
  { checkpoint: 'planned', attempt: 2, effect: true, landed: false },
  { checkpoint: 'pushed', attempt: 2, effect: true, landed: true },
  // nothing is left to be done, and nothing is done again
  { checkpoint: 'recorded', attempt: 1, effect: false, landed: true },
]

describe('a server that is killed in a run of ten refs', () => {
  it.each(checkpoints)('when it is $checkpoint brings all ten home after a restart', async (row) => {
    const { checkpoint } = row
    const { dataDir, root } = sandbox
    const proof = join(dataDir, 'hit')
    const doomed = track(await startScript(crashing, [dataDir, root, checkpoint, proof]))
    const task = await mirrorTen(doomed.api)
    // the answer is cut off at the first checkpoint and may or may not arrive at the later ones
    await doomed.api.sync.tasks.run(task).catch(() => {})
    expect(await doomed.server.ended).toBe('SIGKILL')
    expect(readFileSync(proof, 'utf8')).toBe(checkpoint)
    expect(target()).toBe(row.landed ? source() : '')

    const { api, server } = await restart({ attempt: row.attempt })
    const { items: entries } = await api.audit.list({ type: 'sync' })
    expect(entries.some(({ result }) => result === 'unknown')).toBe(row.effect)
    expect(entries.filter(({ result }) => result === 'success').length).toBeLessThanOrEqual(1)
    await expectCalm(api, task, server)
  })
})

const transfers: readonly {
  readonly name: string
  readonly rule: FaultRule
  readonly lands: boolean
}[] = [
  {
    name: 'half a pack has come from the source',
    rule: { repository: 'origin.git', on: 'pack', fault: { stallAfter: 50_000 } },
    lands: false,
  },
  {
    name: 'the target took the push and has not said so',
    rule: { repository: 'backup.git', on: 'push', fault: { stallAfter: 0 } },
    lands: true,
  },
]

describe('a server that is killed while git is at work and', () => {
  async function throughProxy(): Promise<FaultyProxy> {
    const git = await serveGit(sandbox.root)
    const proxy = await faultyProxy(git.port)
    ended.push(
      () => git.close(),
      () => proxy.close(),
    )
    for (const [remote, folder] of [
      ['origin', 'origin.git'],
      ['backup', 'backup.git'],
    ] as const) {
      sandbox.git(sandbox.clonePath, 'remote', 'set-url', remote, `${proxy.url}/${folder}`)
    }
    return proxy
  }

  it.each(transfers)('$name leaves neither process nor lock, and heals', async ({ lands, rule }) => {
    const { bareBackupPath, dataDir, originPath, root } = sandbox
    const places = [dataDir, originPath, bareBackupPath]
    const proxy = await throughProxy()
    // what the clone lacks, so that it has to be fetched; too much to be half there in one piece
    addCommits(originPath, tenBranches, 10_000)
    const flags = ['--allow-outgoing', '127.0.0.1']
    const doomed = track(await startServer(['--data-dir', dataDir, '--repo-root', root, ...flags]))
    const task = await mirrorTen(doomed.api)
    const reached = proxy.inject(rule)
    await doomed.api.sync.tasks.run(task)
    await reached
    expect(processesOf(dataDir)).not.toEqual([])
    doomed.server.child.kill('SIGKILL')
    expect(await doomed.server.ended).toBe('SIGKILL')
    expect(target()).toBe(lands ? source() : '')
    while (processesOf(...places).length > 0) await sleep(20)

    // and what a git leaves that is killed at another moment
    const stores = join(dataDir, 'stores')
    const [store = ''] = readdirSync(stores).filter((name) => name.endsWith('.git'))
    for (const name of ['packed-refs.lock', 'config.lock', 'shallow.lock', 'objects/pack/tmp_pack_Ab12Cd']) {
      writeFileSync(join(stores, store, name), '')
    }
    proxy.heal()
    const { api, server } = await restart({ attempt: 2 }, ...flags)
    expect(halfMadeFiles(stores)).toEqual([])
    await expectCalm(api, task, server)
  })
})
