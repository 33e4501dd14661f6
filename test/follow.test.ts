import { createClient } from '@gitferry/client'
import type { GitferryApi, RunLogEvent } from '@gitferry/core/contract'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { expect, it } from 'vitest'
import { inProcess } from './in-process.ts'
import { startServer, stopServer } from './server-process.ts'

/** Asks for a run whose push is held, and follows it. */
async function followHeldRun(api: GitferryApi, sandbox: ApiSandbox) {
  const release = sandbox.holdPushes()
  const { id } = await api.repos.register({ path: sandbox.clonePath })
  const task = await api.sync.tasks.create({ repo_id: id, source_branch: 'main', target_remote: 'backup' })
  const run = await api.sync.tasks.run(task.id)
  const told: RunLogEvent[] = []
  const pushing = Promise.withResolvers<void>()
  const follow = async () => {
    for await (const event of api.sync.runs.follow(run.id)) {
      told.push(event)
      if (event.type === 'log' && event.text.startsWith('pushing')) pushing.resolve()
    }
    return told
  }
  const ended = follow()
  await pushing.promise
  return { ended, release, run }
}

const lastLine = (told: readonly RunLogEvent[]) => told.findLast((event) => event.type === 'log')?.text

it('a follower in process sees the run end that a stop waits for', async () => {
  const { api, dispose, sandbox } = await inProcess()
  try {
    const { ended, release } = await followHeldRun(api, sandbox)
    const stopped = api.stop()
    release()
    const told = await ended
    await stopped
    expect(told.at(-1)).toEqual({ type: 'end', status: 'success' })
    expect(lastLine(told)).toBe('refs/heads/main: updated')
  } finally {
    await dispose()
  }
})

it('a follower in process is told the end when a stop cuts the run short', async () => {
  const { api, dispose, sandbox } = await inProcess()
  try {
    const { ended, release } = await followHeldRun(api, sandbox)
    await api.stop({ graceful: false })
    expect((await ended).at(-1)?.type).toBe('end')
    release()
  } finally {
    await dispose()
  }
})

it.each([
  ['sees the run end that SIGTERM waits for', '30s', 'success'],
  ['is told the end when the grace is over', '200ms', expect.stringMatching(/^(?:running|pending)$/)],
])('a follower over HTTP %s, and does not hold the server up', async (_, grace, status) => {
  const sandbox = createApiSandbox()
  const { dataDir, root } = sandbox
  const server = await startServer(['--data-dir', dataDir, '--repo-root', root, '--grace', grace])
  try {
    const { ended, release } = await followHeldRun(
      createClient({ baseUrl: server.url, fetch: server.fetch }),
      sandbox,
    )
    const stopped = stopServer(server)
    if (grace === '30s') release()
    const told = await ended
    expect(told.at(-1)).toEqual({ type: 'end', status })
    expect(told.filter(({ type }) => type === 'end')).toHaveLength(1)
    if (grace === '30s') expect(lastLine(told)).toBe('refs/heads/main: updated')
    expect(await stopped).toBe(0)
  } finally {
    server.child.kill('SIGKILL')
    await server.ended
    sandbox.remove()
  }
})
