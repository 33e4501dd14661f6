import { existsSync, lstatSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Job, Repo } from '@gitferry/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type GitHttpServer, serveGit } from './git-http-server.ts'
import { type RemoteWorld, remoteWorld } from './remote-world.ts'
import { makeKey, type SshGitServer, serveGitOverSsh } from './ssh-git-server.ts'

let world: RemoteWorld
let closing: (() => Promise<void>)[]
beforeEach(async () => {
  world = await remoteWorld()
  closing = []
})
afterEach(async () => {
  await world[Symbol.asyncDispose]()
  for (const close of closing) await close()
})

async function http(login?: string): Promise<GitHttpServer> {
  const server = await serveGit(world.sandbox.root, login === undefined ? {} : { login })
  closing.push(() => server.close())
  return server
}

const key = makeKey()
const hostKey = makeKey()

async function ssh(): Promise<SshGitServer> {
  const server = await serveGitOverSsh({ hostKey, authorized: [key] })
  closing.push(() => server.close())
  return server
}

async function clone(input: Parameters<typeof world.api.repos.clone>[0]): Promise<Job> {
  const { id } = await world.api.repos.clone(input)
  return world.api.jobs.wait(id)
}

async function cloned(input: Parameters<typeof world.api.repos.clone>[0]): Promise<Repo> {
  const job = await clone(input)
  expect(job).toMatchObject({ status: 'success', error_message: null })
  return world.api.repos.get(job.repo_id ?? 0)
}

const git = (cwd: string, ...args: string[]) => world.sandbox.git(cwd, ...args)
const storesDir = () => join(world.sandbox.dataDir, 'stores')

