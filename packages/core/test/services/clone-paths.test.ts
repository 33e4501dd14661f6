import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, type Gitferry } from '@gitferry/core'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let sandbox: ApiSandbox
let api: Gitferry
let others: Gitferry[]
beforeEach(async () => {
  sandbox = createApiSandbox()
  others = []
  api = await start([sandbox.root])
})
afterEach(async () => {
  for (const gitferry of [api, ...others]) await gitferry.stop()
  sandbox.remove()
})

async function start(repoRoots: string[] | undefined, dataDir = sandbox.dataDir): Promise<Gitferry> {
  const gitferry = createGitferry({ storage: memoryStorage(), dataDir, repoRoots, forkServer: false })
  await gitferry.start()
  return gitferry
}

async function another(repoRoots?: string[]): Promise<Gitferry> {
  const dataDir = join(sandbox.dataDir, '..', `data ${others.length}`)
  const gitferry = await start(repoRoots, dataDir)
  others.push(gitferry)
  return gitferry
}

const inRoot = (...names: string[]) => join(sandbox.root, ...names)
const clone = (path: string, gitferry = api) => gitferry.repos.clone({ url: sandbox.originPath, path })

describe('the path of a clone', () => {
  it.each<[string, string, () => string]>([
    ['is absolute', 'PATH_INVALID', () => 'relative/path'],
    ['holds no control characters', 'PATH_INVALID', () => inRoot('a\nb')],
    ['has a parent that exists', 'PATH_INVALID', () => inRoot('nowhere', 'clone')],
    ['has a parent that is a folder', 'PATH_INVALID', () => join(sandbox.filePath, 'clone')],
    ['lies under a root', 'PATH_OUTSIDE_ROOTS', () => join(sandbox.root, '..', 'clone')],
    ['lies under a root by its letters, too', 'PATH_OUTSIDE_ROOTS', () => `${sandbox.root}-outside/clone`],
    ['does not leave the root by dots', 'PATH_OUTSIDE_ROOTS', () => `${sandbox.root}/plain/../../clone`],
    ['does not leave the root by a link', 'PATH_OUTSIDE_ROOTS', () => inRoot('link-to-outside', 'clone')],
    ['is not there yet as a folder', 'PATH_EXISTS', () => sandbox.plainFolderPath],
    ['is not there yet as a file', 'PATH_EXISTS', () => sandbox.filePath],
    ['is no root', 'PATH_OUTSIDE_ROOTS', () => sandbox.root],
    [
      'does not lie in the .git of a repository',
      'PATH_INVALID',
      () => join(sandbox.clonePath, '.git', 'new'),
    ],
    ['is no .git', 'PATH_INVALID', () => join(sandbox.plainFolderPath, '.GIT')],
    ['is not the hooks of a bare repository', 'PATH_INVALID', () => join(sandbox.originPath, 'hooks')],
    ['does not lie in the data directory', 'PATH_OUTSIDE_ROOTS', () => join(sandbox.dataDir, 'clone')],
  ])('%s', async (_, code, path) => {
    await expect(clone(path())).rejects.toMatchObject({ code, details: { field: 'path' } })
    expect((await api.jobs.list()).total).toBe(0)
    const [entry] = (await api.audit.list()).items
    expect(entry).toMatchObject({ type: 'create', object_type: 'job', result: 'failure', error_code: code })
  })

  it('is no link either, wherever that leads', async () => {
    symlinkSync(join(sandbox.root, '..', 'elsewhere'), inRoot('dangling'))
    await expect(clone(inRoot('dangling'))).rejects.toMatchObject({ code: 'PATH_EXISTS' })
  })

  it('has a parent that may be written', async ({ skip }) => {
    skip(process.getuid?.() === 0, 'root may write anywhere')
    mkdirSync(inRoot('closed'))
    chmodSync(inRoot('closed'), 0o500)
    await expect(clone(inRoot('closed', 'clone'))).rejects.toMatchObject({ code: 'PATH_INVALID' })
  })

  it('is taken with the links of its parent resolved', async () => {
    mkdirSync(inRoot('real'))
    symlinkSync(inRoot('real'), inRoot('link'))
    const { id } = await clone(inRoot('link', 'clone'))
    const job = await api.jobs.wait(id)
    expect(await api.repos.get(job.repo_id ?? 0)).toMatchObject({ path: inRoot('real', 'clone') })
  })
})

describe('the data directory', () => {
  it('is closed to remotes, registrations and clones, also where every path is trusted', async () => {
    const trusting = await another()
    const hosted = await trusting.repos.create({ name: 'hosted' })
    const user = await trusting.repos.register({ path: sandbox.clonePath })
    const link = inRoot('link to data')
    symlinkSync(join(hosted.path, '..'), link)
    const through = join(link, `${hosted.uuid}.git`)
    const outside = { code: 'PATH_OUTSIDE_ROOTS' }
    for (const path of [hosted.path, through]) {
      await expect(trusting.repos.register({ path })).rejects.toMatchObject(outside)
    }
    await expect(clone(join(hosted.path, '..', 'mine'), trusting)).rejects.toMatchObject(outside)
    await expect(clone(join(link, 'mine'), trusting)).rejects.toMatchObject(outside)
    const forbidden = { code: 'URL_FORBIDDEN' }
    for (const url of [hosted.path, `file://${encodeURI(hosted.path)}`]) {
      await expect(trusting.repos.clone({ url })).rejects.toMatchObject(forbidden)
      const added = trusting.repos.remotes.add(user.id, { name: 'sly', fetch_url: url })
      await expect(added).rejects.toMatchObject(forbidden)
    }
    const job = await trusting.repos.clone({ url: through, name: 'sly' })
    expect(await trusting.jobs.wait(job.id)).toMatchObject({
      status: 'failed',
      error_code: 'PATH_OUTSIDE_ROOTS',
    })
  })

  it('is closed to a repository whose .git file leads into it', async () => {
    const trusting = await another()
    const hosted = await trusting.repos.create({ name: 'hosted' })
    mkdirSync(inRoot('gitfile'))
    writeFileSync(inRoot('gitfile', '.git'), `gitdir: ${hosted.path}\n`)
    const registered = trusting.repos.register({ path: inRoot('gitfile') })
    await expect(registered).rejects.toMatchObject({ code: 'PATH_OUTSIDE_ROOTS' })
  })

  it('is open where a repository root lies in it, as the one of the server does', async () => {
    const repos = join(sandbox.dataDir, 'repos')
    mkdirSync(repos)
    await api.stop()
    api = await start([repos, sandbox.root])
    const { id } = await clone(join(repos, 'clone'))
    expect(await api.jobs.wait(id)).toMatchObject({ status: 'success' })
    expect(readdirSync(repos)).toEqual(['clone'])
    await expect(clone(join(sandbox.dataDir, 'stores', 'x'))).rejects.toMatchObject({
      code: 'PATH_OUTSIDE_ROOTS',
    })
  })
})
