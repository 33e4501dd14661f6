import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { createGitferry, type Gitferry, type Job } from '@gitferry/core'
import type { StorageAdapter } from '@gitferry/core/ports'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { processesOf } from './faults/left-overs.ts'
import { testSecrets } from './test-secrets.ts'
import { wrapGit } from './wrapped-git.ts'

/** Fetching waits for ever, unless `go` is there; `fetching` says that it has begun. */
const stalls = 'if [ -e "$DIR/go" ]; then exec $GIT "$@"; fi; : > "$DIR/fetching"; sleep 600'

let sandbox: ApiSandbox
let marks: string
let git: string
let secrets: ReturnType<typeof testSecrets>
let api: Gitferry
beforeEach(async () => {
  sandbox = createApiSandbox()
  marks = join(sandbox.root, '..', 'marks')
  mkdirSync(marks)
  git = wrapGit(marks, 'fetch', stalls)
  secrets = testSecrets()
  api = await start()
})
afterEach(async () => {
  await api.stop({ timeoutMs: 0 })
  expect(processesOf(sandbox.dataDir)).toEqual([])
  sandbox.remove()
})

const database = () => sqliteStorage({ path: join(sandbox.dataDir, 'gitferry.db') })

async function start(): Promise<Gitferry> {
  const { dataDir, root } = sandbox
  const settings = { repoRoots: [root], allowOutgoing: ['127.0.0.1'], forkServer: false }
  const started = createGitferry({ storage: database(), dataDir, git, secrets, ...settings })
  await started.start()
  return started
}

/** Changes the records of a gitferry that has stopped. */
async function change(work: (storage: StorageAdapter) => Promise<unknown>): Promise<void> {
  const storage = database()
  await storage.open()
  await work(storage)
  await storage.close()
}

const go = () => writeFileSync(join(marks, 'go'), '')
const fetching = () => vi.waitUntil(() => existsSync(join(marks, 'fetching')), { timeout: 20_000 })
const storeNames = () => readdirSync(join(sandbox.dataDir, 'stores'))
const drafts = () => [
  ...storeNames().filter((name) => name.startsWith('.new-')),
  ...readdirSync(sandbox.root).filter((name) => name.startsWith('.gitferry-clone-')),
]
const worktree = () => join(sandbox.root, 'work')

async function stalledClone(path: string | null): Promise<Job> {
  const job = await api.repos.clone({ url: sandbox.originPath, path })
  await fetching()
  expect(drafts()).toHaveLength(1)
  expect(processesOf(sandbox.dataDir).length).toBeGreaterThan(0)
  return job
}

describe.each([
  ['hosted', () => null],
  ['with a worktree', worktree],
])('a clone under way, %s', (_, pathOf) => {
  it('is gone without a trace once its cancel is answered', async () => {
    const { id } = await stalledClone(pathOf())
    const canceled = await api.jobs.cancel(id)
    expect(canceled).toMatchObject({ id, status: 'canceled', repo_id: null })
    expect(drafts()).toEqual([])
    expect(storeNames()).toEqual([])
    expect(existsSync(worktree())).toBe(false)
    expect(processesOf(sandbox.dataDir)).toEqual([])
    expect((await api.repos.list()).total).toBe(0)
    expect(await api.jobs.cancel(id)).toEqual(canceled)
    const entries = (await api.audit.list({ object_type: 'job' })).items
    expect(entries.map(({ type, result }) => `${type} ${result}`)).toEqual([
      'cancel success',
      'cancel success',
      'create success',
    ])
  })

  it('runs again, with one attempt more, after a shutdown that left nothing of it', async () => {
    const { id } = await stalledClone(pathOf())
    await api.stop({ timeoutMs: 0 })
    expect(drafts()).toEqual([])
    expect(processesOf(sandbox.dataDir)).toEqual([])
    go()
    api = await start()
    expect(await api.jobs.wait(id)).toMatchObject({ status: 'success', attempt: 2 })
    expect((await api.repos.list()).items).toMatchObject([{ name: 'origin' }])
  })

  it('is taken over as it stands when a crash came between its place and its record', async () => {
    go()
    const { id } = await api.repos.clone({ url: sandbox.originPath, path: pathOf() })
    const before = await api.repos.get((await api.jobs.wait(id)).repo_id ?? 0)
    await api.stop()
    await change(async (storage) => {
      const row = await storage.collection('jobs').get(id)
      await storage.collection('repos').delete(before.id)
      await storage.collection('remotes').deleteWhere({})
      await storage.collection('jobs').update(id, { status: 'running', repo_id: null, finished_at: null })
      const mark = join(before.path, '.git', 'gitferry-clone')
      if (!before.is_hosted) writeFileSync(mark, `${row?.input.uuid}\n`)
    })
    // another fetch would wait for ever
    rmSync(join(marks, 'go'))
    api = await start()
    const job = await api.jobs.wait(id)
    expect(job).toMatchObject({ status: 'success', attempt: 2 })
    const repo = await api.repos.get(job.repo_id ?? 0)
    expect(repo).toMatchObject({ uuid: before.uuid, path: before.path, is_hosted: before.is_hosted })
    expect(repo.remotes).toHaveLength(1)
    expect(existsSync(join(before.path, '.git', 'gitferry-clone'))).toBe(false)
  })

  it('fails when it takes longer than it may, and leaves nothing', async () => {
    const path = pathOf()
    const { id } = await api.repos.clone({ url: sandbox.originPath, path, timeout_ms: 1_000 })
    expect(await api.jobs.wait(id)).toMatchObject({ status: 'failed', error_code: 'GIT_TIMEOUT' })
    expect(drafts()).toEqual([])
    expect(processesOf(sandbox.dataDir)).toEqual([])
  })
})

