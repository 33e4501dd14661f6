import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fetch } from '../../../src/git/commands/fetch.ts'
import { pushRefs, type RefUpdate } from '../../../src/git/commands/push.ts'
import type { ProcessGitRunner } from '../../../src/git/process-runner.ts'
import { createGitSandbox, type GitSandbox } from '../../../src/testing/git-sandbox.ts'
import { runnerIn } from '../fake-git.ts'

let sandbox: GitSandbox
let runner: ProcessGitRunner
let source: string
let target: string
let first: string
let second: string
let other: string
beforeEach(() => {
  sandbox = createGitSandbox()
  runner = runnerIn(sandbox.dir)
  source = sandbox.bare('source')
  target = sandbox.bare('target')
  first = sandbox.history(source, { commits: 1 })
  second = sandbox.history(source, { commits: 1 })
  other = sandbox.history(source, { commits: 1, branch: 'other' })
})
afterEach(() => sandbox.dispose())

const push = async (updates: RefUpdate[], options: { atomic?: boolean; url?: string } = {}) => {
  const { url = target, ...rest } = options
  const results = await runner.run(pushRefs({ url, protocol: 'file', updates, ...rest }), { gitDir: source })
  return results.map(({ outcome, reason }) => (reason === '' ? outcome : `${outcome}: ${reason}`))
}
const main = 'refs/heads/main'
const seed = (ref: string, oid: string): string =>
  sandbox.run(source, 'push', '--quiet', '--force', target, `${oid}:${ref}`)

describe('a lease for every ref', () => {
  it('creates, only where nothing is', async () => {
    const update = { ref: main, oid: first, expected: null }
    expect(await push([update])).toEqual(['updated'])
    expect(await push([{ ...update, oid: second }])).toEqual(['stale: stale info'])
    expect(sandbox.refs(target)).toEqual({ [main]: first })
  })

  it('moves forward, and back where the lease is right', async () => {
    seed(main, first)
    expect(await push([{ ref: main, oid: second, expected: first }])).toEqual(['updated'])
    expect(await push([{ ref: main, oid: other, expected: second }])).toEqual(['updated'])
    expect(sandbox.tip(target, main)).toBe(other)
  })

  it('moves nothing where the lease is stale, be it a fast-forward', async () => {
    seed(main, first)
    expect(await push([{ ref: main, oid: second, expected: other }])).toEqual(['stale: stale info'])
    expect(await push([{ ref: main, oid: null, expected: other }])).toEqual(['stale: stale info'])
    expect(sandbox.tip(target, main)).toBe(first)
  })

  it('deletes, and finds a ref that is gone already stale', async () => {
    seed(main, first)
    seed('refs/heads/x', first)
    expect(await push([{ ref: 'refs/heads/x', oid: null, expected: first }])).toEqual(['updated'])
    expect(await push([{ ref: 'refs/heads/x', oid: null, expected: first }])).toEqual(['stale: stale info'])
    expect(sandbox.refs(target)).toEqual({ [main]: first })
  })

  it('is in step when somebody else made the same update meanwhile', async () => {
    seed(main, second)
    expect(await push([{ ref: main, oid: second, expected: first }])).toEqual(['in_step'])
  })

  it('counts for each ref on its own: the good ones land', async () => {
    seed(main, first)
    const results = await push([
      { ref: main, oid: second, expected: other },
      { ref: 'refs/heads/new', oid: second, expected: null },
      { ref: 'refs/tags/v1', oid: first, expected: null },
    ])
    expect(results).toEqual(['stale: stale info', 'updated', 'updated'])
    expect(sandbox.refs(target)).toEqual({ [main]: first, 'refs/heads/new': second, 'refs/tags/v1': first })
  })

  it('counts for all of them when the push is atomic', async () => {
    seed(main, first)
    const updates = [
      { ref: main, oid: second, expected: other },
      { ref: 'refs/heads/new', oid: second, expected: null },
    ]
    const results = await push(updates, { atomic: true })
    expect(results[0]).toBe('stale: stale info')
    expect(results[1]).toMatch(/^failed: /)
    expect(sandbox.refs(target)).toEqual({ [main]: first })
  })

  it('never stands beside a force: not in the options, not in a refspec', () => {
    const { args } = pushRefs({
      url: 'https://host/x',
      protocol: 'https',
      updates: [
        { ref: main, oid: second, expected: first },
        { ref: 'refs/heads/gone', oid: null, expected: first },
        { ref: 'refs/heads/new', oid: second, expected: null },
      ],
    })
    expect(args).not.toContain('--force')
    expect(args).not.toContain('-f')
    expect(args.slice(args.indexOf('--end-of-options'))).toEqual([
      '--end-of-options',
      'https://host/x',
      `${second}:${main}`,
      ':refs/heads/gone',
      `${second}:refs/heads/new`,
    ])
    expect(args.filter((arg) => arg.startsWith('--force'))).toEqual([
      `--force-with-lease=${main}:${first}`,
      `--force-with-lease=refs/heads/gone:${first}`,
      '--force-with-lease=refs/heads/new:',
    ])
  })
})

