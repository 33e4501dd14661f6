import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RefUpdate } from '../../src/git/commands/push.ts'
import type { ProcessGitRunner } from '../../src/git/process-runner.ts'
import { writeLocal } from '../../src/git/write-local.ts'
import { createGitSandbox, type GitSandbox } from '../../src/testing/git-sandbox.ts'
import { runnerIn } from './fake-git.ts'

let sandbox: GitSandbox
let runner: ProcessGitRunner
let store: string
let repo: string
let first: string
let second: string
beforeEach(() => {
  sandbox = createGitSandbox()
  runner = runnerIn(sandbox.dir)
  store = sandbox.bare('store')
  sandbox.run(store, 'config', 'uploadpack.allowAnySHA1InWant', 'true')
  first = sandbox.history(store, { commits: 1 })
  repo = sandbox.clone(store, 'repo')
  second = sandbox.history(store, { commits: 2 })
})
afterEach(() => sandbox.dispose())

const write = async (updates: RefUpdate[], { atomic = false, into = join(repo, '.git') } = {}) => {
  const results = await writeLocal({ runner, store: { path: store }, commonDir: into, updates, atomic })
  return results.map(({ ref, outcome }) => [ref, outcome])
}
const heads = (): Record<string, string> =>
  Object.fromEntries(Object.entries(sandbox.refs(repo)).filter(([ref]) => !ref.startsWith('refs/remotes/')))

describe('writeLocal', () => {
  it('brings the objects and moves the refs, nothing else', async () => {
    sandbox.run(repo, 'branch', 'old')
    sandbox.run(repo, 'branch', 'behind')
    const before = sandbox.refs(repo)
    expect(
      await write([
        { ref: 'refs/heads/new', oid: second, expected: null },
        { ref: 'refs/heads/behind', oid: second, expected: first },
        { ref: 'refs/heads/old', oid: null, expected: first },
        { ref: 'refs/tags/v1', oid: second, expected: null },
      ]),
    ).toEqual([
      ['refs/heads/new', 'updated'],
      ['refs/heads/behind', 'updated'],
      ['refs/heads/old', 'updated'],
      ['refs/tags/v1', 'updated'],
    ])
    const { 'refs/heads/old': _, ...kept } = before
    expect(sandbox.refs(repo)).toEqual({
      ...kept,
      'refs/heads/new': second,
      'refs/heads/behind': second,
      'refs/tags/v1': second,
    })
    expect(sandbox.run(repo, 'fsck', '--full', '--strict', '--no-dangling')).toBe('')
    expect(sandbox.run(repo, 'status', '--porcelain')).toBe('')
  })

  it('does not move a branch that a worktree stands on; the others go on', async () => {
    sandbox.run(repo, 'worktree', 'add', '-b', 'linked', sandbox.path('linked'))
    expect(
      await write([
        { ref: 'refs/heads/main', oid: second, expected: first },
        { ref: 'refs/heads/linked', oid: null, expected: first },
        { ref: 'refs/heads/new', oid: second, expected: null },
      ]),
    ).toEqual([
      ['refs/heads/main', 'checked_out'],
      ['refs/heads/linked', 'checked_out'],
      ['refs/heads/new', 'updated'],
    ])
    expect(heads()).toEqual({
      'refs/heads/main': first,
      'refs/heads/linked': first,
      'refs/heads/new': second,
    })
  })

  it('does not move a branch in the midst of its rebase', async () => {
    sandbox.run(repo, 'branch', 'topic')
    mkdirSync(join(repo, '.git/rebase-merge'))
    writeFileSync(join(repo, '.git/rebase-merge/head-name'), 'refs/heads/topic\n')
    const update = { ref: 'refs/heads/topic', oid: second, expected: first }
    expect(await write([update])).toEqual([['refs/heads/topic', 'checked_out']])
  })

  it('moves the branch that HEAD of a bare repository names', async () => {
    const bare = sandbox.bare('bare')
    sandbox.run(store, 'push', '--quiet', bare, `${first}:refs/heads/main`)
    const update = { ref: 'refs/heads/main', oid: second, expected: first }
    expect(await write([update], { into: bare })).toEqual([['refs/heads/main', 'updated']])
    expect(sandbox.tip(bare, 'refs/heads/main')).toBe(second)
  })

  it('does not move a ref that is not what was expected; the others go on', async () => {
    sandbox.run(repo, 'branch', 'moved')
    expect(
      await write([
        { ref: 'refs/heads/moved', oid: first, expected: second },
        { ref: 'refs/heads/new', oid: second, expected: null },
        { ref: 'refs/heads/moved/sub', oid: second, expected: null },
        { ref: 'refs/heads/gone', oid: null, expected: first },
      ]),
    ).toEqual([
      ['refs/heads/moved', 'stale'],
      ['refs/heads/new', 'updated'],
      ['refs/heads/moved/sub', 'failed'],
      ['refs/heads/gone', 'stale'],
    ])
    expect(heads()).toEqual({ 'refs/heads/main': first, 'refs/heads/moved': first, 'refs/heads/new': second })
  })

  it.each<[string, RefUpdate, string]>([
    ['stale', { ref: 'refs/heads/gone', oid: null, expected: '1'.repeat(40) }, 'stale'],
    ['checked out', { ref: 'refs/heads/main', oid: null, expected: null }, 'checked_out'],
  ])('moves all or none when asked to: %s', async (_, bad, outcome) => {
    const good = { ref: 'refs/heads/new', oid: second, expected: null }
    expect(await write([good, bad], { atomic: true })).toEqual([
      [good.ref, 'failed'],
      [bad.ref, outcome],
    ])
    expect(heads()).toEqual({ 'refs/heads/main': first })
  })

  it('runs nothing that the repository’s hooks and configuration ask for', async () => {
    const ran = sandbox.path('ran')
    const evil = sandbox.path('evil')
    writeFileSync(evil, `#!/bin/sh\ntouch '${ran}'\nexit 1\n`)
    chmodSync(evil, 0o755)
    for (const name of ['reference-transaction', 'post-checkout', 'pre-auto-gc', 'post-index-change']) {
      writeFileSync(join(repo, '.git/hooks', name), readFileSync(evil))
      chmodSync(join(repo, '.git/hooks', name), 0o755)
    }
    const url = `file://${store}`
    for (const [key, value] of [
      ['core.hooksPath', join(repo, '.git/hooks')],
      ['core.fsmonitor', evil],
      ['core.sshCommand', evil],
      ['core.gitProxy', evil],
      ['core.pager', evil],
      ['core.alternateRefsCommand', evil],
      ['credential.helper', `!${evil}`],
      ['protocol.ext.allow', 'always'],
      [`remote.${url}.uploadpack`, evil],
      [`remote.${url}.vcs`, 'evil'],
      ['gpg.program', evil],
      ['log.showSignature', 'true'],
      ['gc.auto', '1'],
      ['maintenance.auto', 'true'],
    ] as const) {
      sandbox.run(repo, 'config', key, value)
    }
    writeFileSync(join(repo, '.git/objects/info/alternates'), `${store}/objects\n`)
    await write([{ ref: 'refs/heads/new', oid: second, expected: null }]).catch(() => undefined)
    expect(existsSync(ran)).toBe(false)
    sandbox.run(repo, 'config', '--unset', `remote.${url}.vcs`)
    const update = { ref: 'refs/heads/newer', oid: second, expected: null }
    expect(await write([update])).toEqual([['refs/heads/newer', 'updated']])
    expect(existsSync(ran)).toBe(false)
  })

  it('does nothing for an empty list', async () => {
    expect(await write([])).toEqual([])
  })
})
