import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry } from '@gitferry/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { processStat } from '../packages/core/src/git/process-group.ts'
import { createGitSandbox, type GitSandbox } from '../packages/core/src/testing/git-sandbox.ts'

let sandbox: GitSandbox
beforeEach(() => {
  sandbox = createGitSandbox()
})
afterEach(() => sandbox.dispose())

/** A git that notes whose child it is. */
function notingGit(): string {
  const git = sandbox.path('git')
  writeFileSync(git, `#!/bin/sh\necho $PPID >>'${sandbox.path('parents')}'\nexec /usr/bin/git "$@"\n`)
  chmodSync(git, 0o755)
  return git
}

const parents = (): number[] => [
  ...new Set(readFileSync(sandbox.path('parents'), 'utf8').trim().split('\n').map(Number)),
]

/** Registers a repository with a gitferry of its own, and stops that. */
async function registerOnce(forkServer: boolean | undefined): Promise<void> {
  const path = sandbox.repository('repo')
  sandbox.commit(path)
  const gitferry = createGitferry({
    storage: memoryStorage(),
    dataDir: sandbox.path('data'),
    git: notingGit(),
    forkServer,
  })
  await gitferry.start()
  try {
    await gitferry.repos.register({ path })
  } finally {
    await gitferry.stop()
  }
}

describe('a gitferry', () => {
  it('starts every git through one process, which ends when it stops', async () => {
    await registerOnce(undefined)
    expect(parents()).toHaveLength(1)
    expect(parents()).not.toEqual([process.pid])
    expect(processStat(parents()[0]!)?.isZombie).not.toBe(false)
  })

  it('starts gits itself where it is told to', async () => {
    await registerOnce(false)
    expect(parents()).toEqual([process.pid])
  })
})
