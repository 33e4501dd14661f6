import { problemWithRefName } from '../../../packages/core/src/contract/index.ts'
import { isFullRef, requireRefPattern } from '../../../packages/core/src/git/full-ref.ts'
import { problemWithFullRefName } from '../../../packages/core/src/sync/full-ref-name.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { repeated, textNear } from '../inputs.ts'
import { answerOf, promise, same, verdict } from '../promises.ts'
import { oid } from './git-fixtures.ts'
import { isRefNameOfGit, refusedByGit } from './git-ref-format.ts'

/** What names are made of, and what none may hold. */
export const nameParts = [
  'a',
  'feature/',
  '.',
  '/',
  '-',
  '@',
  '{',
  '@{',
  '..',
  '.lock',
  '~',
  '^',
  '[',
  '?',
  '*',
  'HEAD',
  '+',
  '//',
  'é',
  'e\u0301',
  oid,
]
const short = ['main', 'feature/login', 'v1.0', 'release/2024-01', '修复/登录', 'a.b@c']
const full = [
  'refs/heads/main',
  'refs/tags/v1.0',
  'refs/heads/feature/é',
  'refs/pull/7/head',
  'refs/heads/a/b/c',
  'refs/heads/.hidden',
  'refs/tags/a/.b',
  'refs/heads/a.lock',
  'refs/tags/a.lock/b',
]
/** Of every kind. */
export const longNames = () =>
  repeated(['a', '/', 'a/', '.', '@', '*', '?', '.lock/', 'é'], { before: 'refs/heads/' })

/** That git takes all of these names. */
export const refusesNone = (names: readonly string[], flag?: '--branch'): void => {
  const refused = refusedByGit(names, flag)
  promise(refused.length === 0, `git takes ${JSON.stringify(refused.slice(0, 3))}`)
}

type NameRule = (name: string) => string | undefined

const branchName = fuzzTarget<string, NameRule>({
  name: 'names that people give',
  inputs: textNear(short, nameParts),
  parser: problemWithRefName,
  check(problemWith, name) {
    const problem = problemWith(name)
    if (problem === undefined) {
      promise(isRefNameOfGit(`refs/heads/${name}`), 'an accepted name is one of git')
      promise(!/^[-+]|^(?:HEAD|@)$|^refs\/|\p{Cf}/u.test(name), 'an accepted name means nothing else')
    } else promise(!problem.includes('\n') && problem.length < 100, 'a problem is one short line')
    return verdict(problem === undefined)
  },
  weigh: (accepted) => refusesNone(accepted, '--branch'),
  long: longNames,
  broken: {
    'takes an option': (name) => (name.startsWith('-') ? undefined : problemWithRefName(name)),
    'takes what ends with ".lock"': (name) => (name.includes('.lock') ? undefined : problemWithRefName(name)),
    'takes "@{"': (name) => (name.includes('@{') ? undefined : problemWithRefName(name)),
  },
})

type IsName = (name: string) => boolean

const fullNameTarget = (name: string, isName: IsName, namespaces: RegExp): AnyFuzzTarget =>
  fuzzTarget<string, IsName>({
    name,
    inputs: textNear(full, nameParts),
    parser: isName,
    check(takes, given) {
      const isTaken = takes(given)
      same(isTaken, namespaces.test(given) && isRefNameOfGit(given), 'the rules are those of git')
      return verdict(isTaken)
    },
    weigh: (accepted) => refusesNone(accepted),
    long: longNames,
    broken: {
      'takes every name with slashes': (given) => given.includes('/'),
      'takes what begins with a dot': (given) => isName(given.replaceAll('/.', '/')),
      'takes what ends with ".lock"': (given) => isName(given.replaceAll('.lock', '')),
      'refuses what is not ASCII': (given) => isName(given) && !/[^\x20-\x7e]/.test(given),
    },
  })

type PatternRule = (pattern: string) => string

const pattern = fuzzTarget<string, PatternRule>({
  name: 'patterns of a fetch',
  inputs: textNear(['refs/heads/*', 'refs/heads/main', 'refs/heads/*/x'], nameParts),
  parser: requireRefPattern,
  check(require, given) {
    const found = answerOf(() => require(given), 'REF_INVALID')
    if (found === undefined) return 'refused'
    promise(found === given && given.split('*').length <= 2, 'one * at most')
    promise(isRefNameOfGit(given.replace('*', 'x')), 'what it matches is a ref')
    return 'accepted'
  },
  long: longNames,
  broken: {
    'takes anything': (given) => given,
    'takes two of them': (given) => {
      requireRefPattern(given.replaceAll('*', ''))
      return given
    },
  },
})

export const refNameTargets: readonly AnyFuzzTarget[] = [
  branchName,
  fullNameTarget('full names of refs', isFullRef, /^refs\//),
  fullNameTarget(
    'full names of branches and tags',
    (name) => problemWithFullRefName(name) === undefined,
    /^refs\/(?:heads|tags)\//,
  ),
  pattern,
]