describe('a clone without a path', () => {
  it('is a bare copy that gitferry hosts, with the branches and tags of the remote', async () => {
    const { originPath } = world.sandbox
    const repo = await cloned({ url: originPath })
    expect(repo).toMatchObject({
      name: 'origin',
      is_bare: true,
      is_hosted: true,
      current_branch: 'main',
      default_branch: 'main',
      path: join(storesDir(), `${repo.uuid}.git`),
    })
    expect(repo.remotes).toMatchObject([{ name: 'origin', fetch_url: originPath, source: 'api' }])
    const ours = git(originPath, 'for-each-ref', '--format=%(objectname) %(refname)')
    const heads = git(
      repo.path,
      'for-each-ref',
      '--format=%(objectname) %(refname)',
      'refs/heads',
      'refs/tags',
    )
    expect(heads).toBe(ours)
    const tracked = git(repo.path, 'for-each-ref', '--format=%(objectname) %(refname)', 'refs/remotes')
    expect(tracked).toBe(ours.replaceAll(' refs/', ' refs/remotes/origin/'))
    expect(statSync(repo.path).mode & 0o777).toBe(0o700)
    expect(git(repo.path, 'config', 'gitferry.hosted')).toBe('true')
    expect(git(repo.path, 'fsck', '--strict')).toBe('')
    expect(readdirSync(storesDir())).toEqual([`${repo.uuid}.git`])
  })

  it('counts its bytes once', async () => {
    const repo = await cloned({ url: world.sandbox.originPath })
    const files = readdirSync(repo.path, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )
    const bytes = files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0)
    expect(repo.size_bytes).toBe(bytes)
  })

  it('has the branch for its HEAD that was asked for', async () => {
    const repo = await cloned({ url: world.sandbox.originPath, branch: 'feature/login' })
    expect(repo).toMatchObject({ current_branch: 'feature/login', default_branch: 'feature/login' })
  })

  it('fails for a branch that the remote does not have, and leaves nothing', async () => {
    const job = await clone({ url: world.sandbox.originPath, branch: 'nowhere' })
    expect(job).toMatchObject({ status: 'failed', error_code: 'BRANCH_NOT_FOUND', repo_id: null })
    expect(readdirSync(storesDir())).toEqual([])
    expect((await world.api.repos.list()).total).toBe(0)
  })

  it.each(['sha1', 'sha256'])('of an empty remote is an empty repository: %s', async (format) => {
    const empty = join(world.sandbox.root, 'empty.git')
    git(world.sandbox.root, 'init', '-q', '--bare', `--object-format=${format}`, empty)
    const repo = await cloned({ url: empty })
    expect(repo).toMatchObject({ is_hosted: true, current_branch: 'main' })
    expect(git(repo.path, 'rev-parse', '--show-object-format')).toBe(format)
    expect(git(repo.path, 'for-each-ref')).toBe('')
  })

  it('takes over ssh and http what it takes of a path, each with what opens it', async () => {
    const { originPath } = world.sandbox
    const { port } = await ssh()
    const ssh_key_id = await world.addKey(key)
    const overSsh = await cloned({ url: `ssh://git@127.0.0.1:${port}${originPath}`, name: 'ssh', ssh_key_id })
    expect(overSsh.remotes).toMatchObject([{ name: 'origin', ssh_key_id, credential_id: null }])
    const web = await http('me:secret-word')
    const origin = `http://127.0.0.1:${web.port}`
    const credential_id = await world.addCredential({ origin, username: 'me', secret: 'secret-word' })
    const overHttp = await cloned({ url: `${origin}/origin.git`, name: 'http', credential_id })
    expect(overHttp.remotes).toMatchObject([{ name: 'origin', ssh_key_id: null, credential_id }])
    for (const { path } of [overSsh, overHttp]) {
      expect(git(path, 'rev-parse', 'main')).toBe(world.sandbox.oidOf(originPath, 'main'))
    }
    expect(overSsh.ssh_key_id).toBeNull()
  })

  it('has whoever asked for it as its admin, in no project too, and a worktree has not', async () => {
    const mia = await world.api.users.create({ name: 'mia' })
    const asMia = world.api.as({ user: 'mia', scope: 'write' })
    const path = join(world.sandbox.root, 'worktree')
    for (const [place, admins] of [
      [{}, [{ user_id: mia.id, role: 40 }]],
      [{ path, name: 'worktree' }, []],
    ] as const) {
      const { id } = await asMia.repos.clone({ url: world.sandbox.originPath, ...place })
      const { repo_id } = await asMia.jobs.wait(id)
      const repo = await world.api.repos.get(repo_id ?? 0)
      expect(repo).toMatchObject({ creator_id: mia.id, project_id: null })
      expect((await world.api.members.list(repo.id)).items).toMatchObject(admins)
    }
  })

  it('keeps a login of its URL as a sealed credential, and nowhere else', async () => {
    const web = await http('me:secret-word')
    const { id } = await world.api.repos.clone({
      url: `http://me:secret-word@127.0.0.1:${web.port}/origin.git`,
    })
    const job = await world.api.jobs.wait(id)
    expect(job).toMatchObject({ status: 'success', url: `http://127.0.0.1:${web.port}/origin.git` })
    const [credential] = (await world.api.credentials.list()).items
    expect(credential).toMatchObject({ name: 'origin/origin', username: 'me' })
    const { remotes, path } = await world.api.repos.get(job.repo_id ?? 0)
    expect(remotes).toMatchObject([{ credential_id: credential?.id }])
    expect(JSON.stringify(await world.storage.collection('jobs').find())).not.toContain('secret-word')
    expect(readFileSync(join(path, 'config'), 'utf8')).not.toContain('secret-word')
    expect(JSON.stringify((await world.api.audit.list()).items)).not.toContain('secret-word')
  })

  it('forgets the login of its URL when it fails', async () => {
    const web = await http('me:secret-word')
    const job = await clone({ url: `http://me:wrong-word@127.0.0.1:${web.port}/origin.git` })
    expect(job).toMatchObject({ status: 'failed', error_code: 'GIT_AUTH_FAILED' })
    expect((await world.api.credentials.list()).total).toBe(0)
    expect(readdirSync(storesDir())).toEqual([])
  })

  it('fails with a key that the server does not know, and leaves nothing', async () => {
    const { port } = await ssh()
    const ssh_key_id = await world.addKey(makeKey())
    const job = await clone({ url: `ssh://git@127.0.0.1:${port}${world.sandbox.originPath}`, ssh_key_id })
    expect(job).toMatchObject({ status: 'failed', error_code: 'GIT_AUTH_FAILED', repo_id: null, stage: null })
    expect(readdirSync(storesDir())).toEqual([])
    expect((await world.api.repos.list()).total).toBe(0)
    const [entry] = (await world.api.audit.list({ object_type: 'repo' })).items
    expect(entry).toMatchObject({ type: 'create', result: 'failure', error_code: 'GIT_AUTH_FAILED' })
  })

  it('can be synced from and into, and looked at, although it lies in the data directory', async () => {
    const { bareBackupPath, originPath } = world.sandbox
    const repo = await cloned({ url: originPath })
    await world.api.repos.remotes.add(repo.id, { name: 'backup', fetch_url: bareBackupPath })
    const out = await world.api.sync.tasks.create({
      repo_id: repo.id,
      source_branch: 'develop',
      target_remote: 'backup',
    })
    expect(await world.run(out.id)).toMatchObject({ status: 'success' })
    const develop = world.sandbox.oidOf(originPath, 'develop')
    expect(world.sandbox.oidOf(bareBackupPath, 'develop')).toBe(develop)

    const moved = world.sandbox.commit(originPath, 'main', 'moved on\n')
    const into = await world.api.sync.tasks.create({
      repo_id: repo.id,
      source_branch: 'main',
      target_remote: 'local',
    })
    expect(await world.run(into.id)).toMatchObject({ status: 'success', refs_changed: 1 })
    expect(world.sandbox.oidOf(repo.path, 'main')).toBe(moved)

    const fromLocal = await world.api.sync.tasks.create({
      repo_id: repo.id,
      source_remote: 'local',
      source_branch: 'main',
      target_remote: 'backup',
    })
    expect(await world.run(fromLocal.id)).toMatchObject({ status: 'success' })
    expect(world.sandbox.oidOf(bareBackupPath, 'main')).toBe(moved)
    const { items } = await world.api.branches.list(repo.id)
    expect(items.map(({ name }) => name)).toEqual(['develop', 'feature/login', 'main'])
    const remote = await world.api.branches.list(repo.id, { type: 'remote' })
    const ofOrigin = remote.items.map(({ name }) => name).filter((name) => name.startsWith('origin/'))
    expect(ofOrigin).toEqual(['origin/develop', 'origin/feature/login', 'origin/main'])
    expect((await world.api.tags.list(repo.id)).total).toBe(1)
    expect(await world.api.repos.remotes.test(repo.id, 'origin')).toMatchObject({ success: true })
    await world.api.branches.create(repo.id, { name: 'own', base_branch: 'main' })
    expect(readdirSync(storesDir())).toEqual([`${repo.uuid}.git`])
  })

  it('loses its record when it is deleted, and its folder is moved to retired/', async () => {
    const repo = await cloned({ url: world.sandbox.originPath })
    await world.api.repos.delete(repo.id)
    expect(readdirSync(storesDir())).toEqual([])
    const retired = join(world.sandbox.dataDir, 'retired', `${repo.uuid}.git`)
    expect(git(retired, 'rev-parse', 'main')).toBe(world.sandbox.oidOf(world.sandbox.originPath, 'main'))
  })

  it('is moved to retired/ and not removed at a start that knows nothing of it', async () => {
    const repo = await cloned({ url: world.sandbox.originPath })
    await world.api.stop()
    await world.startAgain()
    expect(readdirSync(storesDir())).toEqual([])
    expect(readdirSync(join(world.sandbox.dataDir, 'retired'))).toEqual([`${repo.uuid}.git`])
  })
})

