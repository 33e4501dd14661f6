import { appendFileSync, chmodSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isGitferryError } from '../../../src/errors/index.ts'
import { defaultBranch } from '../../../src/git/local/default-branch.ts'
import { readHead } from '../../../src/git/local/head.ts'
import { readRemotes } from '../../../src/git/local/read-remotes.ts'
import { Sandbox } from './sandbox.ts'

let box: Sandbox
beforeEach(() => {
  box = new Sandbox()
})
afterEach(() => {
  box[Symbol.dispose]()
})

/** Text for the config; RUN becomes a command that leaves the marker, and EXEC the path of such a program. */
const payloads: [what: string, config: string, attributes?: string][] = [
  ['core.fsmonitor', '[core]\n\tfsmonitor = "RUN"'],
  ['core.hooksPath', '[core]\n\thooksPath = HOOKS'],
  ['core.sshCommand, gitProxy, askPass', '[core]\n\tsshCommand = "RUN"\n\tgitProxy = EXEC\n\taskPass = EXEC'],
  [
    'core.editor, core.pager',
    '[core]\n\teditor = "RUN"\n\tpager = "RUN"\n[pager]\n\tcheckout = "RUN"\n\tstatus = "RUN"',
  ],
  ['core.alternateRefsCommand', '[core]\n\talternateRefsCommand = "RUN"'],
  ['credential.helper', '[credential]\n\thelper = "!RUN"'],
  ['gpg.program', '[gpg]\n\tprogram = EXEC\n[commit]\n\tgpgSign = true\n[log]\n\tshowSignature = true'],
  [
    'alias for every verb',
    ['for-each-ref', 'update-ref', 'checkout', 'status', 'config', 'rev-parse', 'read-tree', 'check-attr']
      .map((verb) => `[alias]\n\t${verb} = "!RUN"`)
      .join('\n'),
  ],
  ['diff drivers', '[diff]\n\texternal = EXEC\n[diff "x"]\n\tcommand = EXEC\n\ttextconv = EXEC', '* diff=x'],
  ['merge driver', '[merge "x"]\n\tdriver = "RUN"', '* merge=x'],
  [
    'filter clean and smudge',
    '[filter "x"]\n\tclean = "RUN"\n\tsmudge = "RUN"\n\trequired = true',
    '* filter=x',
  ],
  ['filter process', '[filter "x"]\n\tprocess = EXEC', '* filter=x'],
  ['filter named like a state', '[filter "unset"]\n\tclean = "RUN"\n\tsmudge = "RUN"', '* filter=unset'],
  ['filter with an odd name', '[filter "a.b=\'c"]\n\tclean = "RUN"\n\tsmudge = "RUN"', "* filter=a.b='c"],
  ['filter of files that stay', '[filter "x"]\n\tclean = "RUN"\n\tsmudge = "RUN"', 'stays filter=x'],
  ['filter behind a macro', '[filter "x"]\n\tclean = "RUN"\n\tsmudge = "RUN"', '[attr]m filter=x\n* m'],
  ['include.path', '[include]\n\tpath = INCLUDED'],
  ['includeIf', '[includeIf "gitdir:/"]\n\tpath = INCLUDED'],
  [
    'core.attributesFile',
    '[core]\n\tattributesFile = ATTRIBUTES\n[filter "x"]\n\tclean = "RUN"\n\tsmudge = "RUN"',
  ],
  ['core.worktree', '[core]\n\tworktree = /etc'],
  ['submodules', '[submodule]\n\trecurse = true\n[submodule "s"]\n\tupdate = "!RUN"'],
  ['url.insteadOf', '[url "ext::RUN"]\n\tinsteadOf = https://'],
  [
    'protocol.ext',
    '[protocol "ext"]\n\tallow = always\n[remote "origin"]\n\turl = "ext::RUN"\n\tpromisor = true',
  ],
  ['hook.*', '[hook "h"]\n\tcommand = "RUN"\n\tevent = reference-transaction\n\tevent = post-checkout'],
  ['interactive and difftool', '[interactive]\n\tdiffFilter = "RUN"\n[difftool "x"]\n\tcmd = "RUN"'],
  ['remote programs', '[remote "origin"]\n\tuploadpack = "RUN"\n\treceivepack = "RUN"\n\tvcs = x\n\turl = x'],
]

