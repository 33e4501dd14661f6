import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { CreateSyncTask, Repo } from '@gitferry/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inProcess } from './in-process.ts'

let subject: Awaited<ReturnType<typeof inProcess>>
let repo: Repo
/** What is outside of the roots: its refs, as plain git sees them. */
let before: string
beforeEach(async () => {
  subject = await inProcess()
  const { api, sandbox } = subject
  sandbox.git(sandbox.outsidePath, 'update-ref', 'refs/heads/secret', 'refs/heads/main')
  before = refsOutside()
  mkdirSync(join(sandbox.root, 'gf'))
  writeFileSync(join(sandbox.root, 'gf/.git'), `gitdir: ${sandbox.outsidePath}\n`)
  sandbox.git(sandbox.clonePath, 'remote', 'add', 'gf', join(sandbox.root, 'gf'))
  repo = await api.repos.register({ path: sandbox.clonePath })
})
afterEach(() => subject.dispose())

const refsOutside = (): string => subject.sandbox.git(subject.sandbox.outsidePath, 'for-each-ref')
const gitDir = (): string => join(subject.sandbox.clonePath, '.git')

async function carry(task: Omit<CreateSyncTask, 'repo_id'>) {
  const { id } = await subject.api.sync.tasks.create({ repo_id: repo.id, ...task })
  return subject.api.sync.tasks.run(id, { wait: true })
}

/** The three ways in which a sync uses a place. */
const uses: Record<string, (remote: string) => Omit<CreateSyncTask, 'repo_id'>> = {
  read: (remote) => ({ source_remote: remote, source_branch: 'main', target_remote: 'backup' }),
  write: (remote) => ({ source_branch: 'develop', target_remote: remote, target_branch: 'main' }),
  'make a branch in': (remote) => ({ source_branch: 'main', target_remote: remote, target_branch: 'new' }),
}

describe.each(Object.entries(uses))('a sync does not %s', (_, through) => {
  it('a repository outside of the roots that a remote inside names by its .git file', async () => {
    expect(await carry(through('gf'))).toMatchObject({ status: 'failed', error_code: 'PATH_OUTSIDE_ROOTS' })
    expect(refsOutside()).toBe(before)
    expect(subject.sandbox.oidOf(subject.sandbox.bareBackupPath, 'main')).toBe('')
  })

  const replaced: Record<string, () => void> = {
    'whose .git became a file': () => {
      rmSync(gitDir(), { recursive: true })
      writeFileSync(gitDir(), `gitdir: ${subject.sandbox.outsidePath}\n`)
    },
    'whose .git became a link': () => {
      rmSync(gitDir(), { recursive: true })
      symlinkSync(subject.sandbox.outsidePath, gitDir())
    },
    'that got a commondir': () => {
      writeFileSync(join(gitDir(), 'commondir'), `${subject.sandbox.outsidePath}\n`)
    },
    'whose refs became a link': () => {
      rmSync(join(gitDir(), 'refs'), { recursive: true })
      symlinkSync(join(subject.sandbox.outsidePath, 'refs'), join(gitDir(), 'refs'))
    },
    'whose objects became a link': () => {
      rmSync(join(gitDir(), 'objects'), { recursive: true })
      symlinkSync(join(subject.sandbox.outsidePath, 'objects'), join(gitDir(), 'objects'))
    },
  }
  it.each(Object.entries(replaced))('a registered repository %s since', async (__, replace) => {
    replace()
    const run = await carry(through('local'))
    expect(run).toMatchObject({ status: 'failed', error_code: 'NOT_A_REPOSITORY' })
    expect(refsOutside()).toBe(before)
    expect(subject.sandbox.oidOf(subject.sandbox.bareBackupPath, 'main')).toBe('')
  })
})

it('a sync does not write a branch through a link in the target', async () => {
  const { sandbox } = subject
  const heads = join(sandbox.bareBackupPath, 'refs/heads')
  mkdirSync(heads, { recursive: true })
  symlinkSync(join(sandbox.outsidePath, 'refs/heads'), join(heads, 'team'))
  const run = await carry({ source_branch: 'main', target_remote: 'backup', target_branch: 'team/new' })
  expect(run).toMatchObject({ status: 'failed', error_code: 'NOT_A_REPOSITORY' })
  expect(refsOutside()).toBe(before)
})

