import { describe, expect, it } from 'vitest'
import { isGitferryError } from '../../../src/errors/index.ts'
import { applyActions, concernedBy, type FileAction } from '../../../src/git/content/apply-actions.ts'

const there: readonly (readonly [string, { mode: string; blob: string }])[] = [
  ['README', { mode: '100644', blob: 'readme' }],
  ['run.sh', { mode: '100755', blob: 'run' }],
  ['src/a', { mode: '100644', blob: 'a' }],
  ['src/deep/b', { mode: '100644', blob: 'b' }],
  ['link', { mode: '120000', blob: 'target' }],
  ['module', { mode: '160000', blob: 'commit' }],
]
const bytes = (text: string) => Buffer.from(text)
const step = (action: FileAction['action'], path: string, more: Partial<FileAction> = {}): FileAction => ({
  action,
  path,
  previous_path: null,
  content: null,
  is_executable: null,
  ...more,
})
const create = (path: string, text = 'new') => step('create', path, { content: bytes(text) })
const update = (path: string, text = 'new') => step('update', path, { content: bytes(text) })
const move = (previous_path: string, path: string, more: Partial<FileAction> = {}) =>
  step('move', path, { previous_path, ...more })

/** Path → mode and content, or `gone`. */
function changes(...actions: FileAction[]): Record<string, string> {
  const applied = applyActions(there, actions)
  return Object.fromEntries([...applied].map(([path, entry]) => [path, shown(entry)]))
}
const shown = (entry: { mode: string; blob: string | Uint8Array } | null): string =>
  entry === null
    ? 'gone'
    : `${entry.mode} ${typeof entry.blob === 'string' ? entry.blob : Buffer.from(entry.blob)}`