describe('a clone with a path', () => {
  const place = () => join(world.sandbox.root, 'new clone')

  it('is what git clone would make: a worktree with its branch checked out and tracked', async () => {
    const { originPath } = world.sandbox
    const repo = await cloned({ url: originPath, path: place(), branch: 'develop', name: 'mine' })
    expect(repo).toMatchObject({
      name: 'mine',
      path: place(),
      is_bare: false,
      is_hosted: false,
      current_branch: 'develop',
      default_branch: 'main',
    })
    expect(repo.remotes).toMatchObject([{ name: 'origin', fetch_url: originPath }])
    expect(git(place(), 'status', '--porcelain=v1', '--branch')).toBe('## develop...origin/develop')
    const refs = git(place(), 'for-each-ref', '--format=%(objectname) %(refname)')
    const byGit = join(world.sandbox.root, 'by git')
    git(world.sandbox.root, 'clone', '-q', '--branch', 'develop', originPath, byGit)
    expect(refs).toBe(git(byGit, 'for-each-ref', '--format=%(objectname) %(refname)'))
    const config = (path: string) =>
      git(path, 'config', '--file', join(path, '.git/config'), '--list').split('\n').sort()
    expect(config(place())).toEqual(config(byGit))
    expect(readFileSync(join(place(), 'readme'), 'utf8')).toBe('of develop\n')
    expect(existsSync(join(place(), '.git/gitferry-clone'))).toBe(false)
    expect(readdirSync(world.sandbox.root).filter((name) => name.startsWith('.gitferry'))).toEqual([])
    expect(lstatSync(place()).mode & 0o777).toBe(lstatSync(byGit).mode & 0o777)
  })

  it('has the key of the clone for its remote, and can be synced', async () => {
    const { bareBackupPath, originPath } = world.sandbox
    const { port } = await ssh()
    const ssh_key_id = await world.addKey(key)
    const url = `ssh://git@127.0.0.1:${port}${originPath}`
    const repo = await cloned({ url, path: place(), ssh_key_id })
    expect(repo.remotes).toMatchObject([{ name: 'origin', ssh_key_id, fetch_url: url }])
    await world.api.repos.remotes.add(repo.id, { name: 'backup', fetch_url: bareBackupPath })
    const task = await world.api.sync.tasks.create({
      repo_id: repo.id,
      source_branch: 'main',
      target_remote: 'backup',
    })
    expect(await world.run(task.id)).toMatchObject({ status: 'success' })
  })

  it('has no login in its configuration, and the credential for its remote', async () => {
    const web = await http('me:secret-word')
    const repo = await cloned({
      url: `http://me:secret-word@127.0.0.1:${web.port}/origin.git`,
      path: place(),
    })
    expect(readFileSync(join(place(), '.git/config'), 'utf8')).toContain(
      `"http://127.0.0.1:${web.port}/origin.git"`,
    )
    expect(readFileSync(join(place(), '.git/config'), 'utf8')).not.toContain('secret-word')
    expect(repo.remotes[0]?.credential_id).toBeTypeOf('number')
    expect(await world.api.repos.remotes.test(repo.id, 'origin')).toMatchObject({ success: true })
  })

  it('of an empty remote stands on an unborn branch', async () => {
    const repo = await cloned({ url: world.sandbox.bareBackupPath, path: place() })
    expect(repo.current_branch).toBe('main')
    expect(git(place(), 'status', '--porcelain=v1', '--branch')).toContain('No commits yet on main')
  })

  it('is refused where a filter would have to run, and nothing is left', async () => {
    const { originPath, root } = world.sandbox
    const work = join(root, 'work')
    git(root, 'clone', '-q', originPath, work)
    git(work, 'checkout', '-q', '-b', 'large')
    git(work, 'config', 'user.name', 'x')
    git(work, 'config', 'user.email', 'x@example.com')
    git(work, 'update-index', '--add', '--cacheinfo', `100644,${attributes(work)},.gitattributes`)
    git(work, 'commit', '-q', '-m', 'attributes')
    git(work, 'push', '-q', 'origin', 'large')
    const job = await clone({ url: originPath, path: place(), branch: 'large' })
    expect(job).toMatchObject({ status: 'failed', error_code: 'CHECKOUT_REFUSED' })
    expect(job.error_message).toContain('lfs')
    expect(readdirSync(root).filter((name) => name.includes('new clone') || name.startsWith('.'))).toEqual([])
    expect(await clone({ url: originPath, branch: 'large', name: 'bare' })).toMatchObject({
      status: 'success',
    })
  })
})

/** The blob of a `.gitattributes` that sends every file through LFS. */
function attributes(work: string): string {
  const path = join(work, '.git', 'attributes')
  writeFileSync(path, '* filter=lfs\n')
  return git(work, 'hash-object', '-w', '--no-filters', path)
}