describe('a target on this machine', () => {
  const hook = (repo: string, name: string): void => {
    const path = join(repo, 'hooks', name)
    mkdirSync(join(repo, 'hooks'), { recursive: true })
    writeFileSync(path, `#!/bin/sh\ntouch '${sandbox.path('ran')}'\nexit 1\n`)
    chmodSync(path, 0o755)
  }

  it('runs no hook and no configured command', async () => {
    const hooks = [
      'pre-receive',
      'update',
      'post-receive',
      'post-update',
      'reference-transaction',
      'proc-receive',
    ]
    for (const name of hooks) hook(target, name)
    hook(source, 'pre-push')
    const alternate = sandbox.bare('alternate')
    writeFileSync(join(target, 'objects/info/alternates'), `${alternate}/objects\n`)
    for (const [key, value] of [
      ['core.alternateRefsCommand', `touch '${sandbox.path('ran')}'`],
      ['core.fsmonitor', `touch '${sandbox.path('ran')}'`],
      ['core.hooksPath', join(target, 'hooks')],
      ['receive.procReceiveRefs', 'refs/heads'],
      ['gc.auto', '1'],
    ] as const) {
      sandbox.run(target, 'config', key, value)
    }
    expect(await push([{ ref: 'refs/tags/v1', oid: first, expected: null }])).toEqual(['updated'])
    expect(existsSync(sandbox.path('ran'))).toBe(false)
  })

  it('keeps a branch that is checked out there, whatever its configuration wants', async () => {
    const work = sandbox.clone(source, 'work')
    sandbox.run(work, 'config', 'receive.denyCurrentBranch', 'updateInstead')
    hook(join(work, '.git'), 'push-to-checkout')
    const update = { ref: main, oid: other, expected: second }
    expect(await push([update], { url: work })).toEqual(['checked_out: branch is currently checked out'])
    expect(sandbox.tip(work, main)).toBe(second)
    expect(existsSync(sandbox.path('ran'))).toBe(false)
  })

  it('is refused by name of the reason where its rules say so', async () => {
    sandbox.run(target, 'config', 'transfer.hideRefs', 'refs/heads/hidden')
    const update = { ref: 'refs/heads/hidden', oid: first, expected: null }
    expect(await push([update])).toEqual(['rejected: deny updating a hidden ref'])
  })
})

describe('a push that cannot be made', () => {
  it('is an error, not a result', async () => {
    const url = sandbox.path('none.git')
    const updates = [{ ref: main, oid: first, expected: null }]
    await expect(push(updates, { url })).rejects.toMatchObject({ code: 'GIT_REMOTE_NOT_FOUND' })
  })

  it('is a failed ref when the object is not here', async () => {
    const update = { ref: main, oid: '1'.repeat(40), expected: null }
    expect(await push([update])).toEqual([expect.stringMatching(/^failed: /)])
    expect(sandbox.refs(target)).toEqual({})
  })

  it('is refused when it names a ref twice', () => {
    const update = { ref: main, oid: first, expected: null }
    expect(() => pushRefs({ url: 'x', protocol: 'file', updates: [update, update] })).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    )
  })
})