describe('applyActions', () => {
  it.each<[string, FileAction[], Record<string, string>]>([
    ['creates a file', [create('new/x')], { 'new/x': '100644 new' }],
    ['creates one without content', [step('create', 'x')], { x: '100644 ' }],
    ['creates an executable', [step('create', 'x', { is_executable: true })], { x: '100755 ' }],
    ['updates a file', [update('README')], { README: '100644 new' }],
    ['keeps the mode of what it updates', [update('run.sh')], { 'run.sh': '100755 new' }],
    ['updates what a link points at', [update('link', 'other')], { link: '120000 other' }],
    ['deletes a file', [step('delete', 'src/a')], { 'src/a': 'gone' }],
    ['deletes a submodule', [step('delete', 'module')], { module: 'gone' }],
    ['moves a file', [move('run.sh', 'bin/run')], { 'run.sh': 'gone', 'bin/run': '100755 run' }],
    ['moves a submodule', [move('module', 'lib/m')], { module: 'gone', 'lib/m': '160000 commit' }],
    [
      'moves a file and changes it',
      [move('README', 'doc', { content: bytes('two') })],
      { README: 'gone', doc: '100644 two' },
    ],
    [
      'moves a file into what was its own place',
      [move('README', 'README/x')],
      {
        README: 'gone',
        'README/x': '100644 readme',
      },
    ],
    [
      'makes a file executable',
      [step('chmod', 'README', { is_executable: true })],
      { README: '100755 readme' },
    ],
    ['makes it plain again', [step('chmod', 'run.sh', { is_executable: false })], { 'run.sh': '100644 run' }],
    ['leaves a file with the mode that it has', [step('chmod', 'README', { is_executable: false })], {}],
    [
      'lets later actions see earlier ones',
      [create('x'), update('x', 'two'), move('x', 'y')],
      { y: '100644 two' },
    ],
    ['lets what came go again', [create('x'), step('delete', 'x')], {}],
    ['moves there and back', [move('README', 'x'), move('x', 'README')], {}],
    [
      'puts a file where a folder was',
      [step('delete', 'src/deep/b'), create('src/deep')],
      {
        'src/deep/b': 'gone',
        'src/deep': '100644 new',
      },
    ],
    [
      'puts a folder where a file was',
      [step('delete', 'README'), create('README/en')],
      {
        README: 'gone',
        'README/en': '100644 new',
      },
    ],
  ])('%s', (_, actions, expected) => expect(changes(...actions)).toEqual(expected))

  it.each<[string, FileAction[], string, string]>([
    ['creates over a file', [create('README')], 'PATH_EXISTS', 'actions.0.path'],
    ['creates over a folder', [create('src')], 'PATH_EXISTS', 'actions.0.path'],
    ['creates in a file', [create('README/x/y')], 'PATH_EXISTS', 'actions.0.path'],
    ['creates in a link', [create('link/x')], 'PATH_EXISTS', 'actions.0.path'],
    ['creates in a submodule', [create('module/x')], 'PATH_EXISTS', 'actions.0.path'],
    ['creates twice', [create('x'), create('x')], 'PATH_EXISTS', 'actions.1.path'],
    [
      'creates where half of a folder is left',
      [step('delete', 'src/a'), create('src')],
      'PATH_EXISTS',
      'actions.1.path',
    ],
    ['updates what is not there', [update('none')], 'PATH_NOT_FOUND', 'actions.0.path'],
    ['updates a folder', [update('src')], 'PATH_NOT_FOUND', 'actions.0.path'],
    ['updates a submodule', [update('module')], 'PATH_NOT_FOUND', 'actions.0.path'],
    [
      'updates what it deleted',
      [step('delete', 'README'), update('README')],
      'PATH_NOT_FOUND',
      'actions.1.path',
    ],
    ['updates without content', [step('update', 'README')], 'INVALID_INPUT', 'actions.0.content'],
    ['deletes what is not there', [step('delete', 'none')], 'PATH_NOT_FOUND', 'actions.0.path'],
    ['deletes a folder', [step('delete', 'src')], 'PATH_NOT_FOUND', 'actions.0.path'],
    ['moves from nowhere', [step('move', 'x')], 'INVALID_INPUT', 'actions.0.previous_path'],
    ['moves what is not there', [move('none', 'x')], 'PATH_NOT_FOUND', 'actions.0.previous_path'],
    ['moves a folder', [move('src', 'x')], 'PATH_NOT_FOUND', 'actions.0.previous_path'],
    ['moves onto a file', [move('README', 'run.sh')], 'PATH_EXISTS', 'actions.0.path'],
    ['moves onto itself', [move('README', 'README')], 'PATH_EXISTS', 'actions.0.path'],
    ['moves onto a folder', [move('README', 'src')], 'PATH_EXISTS', 'actions.0.path'],
    [
      'writes into a submodule that it moves',
      [move('module', 'm', { content: bytes('x') })],
      'PATH_NOT_FOUND',
      'actions.0.previous_path',
    ],
    ['chmods a link', [step('chmod', 'link', { is_executable: true })], 'PATH_NOT_FOUND', 'actions.0.path'],
    ['chmods without saying what to', [step('chmod', 'README')], 'INVALID_INPUT', 'actions.0.is_executable'],
  ])('refuses what %s', (_, actions, code, field) => {
    try {
      changes(...actions)
    } catch (error) {
      if (!isGitferryError(error)) throw error
      expect([error.code, error.details.field]).toEqual([code, field])
      expect(error.message.startsWith(`${field}: `)).toBe(true)
      return
    }
    expect.unreachable('nothing was refused')
  })

  it('asks for the files that matter, and for no other', () => {
    const isConcerned = concernedBy([create('a/b/c'), move('x', 'y/z')])
    const paths = [
      'a',
      'a/b',
      'a/b/c',
      'a/b/c/d/e',
      'a/b/other',
      'a/other',
      'ab',
      'x',
      'x/1',
      'y',
      'y/z',
      'y/1',
      'z',
    ]
    expect(paths.filter(isConcerned)).toEqual(['a', 'a/b', 'a/b/c', 'a/b/c/d/e', 'x', 'x/1', 'y', 'y/z'])
  })
})
