import fc from 'fast-check'
import { trackedBranch } from '../../../packages/core/src/git/local/local-config.ts'
import { problemWithRefGlob } from '../../../packages/core/src/sync/full-ref-name.ts'
import { matchesRefGlob } from '../../../packages/core/src/sync/ref-glob.ts'
import { originalBy, type RefRule, readRefRule, renamedBy } from '../../../packages/core/src/sync/ref-rule.ts'
import { parseRefSelection, type RefSelection } from '../../../packages/core/src/sync/ref-selection.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { repeated, textNear } from '../inputs.ts'
import { answerOf, promise, same, verdict } from '../promises.ts'
import { isRefNameOfGit } from './git-ref-format.ts'
import { longNames, nameParts, refusesNone } from './ref-names.ts'

const globs = ['refs/heads/*', 'refs/heads/feature/?/*', 'refs/tags/v*', 'refs/heads/main', 'refs/heads/*-*']
type GlobRule = (glob: string) => string | undefined

const glob = fuzzTarget<string, GlobRule>({
  name: 'globs over refs',
  inputs: textNear(globs, nameParts),
  parser: problemWithRefGlob,
  check(problemWith, given) {
    const problem = problemWith(given)
    if (problem !== undefined) return 'refused'
    // what the wildcards leave open can be filled so that git takes the name
    promise(isRefNameOfGit(given.replaceAll(/[*?]/g, 'x')), 'an accepted glob can match a ref')
    promise(/^refs\/(?:heads|tags)\//.test(given), 'an accepted glob stays in its place')
    return 'accepted'
  },
  weigh: (accepted) => refusesNone(accepted.map((each) => each.replaceAll(/[*?]/g, 'x'))),
  long: longNames,
  broken: {
    'takes a range': (given) => (given.includes('[') ? undefined : problemWithRefGlob(given)),
    'takes refs of any kind': (given) => (given.startsWith('refs/') ? undefined : problemWithRefGlob(given)),
  },
})

type Matches = (glob: string, name: string) => boolean

/** By a table of all beginnings of both: slow and plain. */
function matchesByTable(pattern: string, name: string): boolean {
  const symbols = [...pattern]
  const letters = [...name]
  let row = letters.map(() => false)
  row.unshift(true)
  for (const symbol of symbols) {
    const next = [symbol === '*' && row[0]!]
    for (const [index, letter] of letters.entries()) {
      next.push(
        symbol === '*'
          ? row[index + 1]! || next[index]!
          : row[index]! && (symbol === '?' || symbol === letter),
      )
    }
    row = next
  }
  return row.at(-1)!
}

const letters = (symbols: readonly string[]) =>
  fc.array(fc.constantFrom(...symbols), { maxLength: 12 }).map((all) => all.join(''))

const matching = fuzzTarget<{ readonly glob: string; readonly name: string }, Matches>({
  name: 'which names a glob matches',
  inputs: fc.record({
    glob: letters(['a', 'b', '/', '*', '*', '?', '😀']),
    name: letters(['a', 'a', 'b', '/', '😀']),
  }),
  parser: matchesRefGlob,
  check(matches, { glob: pattern, name }) {
    const isMatch = matches(pattern, name)
    // the table of long ones would be large
    if (name.length < 100) same(isMatch, matchesByTable(pattern, name), `${pattern} matches ${name}`)
    return verdict(isMatch)
  },
  // no more steps than pattern times name, each as long as a task may give them
  long: () =>
    [
      { glob: '*a'.repeat(2_000), name: 'a'.repeat(3_900) },
      { glob: `${'*a*b'.repeat(900)}c`, name: 'ab'.repeat(2_000) },
      { glob: `${'?*'.repeat(2_000)}x`, name: 'a'.repeat(4_000) },
    ].map(({ glob: pattern, name }) => ({ glob: `${pattern}`, name })),
  broken: {
    'lets * stop at a slash': (pattern, name) =>
      matchesRefGlob(pattern, name) && !(pattern.includes('*') && name.includes('/')),
    'takes ? for nothing too': (pattern, name) =>
      matchesRefGlob(pattern, name) || matchesRefGlob(pattern.replaceAll('?', ''), name),
    'goes back without end': (pattern, name) =>
      new RegExp(`^${pattern.replaceAll('?', '.').replaceAll('*', '.*')}$`, 'su').test(name),
  },
})

type RuleParser = (entry: string) => RefRule | { readonly problem: string }

const rules = [
  'refs/heads/*',
  'refs/heads/*:refs/heads/up/*',
  'refs/tags/v1:refs/tags/v2',
  'refs/heads/a*b:refs/heads/*',
  '+refs/heads/*:refs/heads/*',
]
const someRefs = ['refs/heads/main', 'refs/heads/ab', 'refs/heads/up/main', 'refs/tags/v1', 'refs/heads/$&']

const rule = fuzzTarget<string, RuleParser>({
  name: 'refspecs of a task',
  inputs: textNear(rules, [...nameParts, ':', '*', '+', '^', 'refs/heads/', 'refs/tags/']),
  parser: readRefRule,
  check(read, entry) {
    const found = read(entry)
    if ('problem' in found) {
      promise(found.problem.length < 200 + entry.length, 'a problem is short')
      return 'refused'
    }
    const { source, target } = found
    promise(
      !/^[+^]/.test(entry) && !`${source}${target}`.includes(':'),
      'nothing is forced, and both sides are names',
    )
    promise(source.split('/')[1] === target.split('/')[1], 'a branch stays a branch')
    for (const side of [source, target])
      promise(isRefNameOfGit(side.replaceAll(/[*?]/g, 'x')), 'a side can match a ref')
    for (const ref of someRefs) {
      const renamed = renamedBy(found, ref)
      if (renamed !== null) same(originalBy(found, renamed), ref, 'a rename can be undone')
    }
    return 'accepted'
  },
  long: () => repeated(['refs/heads/*:', '*', ':', 'a', '?'], { before: 'refs/heads/' }),
  broken: {
    'takes a forced refspec': (entry) => readRefRule(entry.replace(/^\+/, '')),
    'takes a branch for a tag': (entry) => {
      const [source = '', target = source] = entry.split(':')
      return { source, target }
    },
    'forgets what it was called': (entry) => {
      const found = readRefRule(entry)
      return 'problem' in found || !found.source.includes('*')
        ? found
        : { ...found, target: found.target.replace('*', 'x') }
    },
  },
})

interface Selected {
  readonly refs: readonly string[]
  readonly exclude: readonly string[]
  readonly tags: boolean
}
type SelectionParser = (selected: Selected) => RefSelection

const selectionOf: SelectionParser = ({ refs, exclude, tags }) =>
  parseRefSelection({
    mode: 'mirror',
    source_branch: '',
    target_branch: '',
    refs: [...refs],
    exclude: [...exclude],
    tags,
  })

const selection = fuzzTarget<Selected, SelectionParser>({
  name: 'what a mirror selects',
  inputs: fc.record({
    refs: fc.array(textNear(rules.slice(0, 4), [':', '*']), { maxLength: 3 }),
    exclude: fc.array(textNear(globs, ['*', '^']), { maxLength: 2 }),
    tags: fc.boolean(),
  }),
  parser: selectionOf,
  check(parse, selected) {
    const found = answerOf(() => parse(selected), 'REF_INVALID', 'INVALID_INPUT')
    if (found === undefined) return 'refused'
    for (const ref of someRefs) {
      const target = found.targetOf(ref)
      if (target === null) continue
      promise(!selected.exclude.some((each) => matchesByTable(each, ref)), 'what is excluded is not selected')
      promise(selected.tags || !ref.startsWith('refs/tags/'), 'tags come only where they are wanted')
      const source = found.sourceOf(target)
      promise(source !== null && found.targetOf(source) === target, 'what is written has a source')
    }
    return 'accepted'
  },
  broken: {
    'forgets what to leave out': (selected) => selectionOf({ ...selected, exclude: [] }),
    'takes tags along': (selected) => selectionOf({ ...selected, tags: true }),
  },
})

type TrackedParser = (refspec: string) => string

/** A refspec in a repository's own config may be anything. */
const tracked = fuzzTarget<string, TrackedParser>({
  name: 'fetch refspecs of a config',
  inputs: textNear(
    [
      '+refs/heads/*:refs/remotes/origin/*',
      'refs/heads/main:refs/remotes/origin/main',
      '+refs/heads/x/*:refs/remotes/origin/*',
    ],
    [':', '*', '+'],
  ),
  parser: (value) =>
    trackedBranch('refs/remotes/origin/main', {
      common: [{ key: 'remote.origin.fetch', value }],
      worktree: [],
    }).name,
  check(read, refspec) {
    const name = read(refspec)
    // by hand, for the one ref that is asked for
    const [source = '', target = ''] = refspec.replace(/^\+/, '').split(':')
    const isExact = target === 'refs/remotes/origin/main'
    if (!source.includes('*') && isExact && source.startsWith('refs/heads/')) {
      same(name, source.slice('refs/heads/'.length), 'the branch that the refspec names')
    }
    if (source === 'refs/heads/*' && target === 'refs/remotes/origin/*')
      same(name, 'main', 'the branch of the pattern')
    return verdict(source.startsWith('refs/heads/'))
  },
  long: () => repeated(['*', ':', 'refs/heads/*:', 'a']),
  broken: {
    'knows no pattern': (value) => (value.includes('*') ? '' : 'main'),
    'takes the remote with the name': (value) => (value.includes('*') ? 'origin/main' : value),
  },
})

export const refRuleTargets: readonly AnyFuzzTarget[] = [glob, matching, rule, selection, tracked]