describe('a clone that waits for its turn', () => {
  async function threeClones(): Promise<Job[]> {
    const jobs: Job[] = []
    for (const name of ['a', 'b', 'c']) {
      jobs.push(await api.repos.clone({ url: sandbox.originPath, name, path: join(sandbox.root, name) }))
    }
    await vi.waitUntil(() => drafts().length === 2, { timeout: 20_000 })
    return jobs
  }

  it('is one beyond the two that are under way, and is canceled without having begun', async () => {
    const [, , third] = await threeClones()
    expect(third?.status).toBe('pending')
    expect(await api.jobs.cancel(third?.id ?? 0)).toMatchObject({ status: 'canceled', started_at: null })
    go()
    expect((await api.jobs.list({ status: 'running' })).total).toBe(2)
  })

  it('has what a crash left of it removed at the next start, not only when its turn comes', async () => {
    const [, , third] = await threeClones()
    await api.stop({ timeoutMs: 0 })
    let draft = ''
    await change(async (storage) => {
      const row = await storage.collection('jobs').update(third?.id ?? 0, { status: 'running' })
      draft = join(sandbox.root, `.gitferry-clone-${row?.input.uuid}`)
    })
    mkdirSync(join(draft, '.git'), { recursive: true })
    api = await start()
    expect(existsSync(draft)).toBe(false)
    expect(await api.jobs.get(third?.id ?? 0)).toMatchObject({ status: 'pending', attempt: 2 })
  })

  it('holds its name and its place against another clone', async () => {
    const [first] = await threeClones()
    const again = api.repos.clone({ url: sandbox.originPath, name: 'a' })
    await expect(again).rejects.toMatchObject({ code: 'REPO_EXISTS', details: { job_id: first?.id } })
    const path = join(sandbox.root, 'a')
    const there = api.repos.clone({ url: sandbox.originPath, name: 'd', path })
    await expect(there).rejects.toMatchObject({ code: 'PATH_EXISTS', details: { job_id: first?.id } })
  })

  it('holds them against a repository that is registered, created or renamed, too', async () => {
    const [first] = await threeClones()
    const underWay = { details: { job_id: first?.id } }
    const path = join(sandbox.root, 'a')
    sandbox.git(sandbox.root, 'init', '-q', path)
    const registered = api.repos.register({ path, name: 'free' })
    const named = { code: 'REPO_EXISTS', ...underWay }
    await expect(registered).rejects.toMatchObject(named)
    await expect(api.repos.create({ name: 'a' })).rejects.toMatchObject(named)
    const { id } = await api.repos.register({ path: sandbox.clonePath, name: 'free' })
    await expect(api.repos.update(id, { name: 'a' })).rejects.toMatchObject(named)
  })
})

