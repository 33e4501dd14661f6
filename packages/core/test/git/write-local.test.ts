import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GitRunner } from '../../src/git/command.ts'
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
        { ref: 'refs/heads/moved', oid: second, expected: '1'.repeat(40) },
        { ref: 'refs/heads/new', oid: second, expected: null },
        { ref: 'refs/heads/moved/sub', oid: second, expected: null },
        { ref: 'refs/heads/gone', oid: null, expected: first },
      ]),
    ).toEqual([
      ['refs/heads/moved', 'stale'],
      ['refs/heads/new', 'updated'],
      ['refs/heads/moved/sub', 'rejected'],
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

  it('says of every ref what kind of trouble it had', async () => {
    sandbox.run(repo, 'branch', 'moved')
    sandbox.run(repo, 'branch', 'there', first)
    const updates = [
      { ref: 'refs/heads/main', oid: first, expected: null },
      { ref: 'refs/heads/moved', oid: second, expected: second },
      { ref: 'refs/heads/there/sub', oid: second, expected: null },
      { ref: 'refs/heads/new', oid: second, expected: null },
    ]
    const results = await writeLocal({
      runner,
      store: { path: store },
      commonDir: join(repo, '.git'),
      updates,
    })
    expect(results.map(({ outcome, failure_class }) => [outcome, failure_class])).toEqual([
      ['checked_out', 'policy'],
      ['stale', 'race'],
      ['rejected', 'policy'],
      ['updated', null],
    ])
  })

  it('finds a ref that another git is locking stale; the others go on', async () => {
    mkdirSync(join(repo, '.git/refs/heads/held'), { recursive: true })
    writeFileSync(join(repo, '.git/refs/heads/held/x.lock'), '')
    const updates = ['held/x', 'new'].map((name) => ({
      ref: `refs/heads/${name}`,
      oid: second,
      expected: null,
    }))
    const results = await writeLocal({
      runner,
      store: { path: store },
      commonDir: join(repo, '.git'),
      updates,
    })
    expect(results.map(({ outcome, failure_class }) => [outcome, failure_class])).toEqual([
      ['stale', 'race'],
      ['updated', null],
    ])
  })

  it('is in step where somebody else made the same update meanwhile, also when it is atomic', async () => {
    sandbox.run(repo, 'branch', 'moved')
    const updates = [
      { ref: 'refs/heads/moved', oid: first, expected: second },
      { ref: 'refs/heads/new', oid: second, expected: null },
    ]
    expect(await write(updates, { atomic: true })).toEqual([
      ['refs/heads/moved', 'in_step'],
      ['refs/heads/new', 'updated'],
    ])
  })

  it('makes room for a name by deleting what stands in its way, yet not in one transaction', async () => {
    sandbox.run(repo, 'branch', 'a')
    sandbox.run(repo, 'branch', 'b/c')
    const updates = [
      { ref: 'refs/heads/a/sub', oid: second, expected: null },
      { ref: 'refs/heads/b', oid: second, expected: null },
      { ref: 'refs/heads/b/c', oid: null, expected: first },
      { ref: 'refs/heads/a', oid: null, expected: first },
    ]
    await expect(write(updates, { atomic: true })).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    expect((await write(updates)).map(([, outcome]) => outcome)).toEqual(Array(4).fill('updated'))
    expect(heads()).toEqual({ 'refs/heads/main': first, 'refs/heads/a/sub': second, 'refs/heads/b': second })
  })
})

