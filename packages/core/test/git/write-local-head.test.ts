import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ProcessGitRunner } from '../../src/git/process-runner.ts'
import { writeLocalHead } from '../../src/git/write-local-head.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'
import { runnerIn } from './fake-git.ts'

let sandbox: GitSandbox
let runner: ProcessGitRunner
let bare: string
const main = 'refs/heads/main'
const trunk = 'refs/heads/trunk'
beforeEach(() => {
  sandbox = createGitSandbox()
  runner = runnerIn(sandbox.dir)
  bare = sandbox.bare('bare')
  sandbox.history(bare, { commits: 1 })
  sandbox.run(bare, 'branch', 'trunk', 'main')
})
afterEach(() => sandbox.dispose())

const move = (branch: string, expected: string | null, commonDir = bare) =>
  writeLocalHead({ runner, commonDir, branch, expected })
const head = (repo = bare): string => sandbox.run(repo, 'symbolic-ref', 'HEAD')

describe('writeLocalHead', () => {
  it('makes HEAD of a bare repository name the branch', async () => {
    expect(await move(trunk, main)).toEqual({
      ref: 'HEAD',
      outcome: 'updated',
      reason: '',
      failure_class: null,
    })
    expect(head()).toBe(trunk)
  })

  it('is in step where HEAD names it already', async () => {
    expect(await move(main, trunk)).toMatchObject({ outcome: 'in_step', failure_class: null })
  })

  it('changes nothing where HEAD names something else than was expected', async () => {
    const result = await move(trunk, 'refs/heads/other')
    expect(result).toMatchObject({
      outcome: 'stale',
      failure_class: 'race',
      reason: expect.stringContaining(main),
    })
    expect(head()).toBe(main)
  })

  it('takes a detached HEAD where that was expected, and only there', async () => {
    sandbox.run(bare, 'update-ref', '--no-deref', 'HEAD', sandbox.tip(bare, main))
    expect(await move(trunk, main)).toMatchObject({ outcome: 'stale' })
    expect(await move(trunk, null)).toMatchObject({ outcome: 'updated' })
    expect(head()).toBe(trunk)
  })

  it('does not let HEAD name a branch that is not there', async () => {
    expect(await move('refs/heads/gone', main)).toMatchObject({ outcome: 'stale', failure_class: 'race' })
    expect(head()).toBe(main)
  })

  it('leaves a repository with a worktree alone', async () => {
    const work = sandbox.clone(bare, 'work')
    sandbox.run(work, 'branch', 'trunk')
    const result = await move(trunk, main, join(work, '.git'))
    expect(result).toMatchObject({ ref: 'HEAD', outcome: 'checked_out', failure_class: 'policy' })
    expect(head(work)).toBe(main)
  })

  it('runs no hook', async () => {
    const hook = join(bare, 'hooks/reference-transaction')
    mkdirSync(join(bare, 'hooks'), { recursive: true })
    writeFileSync(hook, `#!/bin/sh\ntouch '${sandbox.path('ran')}'\n`)
    chmodSync(hook, 0o755)
    expect(await move(trunk, main)).toMatchObject({ outcome: 'updated' })
    expect(existsSync(sandbox.path('ran'))).toBe(false)
  })

  it('takes branches only, and nothing after an abort', async () => {
    await expect(move('refs/tags/v1', main)).rejects.toMatchObject({ code: 'REF_INVALID' })
    const input = { runner, commonDir: bare, branch: trunk, expected: main }
    await expect(writeLocalHead(input, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    })
    expect(head()).toBe(main)
  })
})
