import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GitferryError, isGitferryError } from '../../../src/errors/index.ts'
import type { GitRunner } from '../../../src/git/command.ts'
import { sweepPrivateIndexes, withPrivateIndex } from '../../../src/git/content/private-index.ts'
import { type CommitStep, type NewBranchCommit, writeCommit } from '../../../src/git/content/write-commit.ts'
import type { ProcessGitRunner } from '../../../src/git/process-runner.ts'
import { createGitSandbox, type GitSandbox } from '../../../src/testing/git-sandbox.ts'
import { runnerIn } from '../fake-git.ts'

let sandbox: GitSandbox
let runner: ProcessGitRunner
let bare: string
beforeEach(() => {
  sandbox = createGitSandbox()
  runner = runnerIn(sandbox.dir)
  bare = sandbox.bare('bare')
})
afterEach(() => sandbox.dispose())

const author = { name: 'Ana Özil', email: 'ana@example.com', seconds: 1_750_000_000 }
const committer = { name: 'gitferry', email: 'gitferry@localhost', seconds: 1_750_000_060 }

const step = (
  action: CommitStep['action'],
  path: string,
  { content, ...more }: Partial<Omit<CommitStep, 'content'>> & { content?: string | Uint8Array } = {},
): CommitStep => ({
  action,
  path,
  previous_path: null,
  is_executable: null,
  last_commit_oid: null,
  ...more,
  content: content === undefined ? null : Buffer.from(content),
})
const create = (path: string, content: string | Uint8Array = path) => step('create', path, { content })

interface Given extends Partial<NewBranchCommit> {
  readonly into?: Parameters<typeof writeCommit>[1]['repo']
  readonly through?: GitRunner
  readonly authorize?: Parameters<typeof writeCommit>[1]['authorize']
  readonly mayLeave?: Parameters<typeof writeCommit>[1]['mayLeave']
  readonly signal?: AbortSignal
}

const at = (path: string, is_bare = true, object_format: 'sha1' | 'sha256' = 'sha1') => ({
  ...{ git_dir: path, common_dir: path, is_bare, object_format },
})

const commit = ({
  into = at(bare),
  through = runner,
  authorize = () => {},
  mayLeave = () => true,
  signal,
  ...input
}: Given) =>
  writeCommit(
    {
      branch: 'main',
      startBranch: null,
      force: false,
      actions: [],
      message: 'A change\n',
      author,
      committer,
      ...input,
    },
    {
      repo: into,
      runner: through,
      repoRoots: null,
      dataDir: sandbox.path('data'),
      authorize,
      mayLeave,
      onBegin: async () => {},
      signal,
    },
  )

async function refusal(work: Promise<unknown>): Promise<[string, unknown]> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!isGitferryError(error)) throw error ?? new Error('nothing was refused')
  return [error.code, error.details.field]
}

const files = (ref = 'main', repo = bare): string[] =>
  sandbox.run(repo, 'ls-tree', '-r', '-z', '--name-only', ref).split('\0').filter(Boolean)
const text = (path: string, ref = 'main') => sandbox.run(bare, 'cat-file', 'blob', `${ref}:${path}`)

