import type { RecordedCall } from './recorded-git.ts'

type Word = string | RegExp

const oid = '(?:[0-9a-f]{40}|[0-9a-f]{64})'
/** A path that gitferry made out of one that it had looked at. */
const path = /^\/[^\p{Cc}]*$/u

/**
 * Every verb that gitferry may give to git, with the words that may stand before the values. None of them can come from
 * a caller but where it is glued to its option, or is a path that begins with "/".
 */
const shapes: Readonly<Record<string, readonly Word[]>> = {
  '--version': [],
  'cat-file': [/^--batch(?:-check=[%()a-z ]+)?$/, '--batch-all-objects', '--unordered', '--buffer'],
  'check-attr': ['--stdin', '-z', '--cached', 'filter'],
  checkout: [
    '--quiet',
    '--no-progress',
    '--no-guess',
    '--no-overwrite-ignore',
    '--no-recurse-submodules',
    '-b',
    '--track',
    '--no-track',
    // git-checkout(1) has no --end-of-options: a branch is checked for its first letter, and "--" follows
    /^[^-\p{Cc}][^\p{Cc}]*$/u,
  ],
  'commit-graph': ['write', '--reachable', '--changed-paths', /^--split(?:=[a-z-]+)?$/, '--no-progress'],
  config: [
    '--file',
    path,
    '--no-includes',
    '--null',
    '--name-only',
    '--list',
    '--get-regexp',
    /^\^(?:remote|hook)\\\.[\\().|*$a-z]*$/,
  ],
  'diff-tree': ['-r', '-z', '--name-only', '--no-renames'],
  fetch: [
    '--no-tags',
    '--no-write-fetch-head',
    '--no-auto-gc',
    '--no-auto-maintenance',
    '--no-recurse-submodules',
    '--no-show-forced-updates',
    '--progress',
    '--quiet',
    '--atomic',
    '--prune',
    '--force',
    '--update-head-ok',
    '--upload-pack=git-upload-pack',
    '--stdin',
  ],
  'for-each-ref': [/^--format=[%()*:=a-z0-9 ]+$/],
  fsck: ['--connectivity-only', '--full', '--no-dangling', '--no-progress'],
  'hash-object': ['-t', 'tag', '-w', '--stdin'],
  init: [
    '--quiet',
    '--bare',
    '--template=',
    /^--object-format=sha(?:1|256)$/,
    /^--initial-branch=[^-\p{Cc}]/u,
  ],
  log: ['-1', '--no-show-signature', /^--format=[%HcI ]+$/],
  'ls-remote': ['--heads', '--tags', '--symref'],
  'ls-tree': ['-r', '-z', '--name-only', '--full-tree'],
  'merge-base': [],
  'pack-refs': ['--all'],
  push: [
    '--porcelain',
    '--no-verify',
    '--no-signed',
    '--no-follow-tags',
    '--no-recurse-submodules',
    '--atomic',
    '--progress',
    '--no-progress',
    '--receive-pack=git-receive-pack',
    /^--receive-pack=git -c core\.hooksPath=\/dev\/null [a-zA-Z.=/ -]+ receive-pack$/,
    new RegExp(`^--force-with-lease=refs/(?:heads|tags)/[^\\p{Cc}:]+:(?:${oid})?$`, 'u'),
  ],
  'read-tree': ['--no-recurse-submodules', new RegExp(`^${oid}$`)],
  'rev-list': [
    '--parents',
    '--stdin',
    '--max-count=1',
    '--left-right',
    '--count',
    '--objects',
    '--no-object-names',
    '--ignore-missing',
    /^--filter=[a-z:=0-9]+$/,
  ],
  'rev-parse': ['--verify', '--quiet', '--show-object-format', '--is-bare-repository'],
  status: ['--porcelain=v1', '-z', '--untracked-files=no', '--no-renames', '--ignore-submodules=all'],
  // what stands in the reflog, one word whatever a branch is called
  'symbolic-ref': ['--quiet', '-m', /^(?:checkout|branch): [^\p{Cc}]+$/u],
  'update-ref': ['--no-deref', '--stdin', '-z', '-m', /^(?:branch|tag|checkout): [^\p{Cc}]+$/u],
  worktree: ['list', '--porcelain', '-z'],
}

/** What is wrong with how git was started, `undefined` when nothing is. */
export function problemWithCall({ args, verb }: RecordedCall): string | undefined {
  const shape = Object.hasOwn(shapes, verb) ? shapes[verb] : undefined
  if (shape === undefined) return `git is never asked for "${verb}"`
  const before = args.slice(0, args.indexOf(verb))
  const stray = before.find((word) => !/^--(?:git-dir|work-tree)=\//.test(word))
  if (stray !== undefined) return `"${stray}" stands before the verb`
  const words = args.slice(before.length + 1)
  const end = words.findIndex((word) => word === '--end-of-options' || word === '--')
  const options = end === -1 ? words : words.slice(0, end)
  const isKnown = (word: string): boolean =>
    shape.some((known) => (typeof known === 'string' ? known === word : known.test(word)))
  const unknown = options.find((word) => !isKnown(word))
  if (unknown !== undefined) return `"${unknown}" stands where options do`
  const values = end === -1 ? [] : words.slice(end + 1)
  const dashed = values.find((word) => word.startsWith('-') && word !== '--')
  return dashed === undefined ? undefined : `the value "${dashed}" reads as an option`
}
