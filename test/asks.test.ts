/** What docs/asks.md promises and no other test shows. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { type CreateSyncTask, createGitferry, type Gitferry, type RunWithRefs } from '@gitferry/core'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'

let sandbox: ApiSandbox
let gitferry: Gitferry
let verbsPath: string

beforeEach(async () => {
  sandbox = createApiSandbox()
  verbsPath = join(sandbox.dataDir, 'verbs')
  gitferry = createGitferry({
    storage: memoryStorage(),
    dataDir: sandbox.dataDir,
    repoRoots: [sandbox.root],
    git: listeningGit(),
  })
  await gitferry.start()
})

afterEach(async () => {
  await gitferry.stop()
  sandbox.remove()
})

/** The real git, which writes down when it is asked to list, fetch or push. */
function listeningGit(): string {
  const path = join(sandbox.dataDir, 'listening-git')
  const note = `case "$word" in ls-remote|fetch|push) echo "$word" >>'${verbsPath}';; esac`
  writeFileSync(path, `#!/bin/sh\nfor word in "$@"; do ${note}; done\nexec git "$@"\n`, { mode: 0o755 })
  return path
}

const refsOf = (path: string) => sandbox.git(path, 'for-each-ref', '--format=%(refname) %(objectname)')

async function makeTask(fields: Partial<CreateSyncTask>): Promise<number> {
  const [known] = (await gitferry.repos.list()).items
  const repo = known ?? (await gitferry.repos.register({ path: sandbox.clonePath }))
  const { id } = await gitferry.sync.tasks.create({ repo_id: repo.id, target_remote: 'backup', ...fields })
  return id
}

async function run(id: number): Promise<RunWithRefs> {
  return gitferry.sync.runs.wait((await gitferry.sync.tasks.run(id)).id)
}

it('refs that are neither branch nor tag are neither carried nor pruned', async () => {
  const { bareBackupPath, dataDir, originPath } = sandbox
  const oid = sandbox.oidOf(originPath, 'develop')
  const pulled = sandbox.commit(originPath, 'of-a-pull-request', 'not merged\n')
  sandbox.git(originPath, 'update-ref', 'refs/pull/1/head', pulled)
  sandbox.git(originPath, 'branch', '-D', 'of-a-pull-request')
  const id = await makeTask({ mode: 'mirror', prune: true })
  await run(id)
  sandbox.git(bareBackupPath, 'update-ref', 'refs/changes/1', oid)
  sandbox.commit(originPath, 'main', 'later\n')
  expect(await run(id)).toMatchObject({ status: 'success', refs_changed: 1 })
  const source = refsOf(originPath).split('\n')
  const carried = source.filter((line) => !line.startsWith('refs/pull/'))
  expect(carried).toHaveLength(source.length - 1)
  expect(refsOf(bareBackupPath).split('\n').sort()).toEqual([...carried, `refs/changes/1 ${oid}`].sort())
  const { uuid } = (await gitferry.repos.list()).items[0]!
  const store = join(dataDir, 'stores', `${uuid}.git`)
  expect(() => sandbox.git(store, 'cat-file', '-e', pulled)).toThrow()
})

it('a mirror run lists each side once, fetches once and pushes once, and in step it only lists', async () => {
  for (let number = 0; number < 40; number += 1) {
    sandbox.git(sandbox.originPath, 'branch', `line/${number}`, 'main')
  }
  const id = await makeTask({ mode: 'mirror' })
  await run(id)
  const verbsOfRun = async () => {
    rmSync(verbsPath, { force: true })
    expect((await run(id)).status).toBe('success')
    return readFileSync(verbsPath, 'utf8').trim().split('\n').sort()
  }
  for (let number = 0; number < 40; number += 1) {
    sandbox.commit(sandbox.originPath, `line/${number}`, `later ${number}\n`)
  }
  expect(await verbsOfRun()).toEqual(['fetch', 'ls-remote', 'ls-remote', 'push'])
  expect(await verbsOfRun()).toEqual(['ls-remote', 'ls-remote'])
})

it('two tasks in opposite directions carry forward both ways, and merge nothing', async () => {
  const { bareBackupPath, originPath } = sandbox
  const there = await makeTask({ source_branch: 'main' })
  await run(there)
  const back = await makeTask({ source_remote: 'backup', source_branch: 'main', target_remote: 'origin' })
  const theirs = sandbox.commit(bareBackupPath, 'main', 'theirs\n')
  expect((await run(back)).status).toBe('success')
  expect(sandbox.oidOf(originPath, 'main')).toBe(theirs)
  const tips = [
    sandbox.commit(originPath, 'main', 'only in origin\n'),
    sandbox.commit(bareBackupPath, 'main', 'only in backup\n'),
  ]
  expect([(await run(there)).status, (await run(back)).status]).toEqual(['conflict', 'conflict'])
  expect([sandbox.oidOf(originPath, 'main'), sandbox.oidOf(bareBackupPath, 'main')]).toEqual(tips)
})