describe('writeCommit', () => {
  it('makes the first commit of an empty repository', async () => {
    const made = await commit({ actions: [create('a/ü "quoted" 😀', 'one\ntwo\n'), create('b')] })
    expect(made).toMatchObject({ parents: [], additions: 3, deletions: 0, isCurrent: true, movedHead: false })
    expect(sandbox.refs(bare)).toEqual({ 'refs/heads/main': made.oid })
    expect(files()).toEqual(['a/ü "quoted" 😀', 'b'])
    expect(sandbox.run(bare, 'cat-file', 'commit', 'main').split('\n').slice(1)).toEqual([
      'author Ana Özil <ana@example.com> 1750000000 +0000',
      'committer gitferry <gitferry@localhost> 1750000060 +0000',
      '',
      'A change',
    ])
    expect(sandbox.run(bare, 'fsck', '--full', '--strict')).toBe('')
  })

  it('leaves HEAD on a branch that is not there yet, where it may not leave it', async () => {
    const asked: string[] = []
    const mayLeave = (head: string) => asked.push(head) === 0
    expect(await commit({ branch: 'trunk', actions: [create('a')], mayLeave })).toMatchObject({
      isCurrent: false,
      movedHead: false,
    })
    expect(asked).toEqual(['refs/heads/main'])
    expect(sandbox.run(bare, 'symbolic-ref', 'HEAD')).toBe('refs/heads/main')
  })

  it('lets HEAD name the first branch, whatever it is called', async () => {
    expect(await commit({ branch: 'trunk', actions: [create('a')] })).toMatchObject({
      movedHead: true,
      isCurrent: true,
    })
    expect(sandbox.run(bare, 'symbolic-ref', 'HEAD')).toBe('refs/heads/trunk')
    expect(await commit({ branch: 'x', startBranch: 'trunk', actions: [create('b')] })).toMatchObject({
      movedHead: false,
      isCurrent: false,
    })
  })

  it('puts the bytes into the objects as they are, and counts lines as git does', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    await commit({ actions: [create('.gitattributes', '* text=auto eol=lf\n'), create('bin', bytes)] })
    const made = await commit({
      actions: [create('crlf', 'a\r\nb\r\n'), step('update', 'bin', { content: 'now text\n' })],
    })
    expect(execFileSync('git', ['--git-dir', bare, 'cat-file', 'blob', 'main:crlf']).toString()).toBe(
      'a\r\nb\r\n',
    )
    expect(execFileSync('git', ['--git-dir', bare, 'cat-file', 'blob', 'main~:bin'])).toEqual(
      Buffer.from(bytes),
    )
    expect(made).toMatchObject({ additions: 2, deletions: 0 })
  })

  it('counts a file that was moved and changed by what was changed', async () => {
    const lines = Array.from({ length: 50 }, (_, index) => `line ${index}\n`)
    await commit({ actions: [create('a', lines.join(''))] })
    const content = ['first\n', ...lines.slice(1)].join('')
    expect(await commit({ actions: [step('move', 'b', { previous_path: 'a', content })] })).toMatchObject({
      additions: 1,
      deletions: 1,
    })
  })

  it('makes a branch from another one, and leaves that where it was', async () => {
    const first = await commit({ actions: [create('a')] })
    const made = await commit({ branch: 'topic/x', startBranch: 'main', actions: [create('b')] })
    expect(sandbox.refs(bare)).toEqual({ 'refs/heads/main': first.oid, 'refs/heads/topic/x': made.oid })
    expect(made.parents).toEqual([first.oid])
  })

  it('makes a commit that changes nothing when the actions change nothing', async () => {
    const first = await commit({ actions: [create('a')] })
    const made = await commit({ actions: [step('update', 'a', { content: 'a' })] })
    expect(made).toMatchObject({ parents: [first.oid], additions: 0, deletions: 0 })
    expect(sandbox.tip(bare, `${made.oid}^{tree}`)).toBe(sandbox.tip(bare, `${first.oid}^{tree}`))
  })

  it('takes away what is empty, up to the top', async () => {
    await commit({ actions: [create('a/b/c/d')] })
    await commit({ actions: [step('delete', 'a/b/c/d')] })
    expect(files()).toEqual([])
    expect(sandbox.tip(bare, 'main^{tree}')).toBe('4b825dc642cb6eb9a060e54bf8d69288fbee4904')
  })

  it('works in a repository of SHA-256', async () => {
    const modern = sandbox.bare('modern', { objectFormat: 'sha256' })
    const into = at(modern, true, 'sha256')
    await commit({ into, actions: [create('a/b'), create('c')] })
    const { oid } = await commit({ into, actions: [step('delete', 'a/b'), create('a')] })
    expect(oid).toHaveLength(64)
    expect(files('main', modern)).toEqual(['a', 'c'])
    expect(sandbox.run(modern, 'fsck', '--full', '--strict')).toBe('')
  })

  it('knows which commit changed a file last', async () => {
    const first = await commit({ actions: [create('a'), create('b')] })
    const second = await commit({ actions: [step('update', 'b', { content: 'two' })] })
    const seen = (path: string, last_commit_oid: string) =>
      commit({ actions: [step('update', path, { content: 'three', last_commit_oid })] })
    const field = 'actions.0.last_commit_oid'
    expect(await refusal(seen('a', second.oid))).toEqual(['CONTENT_CHANGED', field])
    expect(await refusal(seen('b', first.oid))).toEqual(['CONTENT_CHANGED', field])
    const moved = step('move', 'c', { previous_path: 'b', last_commit_oid: first.oid })
    expect(await refusal(commit({ actions: [moved] }))).toEqual(['CONTENT_CHANGED', field])
    await seen('a', first.oid)
    await seen('b', second.oid)
    expect(text('a') + text('b')).toBe('threethree')
  })

  it.each<[string, Given, string, string]>([
    ['no such branch', { branch: 'none', actions: [create('x')] }, 'BRANCH_NOT_FOUND', 'branch'],
    ['no branch to begin from', { branch: 'x', startBranch: 'none' }, 'BRANCH_NOT_FOUND', 'start_branch'],
    ['a branch that is there', { branch: 'old', startBranch: 'main' }, 'BRANCH_EXISTS', 'branch'],
    ['no room for a branch', { branch: 'old/x', startBranch: 'main' }, 'BRANCH_EXISTS', 'branch'],
    ['a path that is taken', { actions: [create('x'), create('main.txt')] }, 'PATH_EXISTS', 'actions.1.path'],
    ['a path that leads out', { actions: [create('../x')] }, 'PATH_INVALID', 'actions.0.path'],
    ['a path into .git', { actions: [create('a/.GIT/x')] }, 'PATH_INVALID', 'actions.0.path'],
    [
      'a move from such a path',
      { actions: [step('move', 'x', { previous_path: '.git/x' })] },
      'PATH_INVALID',
      'actions.0.previous_path',
    ],
  ])('refuses %s, and writes no object', async (_, given, code, field) => {
    sandbox.history(bare, { commits: 2 })
    sandbox.run(bare, 'branch', 'old')
    const before = [sandbox.refs(bare), sandbox.run(bare, 'count-objects', '-v')]
    expect(await refusal(commit(given))).toEqual([code, field])
    expect([sandbox.refs(bare), sandbox.run(bare, 'count-objects', '-v')]).toEqual(before)
    expect(existsSync(sandbox.path('data/index'))).toBe(false)
  })

  it('leaves a branch that is there behind only when it is told to, and says that this is forced', async () => {
    sandbox.history(bare, { commits: 3 })
    sandbox.run(bare, 'branch', 'old')
    sandbox.run(bare, 'branch', 'base', 'main~2')
    const asked: unknown[] = []
    const authorize = (move: unknown) => void asked.push(move)
    const old = sandbox.tip(bare, 'old')
    const made = await commit({
      branch: 'old',
      startBranch: 'base',
      force: true,
      actions: [create('x')],
      authorize,
    })
    expect(made.parents).toEqual([sandbox.tip(bare, 'base')])
    expect(sandbox.tip(bare, 'old')).toBe(made.oid)
    // what base has, main has: nothing would be lost
    await commit({ branch: 'base', startBranch: 'main', force: true, actions: [create('x')], authorize })
    expect(asked).toEqual([
      { ref: 'refs/heads/old', old, isForced: true },
      { ref: 'refs/heads/base', old: expect.any(String), isForced: false },
    ])
  })

  it('is refused by whoever has a say in it before anything is written', async () => {
    const authorize = () => {
      throw new GitferryError('REF_PROTECTED', 'No.')
    }
    expect(await refusal(commit({ actions: [create('x')], authorize }))).toEqual(['REF_PROTECTED', undefined])
    expect(sandbox.run(bare, 'count-objects')).toBe('0 objects, 0 kilobytes')
  })

  it('does not move a branch that a worktree stands on, or waits for', async () => {
    const worktree = sandbox.repository('worktree')
    const into = at(join(worktree, '.git'), false)
    expect(await refusal(commit({ into, actions: [create('a')] }))).toEqual(['BRANCH_CHECKED_OUT', 'branch'])
    sandbox.commit(worktree)
    sandbox.run(worktree, 'branch', 'topic')
    expect(await refusal(commit({ into, actions: [create('a')] }))).toEqual(['BRANCH_CHECKED_OUT', 'branch'])
    await commit({ into, branch: 'topic', actions: [create('a')] })
    expect(files('topic', worktree)).toEqual(['a', 'file.txt'])
    expect(sandbox.run(worktree, 'status', '--porcelain')).toBe('')
  })

  it('runs nothing of a user’s repository, and leaves its index alone', async () => {
    const worktree = sandbox.repository('worktree')
    sandbox.commit(worktree, { content: 'x\n' })
    sandbox.run(worktree, 'branch', 'topic')
    const mark = sandbox.path('ran')
    const script = sandbox.path('script')
    writeFileSync(script, `#!/bin/sh\ntouch ${mark}\n`)
    chmodSync(script, 0o755)
    for (const hook of [
      'reference-transaction',
      'post-index-change',
      'pre-commit',
      'post-update',
      'update',
    ]) {
      mkdirSync(join(worktree, '.git/hooks'), { recursive: true })
      writeFileSync(join(worktree, '.git/hooks', hook), `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 })
    }
    for (const [key, value] of [
      ['core.fsmonitor', script],
      ['filter.evil.clean', script],
      ['diff.evil.textconv', script],
      ['diff.evil.command', script],
      ['gpg.program', script],
      ['hook.evil.command', script],
      ['hook.evil.event', 'reference-transaction'],
      ['commit.gpgSign', 'true'],
      ['core.splitIndex', 'true'],
      ['core.untrackedCache', 'true'],
      ['i18n.commitEncoding', 'ISO-8859-1'],
      ['user.useConfigOnly', 'true'],
    ]) {
      sandbox.run(worktree, 'config', key!, value!)
    }
    writeFileSync(join(worktree, '.git/info/attributes'), '* filter=evil diff=evil\n')
    const names = () => readdirSync(join(worktree, '.git')).sort()
    const before = names()
    await commit({
      into: at(join(worktree, '.git'), false),
      branch: 'topic',
      actions: [create('a', 'é\n'), step('update', 'file.txt', { content: 'y\n' })],
    })
    expect(existsSync(mark)).toBe(false)
    expect(names()).toEqual(before)
    expect(execFileSync('git', ['-C', worktree, 'cat-file', 'commit', 'topic']).toString()).not.toContain(
      'encoding',
    )
  })

  it('refuses a .gitmodules by which a clone would run a command, wherever it lies', async () => {
    await commit({ actions: [create('.gitmodules', '[submodule "a"]\n\tpath = a\n\turl = ../a.git\n')] })
    const entry = (line: string, name = 'a') => `[submodule "${name}"]\n\t${line}\n`
    const harmful = [
      entry('url = -u./payload'),
      entry('path = --upload-pack=x'),
      entry('update = !touch x'),
      entry('url = https://x/%0aHost: y'),
      entry('url = x', '../../hooks'),
    ]
    const paths = ['sub/.gitmodules', '.GITMODULES', 'gitmod~1']
    for (const [index, content] of harmful.entries()) {
      const actions = [create('x', content), step('move', paths[index % 3]!, { previous_path: 'x' })]
      expect(await refusal(commit({ actions })), content).toEqual(['INVALID_INPUT', 'actions'])
    }
    expect(sandbox.run(bare, 'fsck', '--strict', '--no-dangling')).toBe('')
    await commit({ actions: [create('sub/.gitmodules', 'no configuration [')] })
  })

  it('refuses a path that git refuses', async () => {
    const links = sandbox.repository('links')
    execFileSync('ln', ['-s', 'elsewhere', join(links, 'link')])
    sandbox.run(links, 'add', 'link')
    sandbox.run(links, 'commit', '--quiet', '-m', 'a link')
    sandbox.run(links, 'push', '--quiet', bare, 'main')
    const actions = [step('move', '.gitmodules', { previous_path: 'link' })]
    expect(await refusal(commit({ actions }))).toEqual(['PATH_INVALID', undefined])
    expect(files()).toEqual(['link'])
  })

  it('changes nothing when the branch moves meanwhile, and removes its folder', async () => {
    const first = await commit({ actions: [create('a')] })
    let somebody = ''
    const through: GitRunner = {
      run: async (command, options) => {
        const result = await runner.run(command, options)
        if (command.args[0] === 'commit-tree') somebody = sandbox.history(bare, { commits: 1 })
        return result
      },
    }
    expect(await refusal(commit({ through, actions: [create('b')] }))).toEqual(['CONFLICT', 'branch'])
    expect(sandbox.refs(bare)).toEqual({ 'refs/heads/main': somebody })
    expect(sandbox.tip(bare, 'main~')).toBe(first.oid)
    expect(readdirSync(sandbox.path('data/index'))).toEqual([])
  })

  it('of many at once lets one be made, and all the others try again', async () => {
    await commit({ actions: [create('a')] })
    const made = await Promise.allSettled(
      Array.from({ length: 6 }, (_, index) => commit({ actions: [create(`file-${index}`)] })),
    )
    const done = made.filter(({ status }) => status === 'fulfilled').length
    const codes = made.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
    expect(done).toBeGreaterThan(0)
    expect(new Set(codes).isSubsetOf(new Set(['CONFLICT']))).toBe(true)
    expect(sandbox.run(bare, 'rev-list', '--count', 'main')).toBe(String(done + 1))
    expect(files()).toHaveLength(done + 1)
  })

  it.each(['hash-object', 'write-tree', 'diff-tree'])(
    'given up at %s, leaves the branch and no folder',
    async (verb) => {
      await commit({ actions: [create('a')] })
      const before = sandbox.refs(bare)
      const controller = new AbortController()
      const through: GitRunner = {
        run: (command, options) => {
          if (command.args[0] === verb) controller.abort()
          return runner.run(command, options)
        },
      }
      const { signal } = controller
      expect(await refusal(commit({ through, signal, actions: [create('b')] }))).toEqual([
        'ABORTED',
        undefined,
      ])
      expect(sandbox.refs(bare)).toEqual(before)
      expect(readdirSync(sandbox.path('data/index'))).toEqual([])
    },
  )

  it('killed, leaves a folder of one user alone, which the next start removes', async () => {
    const data = sandbox.path('data')
    await withPrivateIndex(data, async (indexFile) => {
      writeFileSync(indexFile, 'half an index')
      expect(statSync(dirname(indexFile)).mode & 0o777).toBe(0o700)
      await sweepPrivateIndexes(data)
      expect(existsSync(indexFile)).toBe(false)
    })
    await sweepPrivateIndexes(data)
  })

  it('does not read a tree that unfolds without end', async () => {
    // 10 levels of 10 names each for one and the same tree
    let tree = execFileSync('git', ['--git-dir', bare, 'mktree'], {
      input: Array.from({ length: 10 }, (_, index) => `100644 blob ${emptyBlob(bare)}\tf${index}\n`).join(''),
    })
      .toString()
      .trim()
    for (let level = 0; level < 9; level += 1) {
      const input = Array.from({ length: 10 }, (_, index) => `040000 tree ${tree}\td${index}\n`).join('')
      tree = execFileSync('git', ['--git-dir', bare, 'mktree'], { input }).toString().trim()
    }
    sandbox.run(bare, 'update-ref', 'refs/heads/main', sandbox.run(bare, 'commit-tree', '-m', 'bomb', tree))
    const through: GitRunner = {
      run: (command, options) =>
        // a hundredth of what is read otherwise: the rule is the same
        runner.run(command, {
          ...options,
          maxOutputBytes: (options?.maxOutputBytes ?? 0) / 100 || undefined,
        }),
    }
    expect(await refusal(commit({ through, actions: [create('x')] }))).toEqual(['UNSUPPORTED', undefined])
  })

  it('does what a model of it does, whatever the actions are', async () => {
    const names = fc.constantFrom('a', 'b', 'a/x', 'a/y', 'a/x/deep', 'ü 😀', '-rf', 'b.c')
    const contents = fc.constantFrom('', 'one\n', 'two\r\n', '\0\u0001', 'no line end')
    const action = fc.record({
      action: fc.constantFrom<CommitStep['action'][]>(
        'create',
        'create',
        'update',
        'delete',
        'move',
        'chmod',
      ),
      path: names,
      from: names,
      content: fc.option(contents),
      is_executable: fc.option(fc.boolean()),
    })
    const run = Number(process.env.GITFERRY_FUZZ_CASES ?? 4)
    let number = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(action, { minLength: 1, maxLength: 4 }), { maxLength: 6 }),
        async (commits) => {
          number += 1
          const branch = `model-${number}`
          const model = new Map<string, { mode: string; content: string }>([
            ['seed', { mode: '100644', content: 'seed' }],
          ])
          sandbox.run(bare, 'symbolic-ref', 'HEAD', `refs/heads/${branch}`)
          await commit({
            branch,
            startBranch: number === 1 ? null : 'seed',
            actions: number === 1 ? [create('seed')] : [],
          })
          if (number === 1) sandbox.run(bare, 'branch', 'seed', branch)
          for (const steps of commits) {
            const next = new Map(model)
            const isPossible = steps.every((one) => apply(next, one))
            const made = commit({
              branch,
              actions: steps.map(({ from, content, ...one }) =>
                step(one.action, one.path, {
                  previous_path: one.action === 'move' ? from : null,
                  is_executable: one.is_executable,
                  ...(content !== null && { content }),
                }),
              ),
            })
            if (isPossible) {
              await made
              model.clear()
              for (const [path, file] of next) model.set(path, file)
            } else await expect(made).rejects.toThrow(/^actions\./)
          }
          expect(listing(branch)).toEqual(
            [...model].map(([path, { mode, content }]) => [path, mode, content]).sort(),
          )
        },
      ),
      { numRuns: run },
    )
  })
})

const emptyBlob = (repo: string): string =>
  execFileSync('git', ['--git-dir', repo, 'hash-object', '-w', '--stdin'], { input: '' }).toString().trim()

/** Every file of a branch by plain git: path, mode, content. */
function listing(ref: string): string[][] {
  const lines = execFileSync('git', ['--git-dir', bare, 'ls-tree', '-r', '-z', ref]).toString().split('\0')
  return lines
    .filter(Boolean)
    .map((line) => {
      const [, mode = '', oid = '', path = ''] = /^(\d+) \w+ (\w+)\t(.*)$/s.exec(line) ?? []
      return [path, mode, execFileSync('git', ['--git-dir', bare, 'cat-file', 'blob', oid]).toString()]
    })
    .sort()
}

interface ModelStep {
  readonly action: CommitStep['action']
  readonly path: string
  readonly from: string
  readonly content: string | null
  readonly is_executable: boolean | null
}

/** The rules once more, in the plainest words: files are keys of a Map. Answers whether the step is possible. */
function apply(files: Map<string, { mode: string; content: string }>, given: ModelStep): boolean {
  const { action, path, from, content, is_executable } = given
  const isFree = () =>
    ![...files.keys()].some((key) => key === path || key.startsWith(`${path}/`) || path.startsWith(`${key}/`))
  const mode = (before: string) => (is_executable === null ? before : is_executable ? '100755' : '100644')
  const source = action === 'move' ? from : path
  const found = files.get(source)
  if (action === 'create') {
    if (!isFree()) return false
    files.set(path, { mode: mode('100644'), content: content ?? '' })
    return true
  }
  if (found === undefined) return false
  if (action === 'update' && content === null) return false
  if (action === 'chmod' && is_executable === null) return false
  if (action === 'move' && from === path) return false
  files.delete(source)
  if (action === 'delete') return true
  if (action === 'move' && !isFree()) return false
  files.set(path, {
    mode: mode(found.mode),
    content: action === 'chmod' ? found.content : (content ?? found.content),
  })
  return true
}
