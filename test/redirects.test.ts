import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, type Gitferry } from '@gitferry/core'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type GitHttpServerOptions, serveGit } from './git-http-server.ts'

let sandbox: ApiSandbox
let api: Gitferry
let ended: (() => unknown)[]
beforeEach(async () => {
  ended = []
  sandbox = createApiSandbox()
  api = createGitferry({
    storage: memoryStorage(),
    dataDir: sandbox.dataDir,
    repoRoots: [sandbox.root],
    allowOutgoing: ['127.0.0.1'],
    forkServer: false,
    networkRetries: 0,
  })
  await api.start()
})
afterEach(async () => {
  await api.stop()
  for (const end of ended.reverse()) await end()
  sandbox.remove()
})

describe('a redirect is not followed', () => {
  /** Two servers: the first sends requests on to the second. */
  async function redirecting(redirects: RegExp, options: GitHttpServerOptions = {}) {
    const elsewhere = await serveGit(sandbox.root)
    const redirectTo = `http://127.0.0.1:${elsewhere.port}`
    const first = await serveGit(sandbox.root, { ...options, redirectTo, redirects })
    ended.push(
      () => elsewhere.close(),
      () => first.close(),
    )
    return { elsewhere, first, origin: `http://127.0.0.1:${first.port}` }
  }

  async function run(origin: string): Promise<string | null> {
    const { id: repo_id } = await api.repos.register({ path: sandbox.clonePath })
    for (const name of ['origin', 'backup']) {
      await api.repos.remotes.update(repo_id, name, { fetch_url: `${origin}/${name}.git` })
    }
    const task = await api.sync.tasks.create({ repo_id, source_branch: 'main', target_remote: 'backup' })
    return (await api.sync.tasks.run(task.id, { wait: true })).error_code
  }

  it.each([
    ['the list of the source', /origin\.git\/info\/refs/],
    ['the list of the target', /backup\.git\/info\/refs\?service=git-upload-pack/],
    ['what is fetched', /POST .*origin\.git\/git-upload-pack/],
    ['the list before a push', /backup\.git\/info\/refs\?service=git-receive-pack/],
    ['what is pushed', /POST .*git-receive-pack/],
  ])('for %s', async (_, redirects) => {
    const { elsewhere, first, origin } = await redirecting(redirects)
    expect(await run(origin)).not.toBeNull()
    expect(first.connections).toBeGreaterThan(0)
    expect(elsewhere.connections).toBe(0)
    expect(sandbox.oidOf(sandbox.bareBackupPath, 'main')).toBe('')
  })

  it('without one, the same run brings the branch to the target', async () => {
    const { origin } = await redirecting(/never/)
    expect(await run(origin)).toBeNull()
    expect(sandbox.oidOf(sandbox.bareBackupPath, 'main')).not.toBe('')
  })

  it.each([
    ['the list', /info\/refs/],
    ['the objects', /POST .*git-upload-pack/],
  ])('by a clone, for %s', async (_, redirects) => {
    const { elsewhere, origin } = await redirecting(redirects)
    const { id } = await api.repos.clone({ url: `${origin}/origin.git` })
    expect(await api.jobs.wait(id)).toMatchObject({ status: 'failed', repo_id: null })
    expect(elsewhere.connections).toBe(0)
  })

  it('by a test of a remote', async () => {
    const { elsewhere, origin } = await redirecting(/^/)
    const { id } = await api.repos.register({ path: sandbox.clonePath })
    await api.repos.remotes.update(id, 'origin', { fetch_url: `${origin}/origin.git` })
    expect(await api.repos.remotes.test(id, 'origin')).toMatchObject({ success: false })
    expect(elsewhere.connections).toBe(0)
  })
})
