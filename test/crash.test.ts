import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '@gitferry/client'
import { createApiSandbox } from '@gitferry/core/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { type ServerProcess, startScript, startServer, stopServer } from './server-process.ts'

const crashing = fileURLToPath(new URL('./fixtures/crashing-server.ts', import.meta.url))

/** What a checkpoint leaves behind: how often the run was begun, and whether an effect in git was under way. */
const checkpoints = [
  { checkpoint: 'accepted', attempt: 1, effect: false },
  { checkpoint: 'fetched', attempt: 2, effect: false },
  { checkpoint: 'planned', attempt: 2, effect: true },
  { checkpoint: 'pushed', attempt: 2, effect: true },
] as const

describe('a server killed with SIGKILL in the middle of a run', () => {
  const servers: ServerProcess[] = []
  const cleanUps: (() => void)[] = []
  const track = <Server extends ServerProcess>(server: Server) => {
    servers.push(server)
    return server
  }

  afterEach(async () => {
    for (const { child, ended } of servers.splice(0)) {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await ended
    }
    for (const cleanUp of cleanUps.splice(0)) cleanUp()
  })

  it.each(checkpoints)('at "$checkpoint" finishes the run after a restart', async (row) => {
    const { checkpoint } = row
    const sandbox = await createApiSandbox()
    cleanUps.push(() => sandbox.remove())
    const { dataDir } = sandbox
    const proof = join(dataDir, 'hit')

    const doomed = track(await startScript(crashing, [dataDir, sandbox.root, checkpoint, proof]))
    const before = createClient({ baseUrl: doomed.url, fetch: doomed.fetch })
    const repo = await before.repos.register({ path: sandbox.clonePath })
    const task = await before.sync.tasks.create({
      repo_id: repo.id,
      source_remote: 'origin',
      source_branch: 'main',
      target_remote: 'backup',
    })
    expect(existsSync(proof)).toBe(false)
    // the answer is cut off at the first checkpoint and may or may not arrive at the later ones
    await before.sync.tasks.run(task.id).catch(() => {})
    expect(await doomed.ended).toBe('SIGKILL')
    expect(readFileSync(proof, 'utf8')).toBe(checkpoint)
    const source = sandbox.git(sandbox.originPath, 'rev-parse', 'refs/heads/main')
    const landed = checkpoint === 'pushed' ? source : ''
    expect(
      sandbox.git(sandbox.bareBackupPath, 'for-each-ref', '--format=%(objectname)', 'refs/heads/main'),
    ).toBe(landed)

    const healed = track(await startServer(['--data-dir', dataDir, '--repo-root', sandbox.root]))
    const after = createClient({ baseUrl: healed.url, fetch: healed.fetch })
    const { items: runs } = await after.sync.runs.list()
    expect(runs).toHaveLength(1)
    const run = await after.sync.runs.wait(runs[0]!.id)
    expect(run).toMatchObject({ status: 'success', attempt: row.attempt, error_code: null })
    // also where the push had landed before the crash: the history says that this run brought it there
    expect(run.commit_range).toBe(source)
    expect(run.refs).toMatchObject([{ target_ref: 'refs/heads/main', new_oid: source, outcome: 'updated' }])
    expect(sandbox.git(sandbox.bareBackupPath, 'rev-parse', 'refs/heads/main')).toBe(source)
    sandbox.git(sandbox.bareBackupPath, 'fsck', '--full')

    const unfinished = await after.audit.list({ type: 'sync' })
    const results = unfinished.items.map(({ result }) => result)
    expect(results.includes('unknown')).toBe(row.effect)
    expect((await after.sync.tasks.get(task.id)).last_status).toBe('success')
    expect(await stopServer(healed)).toBe(0)
  })
})
