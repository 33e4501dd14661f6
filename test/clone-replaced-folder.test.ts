import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, type Gitferry } from '@gitferry/core'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { wrapGit } from './wrapped-git.ts'

/** Fetches, says so, and ends when it may. */
const waits = '$GIT "$@" || exit; : > "$DIR/fetched"; while [ ! -e "$DIR/go" ]; do sleep 0.05; done'

let sandbox: ApiSandbox
let marks: string
let api: Gitferry
beforeEach(async () => {
  sandbox = createApiSandbox()
  marks = join(sandbox.root, '..', 'marks')
  mkdirSync(marks)
  const { dataDir, root } = sandbox
  const git = wrapGit(marks, 'fetch', waits)
  api = createGitferry({ storage: memoryStorage(), dataDir, git, repoRoots: [root], forkServer: false })
  await api.start()
})
afterEach(async () => {
  await api.stop({ timeoutMs: 0 })
  sandbox.remove()
})

describe('the folder that a worktree goes into', () => {
  it.each([
    ['a link', 'PATH_OUTSIDE_ROOTS', (moved: string, folder: string) => symlinkSync(moved, folder)],
    [
      'another one with the same in it',
      'PATH_INVALID',
      (moved: string, folder: string) => cpSync(moved, folder, { recursive: true }),
    ],
  ])('may not become %s while the clone fetches: nothing is checked out', async (_, code, replace) => {
    const folder = join(sandbox.root, 'folder')
    const moved = join(sandbox.root, 'moved')
    mkdirSync(folder)
    const { id } = await api.repos.clone({ url: sandbox.originPath, path: join(folder, 'clone') })
    await vi.waitUntil(() => existsSync(join(marks, 'fetched')), { timeout: 20_000 })
    renameSync(folder, moved)
    replace(moved, folder)
    writeFileSync(join(marks, 'go'), '')
    const job = await api.jobs.wait(id)
    expect(job).toMatchObject({ status: 'failed', error_code: code, repo_id: null })
    expect(readdirSync(folder)).toEqual([])
  })
})
