import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, type Gitferry } from '@gitferry/core'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { serveGit } from './git-http-server.ts'

let sandbox: ApiSandbox
let api: Gitferry
beforeEach(async () => {
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
  sandbox.remove()
})

const refsOf = (path: string) =>
  sandbox.git(path, 'for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads').split('\n')

/** A mirror of origin to backup; answers what each ref came to. */
async function mirror(url = sandbox.bareBackupPath): Promise<Record<string, string>> {
  const { id: repo_id } = await api.repos.register({ path: sandbox.clonePath })
  await api.repos.remotes.update(repo_id, 'backup', { fetch_url: url })
  const { id } = await api.sync.tasks.create({ repo_id, mode: 'mirror', target_remote: 'backup' })
  const { refs } = await api.sync.runs.wait((await api.sync.tasks.run(id)).id)
  return Object.fromEntries(refs.map(({ outcome, target_ref }) => [target_ref, outcome]))
}

/** Names that are one on a file system that ignores case or composition: each with a commit of its own. */
const alike = ['Main', 'release', 'Release', '\u00e9', 'e\u0301']
const addAlike = () => alike.map((name) => sandbox.commit(sandbox.originPath, name, `of ${escape(name)}\n`))

it('names that differ in case or composition alone are refs of their own at the target too', async () => {
  const oids = new Set(addAlike())
  expect(oids.size).toBe(alike.length)
  await mirror()
  expect(refsOf(sandbox.bareBackupPath)).toEqual(refsOf(sandbox.originPath))
})

it('where the server takes but one of them, the other is told as refused, and the rest is carried', async () => {
  addAlike()
  const server = await serveGit(sandbox.root)
  try {
    // as one does whose file system finds the first under the name of the second
    sandbox.hook(sandbox.bareBackupPath, 'update', 'test "$1" != refs/heads/Release')
    const outcomes = await mirror(`http://127.0.0.1:${server.port}/backup.git`)
    const { 'refs/heads/Release': refused, ...others } = outcomes
    expect(refused).toBe('rejected')
    expect(new Set(Object.values(others))).toEqual(new Set(['updated']))
    const carried = refsOf(sandbox.originPath).filter((ref) => !ref.startsWith('refs/heads/Release '))
    expect(refsOf(sandbox.bareBackupPath)).toEqual(carried)
  } finally {
    await server.close()
  }
})