it('a store is not seeded from outside', async () => {
  const { sandbox } = subject
  // objects and all: what was registered is another repository now, by way of its links
  for (const name of ['objects', 'refs', 'packed-refs']) {
    rmSync(join(gitDir(), name), { recursive: true, force: true })
    symlinkSync(join(sandbox.outsidePath, name), join(gitDir(), name))
  }
  const run = await carry({ source_branch: 'main', target_remote: 'backup' })
  expect(run).toMatchObject({ status: 'success' })
  const [store = ''] = readdirSync(join(sandbox.dataDir, 'stores'))
  const refs = sandbox.git(join(sandbox.dataDir, 'stores', store), 'for-each-ref', '--format=%(refname)')
  expect(refs).toBe('refs/remotes/origin/heads/main')
})

it('the same repository moved within the roots is synced as before', async () => {
  const { sandbox } = subject
  const moved = join(sandbox.root, 'moved.git')
  renameSync(sandbox.bareBackupPath, moved)
  mkdirSync(sandbox.bareBackupPath)
  writeFileSync(join(sandbox.bareBackupPath, '.git'), 'gitdir: ../moved.git\n')
  expect(await carry({ source_branch: 'main', target_remote: 'backup' })).toMatchObject({ status: 'success' })
  expect(sandbox.oidOf(moved, 'main')).toBe(sandbox.oidOf(sandbox.originPath, 'main'))
})

describe('a path', () => {
  const refused = { code: 'PATH_OUTSIDE_ROOTS' }

  it('with ".." in it is taken for where it leads', async () => {
    const { api, sandbox } = subject
    const { root, outsidePath, plainFolderPath, secondBarePath } = sandbox
    const outside = `${root}/${relative(root, outsidePath)}`
    expect(outside).toContain('/../')
    for (const path of [outside, `${plainFolderPath}/../${relative(root, outsidePath)}`, `${root}/..`]) {
      await expect(api.repos.register({ path })).rejects.toMatchObject(refused)
    }
    // a link goes first: what is above it is above where it leads
    const throughLink = `${sandbox.linkToOutsidePath}/../repo.git`
    await expect(api.repos.register({ path: throughLink })).rejects.toMatchObject(refused)
    const second = await api.repos.register({ path: `${plainFolderPath}/../second.git` })
    expect(second.path).toBe(secondBarePath)
  })

  it('that was inside and is a link to outside since is refused to every use of it', async () => {
    const { api, sandbox } = subject
    const { clonePath, outsidePath } = sandbox
    renameSync(clonePath, `${clonePath}-before`)
    mkdirSync(clonePath)
    symlinkSync(outsidePath, join(clonePath, '.git'))
    const uses = [
      () => api.branches.list(repo.id),
      () => api.branches.create(repo.id, { name: 'new' }),
      () => api.branches.delete(repo.id, 'secret', { force: true }),
      () => api.branches.checkout(repo.id, { branch: 'secret' }),
      () => api.tags.list(repo.id),
      () => api.tags.create(repo.id, { name: 'new' }),
    ]
    for (const use of uses) await expect(use()).rejects.toMatchObject({ code: 'NOT_A_REPOSITORY' })
    await expect(api.repos.register({ path: clonePath, name: 'again' })).rejects.toMatchObject(refused)
    expect(refsOutside()).toBe(before)
  })

  it('of a remote that was inside and is a link to outside since is refused at the next use', async () => {
    const { api, sandbox } = subject
    const { bareBackupPath, outsidePath } = sandbox
    const task = { repo_id: repo.id, source_branch: 'main', target_remote: 'backup' }
    const { id } = await api.sync.tasks.create(task)
    expect(await api.sync.tasks.run(id, { wait: true })).toMatchObject({ status: 'success' })
    renameSync(bareBackupPath, `${bareBackupPath}-before`)
    symlinkSync(outsidePath, bareBackupPath)
    expect(await api.sync.tasks.run(id, { wait: true })).toMatchObject({
      status: 'failed',
      error_code: 'PATH_OUTSIDE_ROOTS',
    })
    expect(await api.repos.remotes.test(repo.id, 'backup').catch((error) => error)).toMatchObject(refused)
    expect(refsOutside()).toBe(before)
  })
})