describe('a push that broke off', () => {
  const updates = ['refs/heads/same', 'refs/heads/new'].map((ref) => ({
    ref,
    oid: '1'.repeat(40),
    expected: null,
  }))
  const parse = (exitCode: number, stdout: string, stderr: string) => () =>
    pushRefs({ url: 'https://host/x', protocol: 'https', updates }).parse({
      exitCode,
      stdout: Buffer.from(stdout),
      stderr,
    })

  it('is an error though git tells of the refs that it did not send: the rest may have landed', () => {
    const stdout = `To https://host/x\n=\t${'1'.repeat(40)}:refs/heads/same\t[up to date]\nDone\n`
    const stderr =
      'error: RPC failed; curl 52 Empty reply from server\nfatal: the remote end hung up unexpectedly'
    expect(parse(1, stdout, stderr)).toThrow(expect.objectContaining({ code: 'GIT_UNREACHABLE' }))
  })

  it('because the server cannot be atomic says so', async () => {
    sandbox.run(target, 'config', 'receive.advertiseAtomic', 'false')
    const update = { ref: main, oid: first, expected: null }
    await expect(push([update], { atomic: true })).rejects.toMatchObject({
      code: 'GIT_REJECTED',
      details: { reason: 'atomic_unsupported' },
    })
    expect(sandbox.refs(target)).toEqual({})
  })
})

describe('fetch', () => {
  const store = (): string => sandbox.bare('store')

  it('sets tracking refs and nothing else, also backwards', async () => {
    const gitDir = store()
    const from = (ref: string, to: string) =>
      runner.run(fetch({ url: source, protocol: 'file', refspecs: [{ source: ref, target: to }] }), {
        gitDir,
      })
    sandbox.run(source, 'tag', 'v1', first)
    await from('refs/heads/*', 'refs/remotes/origin/heads/*')
    const tracked = { 'refs/remotes/origin/heads/main': second, 'refs/remotes/origin/heads/other': other }
    expect(sandbox.refs(gitDir)).toEqual(tracked)
    expect(existsSync(join(gitDir, 'FETCH_HEAD'))).toBe(false)
    await from('refs/heads/other', 'refs/remotes/origin/heads/main')
    expect(sandbox.refs(gitDir)).toEqual({ ...tracked, 'refs/remotes/origin/heads/main': other })
  })

  it('keeps refspecs out of the command line', async () => {
    const gitDir = store()
    const refspecs = [
      { source: 'refs/heads/main', target: 'refs/t/1' },
      { source: 'refs/heads/other', target: 'refs/t/2' },
    ]
    const command = fetch({ url: source, protocol: 'file', refspecs })
    expect(command.args.at(-1)).toBe(source)
    expect(command.stdin).toBe('+refs/heads/main:refs/t/1\n+refs/heads/other:refs/t/2\n')
    await runner.run(command, { gitDir })
    expect(sandbox.refs(gitDir)).toEqual({ 'refs/t/1': second, 'refs/t/2': other })
  })

  it('fetches objects alone, by oid', async () => {
    const gitDir = store()
    sandbox.run(source, 'config', 'uploadpack.allowAnySHA1InWant', 'true')
    await runner.run(fetch({ url: source, protocol: 'file', refspecs: [{ source: first }] }), { gitDir })
    expect(sandbox.run(gitDir, 'cat-file', '-t', first)).toBe('commit')
    expect(sandbox.refs(gitDir)).toEqual({})
  })

  it('says that a source is gone', async () => {
    const command = fetch({ url: source, protocol: 'file', refspecs: [{ source: 'refs/heads/gone' }] })
    await expect(runner.run(command, { gitDir: store() })).rejects.toMatchObject({
      code: 'GIT_FAILED',
      details: { reason: 'object_missing' },
    })
  })
})