describe('many refs', () => {
  const refs = (count: number): RefUpdate[] =>
    Array.from({ length: count }, (_, number) => ({
      ref: `refs/heads/topic/${number}`,
      oid: second,
      expected: null,
    }))
  /** Counts the transactions, and does something before each. */
  const watched = (before: (count: number) => void = () => {}) => {
    const seen = { transactions: 0 }
    const watching: GitRunner = {
      run: (command, options) => {
        if (command.args[0] === 'update-ref') {
          seen.transactions += 1
          before(seen.transactions)
        }
        return runner.run(command, options)
      },
    }
    return { seen, watching }
  }
  const into = () => ({ store: { path: store }, commonDir: join(repo, '.git') })

  it('move in one transaction, be many of them stale or in the way', async () => {
    sandbox.run(repo, 'branch', 'topic/7')
    sandbox.run(repo, 'branch', 'topic/8/sub')
    const { seen, watching } = watched()
    const updates = refs(600)
    const results = await writeLocal({ runner: watching, ...into(), updates })
    expect(results.filter(({ outcome }) => outcome !== 'updated')).toMatchObject([
      { ref: 'refs/heads/topic/7', outcome: 'stale' },
      { ref: 'refs/heads/topic/8', outcome: 'rejected', reason: expect.stringContaining('topic/8/sub') },
    ])
    expect(seen.transactions).toBe(1)
    expect(Object.keys(heads())).toHaveLength(1 + 2 + 598)
  })

  it('are halved where one moves at the last moment: some twenty transactions, not three hundred', async () => {
    const { seen, watching } = watched((count) => {
      if (count === 1) sandbox.run(repo, 'branch', 'topic/150')
    })
    const updates = refs(300)
    const results = await writeLocal({ runner: watching, ...into(), updates })
    expect(results.filter(({ outcome }) => outcome !== 'updated')).toMatchObject([
      { ref: 'refs/heads/topic/150', outcome: 'stale', failure_class: 'race' },
    ])
    expect(seen.transactions).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(300)) + 1)
    expect(sandbox.tip(repo, 'refs/heads/topic/150')).toBe(first)
    expect(Object.keys(heads())).toHaveLength(1 + 300)
  })

  it('are given up where every transaction fails', async () => {
    const { seen, watching } = watched()
    const broken: GitRunner = {
      run: (command, options) =>
        watching.run(
          command.args[0] === 'update-ref' ? { ...command, args: ['update-ref', '--no-such'] } : command,
          options,
        ),
    }
    const results = await writeLocal({ runner: broken, ...into(), updates: refs(300) })
    expect(seen.transactions).toBe(64)
    expect(new Set(results.map(({ failure_class }) => failure_class))).toEqual(new Set(['local']))
    expect(results.at(-1)?.reason).toContain('not tried')
    expect(heads()).toEqual({ 'refs/heads/main': first })
  })

  it('are moved all or none when atomic, and the one at fault says so', async () => {
    const { watching } = watched((count) => {
      if (count === 1) sandbox.run(repo, 'branch', 'topic/5')
    })
    const results = await writeLocal({ runner: watching, ...into(), updates: refs(10), atomic: true })
    expect(results.filter(({ reason }) => !reason.startsWith('another ref'))).toMatchObject([
      { ref: 'refs/heads/topic/5', outcome: 'stale', failure_class: 'race' },
    ])
    expect(results.every(({ failure_class }) => failure_class === 'race')).toBe(true)
    expect(heads()).toEqual({ 'refs/heads/main': first, 'refs/heads/topic/5': first })
  })

  it('stay as they are after an abort before the first is moved; after it all results are known', async () => {
    const early = new AbortController()
    const late = new AbortController()
    const aborting: GitRunner = {
      run: async (command, options) => {
        const result = await runner.run(command, options)
        if (command.args[0] === 'fetch') early.abort()
        return result
      },
    }
    const updates = [...refs(5), { ref: 'refs/heads/a/b', oid: second, expected: null }]
    const stopped = writeLocal({ runner: aborting, ...into(), updates }, { signal: early.signal })
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' })
    expect(heads()).toEqual({ 'refs/heads/main': first })

    sandbox.run(repo, 'branch', 'a')
    const { watching } = watched(() => late.abort())
    const clearing = [...updates, { ref: 'refs/heads/a', oid: null, expected: first }]
    const results = await writeLocal(
      { runner: watching, ...into(), updates: clearing },
      { signal: late.signal },
    )
    expect(late.signal.aborted).toBe(true)
    expect(results.map(({ outcome }) => outcome)).toEqual(Array(7).fill('updated'))
  })
})