describe('a worktree that stands in its place while its job has not ended', () => {
  /** As a crash leaves it: whole, marked, its job to be taken up again; meanwhile somebody registered it. */
  async function registeredMeanwhile(): Promise<number> {
    go()
    const { id } = await api.repos.clone({ url: sandbox.originPath, path: worktree() })
    const { repo_id } = await api.jobs.wait(id)
    await api.stop()
    rmSync(join(marks, 'go'))
    await change(async (storage) => {
      const uuid = '6f2b2a8e-0c0a-4d0f-9a55-0123456789ab'
      await storage.collection('repos').update(repo_id ?? 0, { uuid })
      const ended = { status: 'running', repo_id: null, finished_at: null } as const
      const row = await storage.collection('jobs').update(id, ended)
      writeFileSync(mark(), `${row?.input.uuid}\n`)
    })
    return id
  }
  const mark = () => join(worktree(), '.git', 'gitferry-clone')

  it('is not removed when its path was registered since: the clone ends, the repository stays', async () => {
    const id = await registeredMeanwhile()
    api = await start()
    expect(await api.jobs.wait(id)).toMatchObject({ status: 'failed', error_code: 'REPO_EXISTS' })
    expect(existsSync(join(worktree(), '.git', 'HEAD'))).toBe(true)
    expect(existsSync(mark())).toBe(false)
    expect((await api.repos.list()).items).toMatchObject([{ path: worktree(), current_branch: 'main' }])
  })
})

describe('at the start', () => {
  it('a job that cannot be read fails, and holds up neither the start nor other jobs', async () => {
    const { id } = await stalledClone(null)
    await api.stop({ timeoutMs: 0 })
    let bad = 0
    await change(async (storage) => {
      const { id: _, version: __, ...row } = (await storage.collection('jobs').get(id))!
      const input = { uuid: '../..', path: 7 }
      bad = (await storage.collection('jobs').insert({ ...row, name: 'bad', input })).id
    })
    go()
    api = await start()
    expect(await api.jobs.wait(bad)).toMatchObject({ status: 'failed', error_code: 'INTERNAL' })
    expect(await api.jobs.wait(id)).toMatchObject({ status: 'success' })
    const [entry] = (await api.audit.list({ object_type: 'repo' })).items.filter(
      ({ result }) => result === 'failure',
    )
    expect(entry).toMatchObject({ type: 'create', error_code: 'INTERNAL', details: { job_id: bad } })
  })

  it('what could not be removed of a clone that came to nothing goes', async () => {
    const { id } = await stalledClone(worktree())
    await api.jobs.cancel(id)
    await api.stop()
    let draft = ''
    await change(async (storage) => {
      const row = await storage.collection('jobs').get(id)
      draft = join(sandbox.root, `.gitferry-clone-${row?.input.uuid}`)
    })
    mkdirSync(join(draft, '.git'), { recursive: true })
    api = await start()
    expect(existsSync(draft)).toBe(false)
  })
})

describe('a clone that has ended', () => {
  it('cannot be canceled', async () => {
    go()
    const { id } = await api.repos.clone({ url: sandbox.originPath })
    const progress: string[] = []
    api.on('job.progress', ({ stage }) => progress.push(stage))
    expect(await api.jobs.wait(id)).toMatchObject({ status: 'success' })
    await expect(api.jobs.cancel(id)).rejects.toMatchObject({ code: 'JOB_FINISHED' })
    expect(progress).toContain('Receiving objects')
    await expect(api.jobs.wait(id + 1)).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' })
  })

  it('writes nothing through a link that took the place of the folder above it', async () => {
    const folder = join(sandbox.root, 'folder')
    const elsewhere = join(sandbox.root, '..', 'elsewhere')
    mkdirSync(folder)
    mkdirSync(elsewhere)
    const { id } = await api.repos.clone({ url: sandbox.originPath, path: join(folder, 'clone') })
    await fetching()
    await api.stop({ timeoutMs: 0 })
    rmSync(folder, { recursive: true })
    symlinkSync(elsewhere, folder)
    go()
    api = await start()
    expect(await api.jobs.wait(id)).toMatchObject({ status: 'failed', error_code: 'PATH_OUTSIDE_ROOTS' })
    expect(readdirSync(elsewhere)).toEqual([])
  })

  it('leaves what somebody put in its place meanwhile as it is', async () => {
    const { id } = await stalledClone(worktree())
    mkdirSync(worktree())
    writeFileSync(join(worktree(), 'mine'), 'mine')
    await api.stop({ timeoutMs: 0 })
    go()
    api = await start()
    expect(await api.jobs.wait(id)).toMatchObject({ status: 'failed', error_code: 'PATH_EXISTS' })
    expect(readFileSync(join(worktree(), 'mine'), 'utf8')).toBe('mine')
    expect(drafts()).toEqual([])
  })
})
