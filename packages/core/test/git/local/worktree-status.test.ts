import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { status } from '../../../src/git/local/commands/status.ts'
import { worktreeStatus } from '../../../src/git/local/worktree-status.ts'
import { groupMembers } from '../../../src/git/process-group.ts'
import { fakeGit, runnerIn } from '../fake-git.ts'
import { Sandbox } from './sandbox.ts'

const parse = (stdout: string) => status([]).parse({ exitCode: 0, stdout: Buffer.from(stdout), stderr: '' })

describe('the output of git status', () => {
  // Printed by git 2.39 for the arguments of `status`, with a file renamed in the index (old → new).
  const captured =
    ' M   lead\0 M -n\0 M a b \0MM both\0UU c\0 D gone\0A  li\nne\0A  new\0D  old\0M  staged\0 M ta"b\0 T typ\0 M é/ü\0'

  it('is read as it is, whatever letters the names have', () => {
    expect(parse(captured).map(({ index, worktree, path }) => [index, worktree, path])).toEqual([
      [' ', 'M', '  lead'],
      [' ', 'M', '-n'],
      [' ', 'M', 'a b '],
      ['M', 'M', 'both'],
      ['U', 'U', 'c'],
      [' ', 'D', 'gone'],
      ['A', ' ', 'li\nne'],
      ['A', ' ', 'new'],
      ['D', ' ', 'old'],
      ['M', ' ', 'staged'],
      [' ', 'M', 'ta"b'],
      [' ', 'T', 'typ'],
      [' ', 'M', 'é/ü'],
    ])
  })

  it('is empty when nothing differs', () => {
    expect(parse('')).toEqual([])
  })

  it.each(['R  new\0old\0', '## main\0', 'M\0', ' M \0', 'MMpath\0'])(
    'is GIT_FAILED when it is %j',
    (text) => {
      expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'GIT_FAILED' }))
    },
  )
})

describe('worktreeStatus', () => {
  let box: Sandbox
  let path: string
  beforeEach(() => {
    box = new Sandbox()
    path = box.repository()
  })
  afterEach(() => {
    box[Symbol.dispose]()
  })

  const read = (settings: readonly (readonly [string, string])[] = []) =>
    worktreeStatus({ runner: box.runner, gitDir: join(path, '.git'), workTree: path, settings })

  it('names what differs from an index that is as HEAD has it, and nothing else', async () => {
    const names = ['a b ', ' c', 'é/ü', 'typ', 'old', 'gone', 'staged']
    box.commit(path, Object.fromEntries(names.map((name) => [name, `${name} of some length\n`])))
    // Renames are off also where the user has them on.
    box.run(path, 'config', 'status.renames', 'copies')
    box.run(path, 'mv', 'old', 'new')
    for (const name of ['a b ', ' c', 'é/ü', 'staged', 'untracked']) box.write(join(path, name), 'mine\n')
    for (const name of ['gone', 'typ']) rmSync(join(path, name))
    symlinkSync('file', join(path, 'typ'))
    box.run(path, 'add', 'staged')
    expect(await read()).toEqual({ conflicted: [], modified: [' c', 'a b ', 'typ', 'é/ü'] })
  })

  it('names every kind of conflict', async () => {
    const blob = box.oid(path, 'HEAD:file')
    const stages = { DD: [1], AU: [2], UD: [1, 2], UA: [3], DU: [1, 3], AA: [2, 3], UU: [1, 2, 3] }
    for (const [name, present] of Object.entries(stages)) {
      const [first, ...others] = present.map((stage) => `100644 ${blob} ${stage}\t${name}`)
      const lines = box.write(join(box.folder, 'stages'), `${[first, ...others].join('\n')}\n`)
      box.run(path, '-c', `alias.feed=!git update-index --index-info <'${lines}'`, 'feed')
    }
    expect(await read()).toEqual({ conflicted: Object.keys(stages).sort(), modified: [] })
  })

  it('has the given settings above those of the repository', async () => {
    box.commit(path, { '.gitattributes': 'file filter=x\n' })
    box.run(path, 'config', 'filter.x.clean', box.payload)
    box.write(join(path, 'file'), 'two\n')
    expect((await read([['filter.x.clean', '']])).modified).toEqual(['file'])
    expect(box.hasMarker).toBe(false)
    await read()
    expect(box.hasMarker, 'the filter would have run').toBe(true)
  })

  it('that hangs is on record, and ends without a trace when its caller gives up', async () => {
    box.run(path, 'branch', 'topic')
    const started = join(box.folder, 'started')
    const hanging = `sleep 300 & echo $$ >'${started}.new'; mv '${started}.new' '${started}'; wait`
    const git = fakeGit(
      box.folder,
      `case " $* " in *' status '*) ${hanging};; *) exec /usr/bin/git "$@";; esac`,
    )
    const runner = runnerIn(box.folder, git)
    const repository = await box.open(path, runner)
    const controller = new AbortController()
    const attempt = repository.checkout({ branch: 'topic' }, { signal: controller.signal }).then(
      () => 'done',
      (error: unknown) => error,
    )
    let group: number
    try {
      // The test's own time limit ends a wait in vain.
      while (!existsSync(started)) await new Promise((resolve) => setTimeout(resolve, 2))
      group = Number(readFileSync(started, 'utf8'))
      expect(groupMembers(group)?.map(({ pid }) => pid)).toContain(group)
      expect(readdirSync(join(box.folder, 'children'))).toHaveLength(1)
    } finally {
      controller.abort()
    }
    expect(await attempt).toMatchObject({ code: 'ABORTED' })
    expect(groupMembers(group)).toEqual([])
    expect(readdirSync(join(box.folder, 'children'))).toEqual([])
    expect(box.run(path, 'symbolic-ref', 'HEAD')).toBe('refs/heads/main')
  })
})
