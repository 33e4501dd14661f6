import fc from 'fast-check'
import { matchesName, type PushRule, ruleLines } from '../../../packages/core/src/protection/index.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { repeated, textNear } from '../inputs.ts'
import { promise, same, verdict } from '../promises.ts'

interface Question {
  readonly name: string
  readonly pattern: string
}
type Matcher = (name: string, pattern: string) => boolean

const globParts = ['*', '**', '/', 'a', 'release', '.', '?', '[a]', '+', '$']

/** The same in another way, which may take long: for short texts. */
function matchesSlowly(name: string, pattern: string): boolean {
  if (pattern === '') return name === ''
  if (pattern[0] !== '*') return name[0] === pattern[0] && matchesSlowly(name.slice(1), pattern.slice(1))
  return Array.from({ length: name.length + 1 }, (_, at) => name.slice(at)).some((rest) =>
    matchesSlowly(rest, pattern.slice(1).replace(/^\*+/, '')),
  )
}

const globs = fuzzTarget<Question, Matcher>({
  name: 'patterns of protected names',
  inputs: fc.record({
    name: textNear(['main', 'release/1.0', 'aaa', 'v1'], globParts).map((text) => text.slice(0, 24)),
    pattern: textNear(['main', 'release/*', '*', 'v*', 'a*a', '*/*'], globParts).map((text) =>
      text.slice(0, 12),
    ),
  }),
  parser: matchesName,
  check(matches, { name, pattern }) {
    const found = matches(name, pattern)
    if (pattern.split('*').length < 6) same(found, matchesSlowly(name, pattern), 'what the pattern says')
    return verdict(found)
  },
  long: () =>
    repeated(['a', 'ab']).flatMap((name) => [
      { name, pattern: `${'a*'.repeat(50_000)}b` },
      { name, pattern: '*'.repeat(100_000) },
    ]),
  broken: {
    'takes it for an expression': (name, pattern) => {
      try {
        return new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(name)
      } catch {
        return false
      }
    },
    'stops at a slash': (name, pattern) =>
      name.split('/').length === pattern.split('/').length && matchesName(name, pattern),
    'lets parts overlap': (name, pattern) => {
      const [head = '', ...rest] = pattern.split('*')
      const tail = rest.at(-1)
      return tail === undefined ? name === pattern : name.startsWith(head) && name.endsWith(tail)
    },
  },
})

type LineWriter = typeof ruleLines

const rules = fuzzTarget<readonly PushRule[], LineWriter>({
  name: 'rules as the hook reads them',
  inputs: fc.array(
    fc.record({
      kind: fc.constantFrom('branch', 'tag'),
      name: textNear(['main', 'release/*', 'a b', 'x\ntag * -', ''], [' ', '\n', '*', 'tag ', '\t']),
      refusal: fc.constantFrom(null, 'no one may push to it'),
    }),
    { maxLength: 4 },
  ),
  parser: ruleLines,
  check(write, given) {
    const lines = write(given).split('\n').slice(0, -1)
    // as `read -r kind pattern why` has it
    const read = lines.map((line) => /^([^ ]+) ([^ ]+) (.*)$/.exec(line)?.slice(1) ?? [])
    const wanted = given.filter(({ name }) => name !== '' && !/[\p{Cc} ]/u.test(name))
    same(
      read.map(([kind, name]) => [kind, name]),
      wanted.map(({ kind, name }) => [kind, name]),
      'a line a rule',
    )
    for (const [index, { refusal }] of wanted.entries()) same(read[index]![2], refusal ?? '-', 'and why')
    promise(lines.length <= given.length, 'no rule becomes two')
    return verdict(lines.length > 0)
  },
  broken: {
    'writes every name': (given) =>
      given.map(({ kind, name, refusal }) => `${kind} ${name} ${refusal ?? '-'}\n`).join(''),
    'leaves a rule out': (given) => ruleLines(given.slice(1)),
  },
})

export const protectionTargets: readonly AnyFuzzTarget[] = [globs, rules]
