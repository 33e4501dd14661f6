import type { RecordedCall } from './recorded-git.ts'

type Word = string | RegExp

const oid = '(?:[0-9a-f]{40}|[0-9a-f]{64})'
const oneOid = new RegExp(`^${oid}$`)
/** A path that gitferry made out of one that it had looked at. */
const path = /^\/[^\p{Cc}]*$/u

/** By which commits are searched for. What a caller gives is glued to its option, and stands on one line. */
const searches: readonly Word[] = [
  '--count',
  /^--encoding=(?:UTF-8|none)$/,
  '--fixed-strings',
  '--regexp-ignore-case',
  /^--(?:author|grep)=[^\p{Cc}]+$/u,
  /^--(?:since|until)=@\d+ \+0000$/,
]

/**
 * Every verb that gitferry may give to git, with the words that may stand before the values. None of them can come from
 * a caller but where it is glued to its option, or is a path that begins with "/".
 */
const shapes: Readonly<Record<string, readonly Word[]>> = {
  '--version': [],
  archive: [/^--format=(?:zip|tar)$/, /^--prefix=[\p{L}\p{M}\p{N}_][\p{L}\p{M}\p{N}._-]*\/$/u, oneOid],
  'cat-file': [
    /^--batch(?:-check=[%()a-z ]+)?$/,
    '--batch-all-objects',
    '--unordered',
    '--buffer',
    'blob',
    oneOid,
  ],
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
  'commit-tree': ['--no-gpg-sign', '-p', oneOid],
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
  'diff-tree': [
    '--root',
    '--no-commit-id',
    '-r',
    '-z',
    '--name-only',
    '--raw',
    '--numstat',
    '--no-renames',
    '--find-renames',
    '--no-abbrev',
    '--no-ext-diff',
    '--no-textconv',
    '--ignore-submodules=none',
  ],
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
  'for-each-ref': [/^--format=[%()*:=a-z0-9 ^]+$/, /^refs\/(?:heads|remotes|tags)$/],
  fsck: ['--connectivity-only', '--full', '--no-dangling', '--no-progress'],
  grep: [
    '-I',
    '--count',
    '--null',
    '--full-name',
    '--no-color',
    '--no-textconv',
    '--no-recurse-submodules',
    '--fixed-strings',
    '-e',
    '',
    oneOid,
  ],
  'hash-object': ['-t', 'tag', '-w', '--no-filters', '--stdin'],
  init: [
    '--quiet',
    '--bare',
    '--template=',
    /^--object-format=sha(?:1|256)$/,
    /^--initial-branch=[^-\p{Cc}]/u,
  ],
  log: [
    '-1',
    '-z',
    /^--(?:skip|max-count)=\d+$/,
    /^--format=(?:[%HcI ]+|(?:%x0[01]|%[HPB]|%[ac][net]| )+|short)$/,
    '--no-walk=unsorted',
    '--stdin',
    '--sparse',
    '--date-order',
    '--full-history',
    '--parents',
    '--diff-merges=separate',
    '--name-status',
    '--numstat',
    '--no-renames',
    '--find-renames',
    '--diff-merges=off',
    '--no-ext-diff',
    '--no-textconv',
    '--ignore-submodules=none',
    '--no-abbrev',
    '--no-abbrev-commit',
    '--no-decorate',
    '--no-show-signature',
    '--no-mailmap',
    '--no-notes',
    ...searches,
  ],
  'ls-remote': ['--heads', '--tags', '--symref'],
  'ls-tree': ['-r', '-z', '--name-only', '--long', '--full-tree'],
  // with two oids: the hook of a hosted repository
  'merge-base': ['--is-ancestor', oneOid],
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
  'read-tree': ['--no-recurse-submodules', oneOid],
  'receive-pack': ['--stateless-rpc', '--http-backend-info-refs'],
  'rev-list': [
    '--parents',
    '--stdin',
    '--max-count=1',
    '--left-right',
    '--count',
    '--objects',
    '--no-object-names',
    '--ignore-missing',
    '--branches',
    ...searches,
    /^--filter=[a-z:=0-9]+$/,
  ],
  'rev-parse': [
    '--verify',
    '--quiet',
    '--show-object-format',
    '--is-bare-repository',
    /^--disambiguate=[0-9a-f]{7,64}$/,
  ],
  status: ['--porcelain=v1', '-z', '--untracked-files=no', '--no-renames', '--ignore-submodules=all'],
  // what stands in the reflog, one word whatever a branch is called
  'symbolic-ref': ['--quiet', '-m', /^(?:checkout|branch): [^\p{Cc}]+$/u],
  'update-index': ['-z', '--index-info'],
  'update-ref': ['--no-deref', '--stdin', '-z', '-m', /^(?:branch|tag|checkout): [^\p{Cc}]+$/u],
  'upload-pack': ['--strict', '--stateless-rpc', '--http-backend-info-refs'],
  worktree: ['list', '--porcelain', '-z'],
  'write-tree': ['--missing-ok'],
}

/** What stands after "--" is a path to these, and nothing else, however it begins. */
const takePaths: ReadonlySet<string> = new Set(['grep', 'log', 'ls-tree', 'rev-list'])

/** What is wrong with how git was started, `undefined` when nothing is. */
function problemWithCall({ args, verb }: RecordedCall): string | undefined {
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
  const after = end === -1 ? [] : words.slice(end + 1)
  const paths = takePaths.has(verb) && words[end] === '--end-of-options' ? after.indexOf('--') : -1
  const values = paths === -1 ? after : after.slice(0, paths)
  const dashed = values.find((word) => word.startsWith('-') && word !== '--')
  return dashed === undefined ? undefined : `the value "${dashed}" reads as an option`
}

/** Every problem once, with the first call that has it. */
export function problemsWithCalls(calls: readonly RecordedCall[]): string[] {
  const first = new Map<string, string>()
  for (const call of calls) {
    const problem = problemWithCall(call)
    if (problem !== undefined && !first.has(problem)) first.set(problem, call.args.join(' '))
  }
  return [...first].map(([problem, call]) => `${problem}: git ${call}`)
}