/** A repository with a branch that changes `file`, each of git's hooks, and a file whose index entry is stale. */
function hostile(config: string, attributes = ''): string {
  const path = box.repository()
  box.commit(path, { stays: 'same\n' })
  box.run(path, 'checkout', '--quiet', '-b', 'topic')
  box.commit(path, { file: 'two\n', added: 'new\n' })
  box.run(path, 'checkout', '--quiet', 'main')

  const program = box.write(join(box.folder, 'program'), `#!/bin/sh\n${box.payload}\n`, 0o755)
  for (const folder of [join(path, '.git/hooks'), join(box.folder, 'hooks')]) {
    for (const hook of [
      'reference-transaction',
      'post-checkout',
      'post-index-change',
      'pre-commit',
      'fsmonitor-watchman',
    ]) {
      chmodSync(box.write(join(folder, hook), `#!/bin/sh\n${box.payload}\n`), 0o755)
    }
  }
  const replace = (text: string): string =>
    text
      .replaceAll('RUN', box.payload)
      .replaceAll('EXEC', program)
      .replaceAll('HOOKS', join(box.folder, 'hooks'))
      .replaceAll('ATTRIBUTES', join(box.folder, 'attributes'))
      .replaceAll('INCLUDED', join(box.folder, 'included'))
  box.write(join(box.folder, 'attributes'), '* filter=x\n')
  box.write(join(box.folder, 'included'), replace('[core]\n\tfsmonitor = "RUN"\n\thooksPath = HOOKS\n'))
  box.write(join(path, '.git/info/attributes'), `${attributes}\n`)
  // Same size, other time: git reads the file again, through its clean filter, to know whether it changed.
  box.write(join(path, 'stays'), 'same\n')
  box.write(join(path, 'file'), 'one\n')
  appendFileSync(join(path, '.git/config'), `${replace(config)}\n`)
  return path
}

const codes = new Set(['CHECKOUT_REFUSED', 'BRANCH_UNMERGED', 'GIT_FAILED'])

describe('nothing that a repository names is run', () => {
  it.each(payloads)('%s', async (_, config, attributes) => {
    const path = hostile(config, attributes)
    const repository = await box.open(path)
    await readHead(join(path, '.git'), box)
    await readRemotes(join(path, '.git'), box)
    await defaultBranch(await box.inspect(path), box)
    await repository.list('all')
    await repository.create({ name: 'new', base_branch: 'topic' })
    await repository.delete('new', { force: true })
    await repository.create({ name: 'merged' })
    await repository.delete('merged')
    for (const branch of ['topic', 'main']) {
      await repository.checkout({ branch }).catch((error: unknown) => {
        if (!isGitferryError(error) || !codes.has(error.code)) throw error
      })
    }
    expect(box.hasMarker).toBe(false)
  })

  it.each(['filter clean and smudge', 'filter named like a state', 'core.fsmonitor', 'core.hooksPath'])(
    'would have been by git itself: %s',
    (name) => {
      const [, config = '', attributes] = payloads.find(([what]) => what === name) ?? []
      const path = hostile(config, attributes)
      box.run(path, 'checkout', '--quiet', 'topic')
      expect(box.hasMarker).toBe(true)
    },
  )

  it('in a submodule either', async () => {
    const inner = box.repository('inner')
    const path = box.repository('outer')
    box.run(path, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'sub')
    box.run(path, 'commit', '--quiet', '-m', 'sub')
    box.run(path, 'checkout', '--quiet', '-b', 'topic')
    box.commit(join(path, 'sub'), { file: 'two\n' })
    box.commit(path, { sub2: 'x' })
    box.run(path, 'checkout', '--quiet', '--recurse-submodules', 'main')
    const config = join(path, '.git/modules/sub/config')
    const command = JSON.stringify(box.payload)
    appendFileSync(
      config,
      `[core]\n\tfsmonitor = ${command}\n[filter "x"]\n\tclean = ${command}\n\tsmudge = ${command}\n`,
    )
    box.write(join(path, '.git/modules/sub/info/attributes'), '* filter=x\n')
    box.write(join(path, 'sub/file'), 'one\n')
    const repository = await box.open(path)
    for (const branch of ['topic', 'main']) {
      expect(await repository.checkout({ branch })).toMatchObject({ name: branch, is_current: true })
    }
    expect(box.hasMarker).toBe(false)
  })
})

it('a checkout that needs no filter is done although drivers and hooks are there', async () => {
  const path = hostile('[filter "x"]\n\tclean = "RUN"\n\tsmudge = "RUN"\n\trequired = true', 'stays filter=x')
  await (await box.open(path)).checkout({ branch: 'topic' })
  expect(readFileSync(join(path, 'file'), 'utf8')).toBe('two\n')
  expect(box.hasMarker).toBe(false)
})
