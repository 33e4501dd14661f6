import fc from 'fast-check'
import type { GitProgress } from '../../../packages/core/src/git/command.ts'
import type { RefResult } from '../../../packages/core/src/git/commands/push.ts'
import { classifyFailure } from '../../../packages/core/src/git/parsers/failure.ts'
import { ProgressReader, parseProgressLine } from '../../../packages/core/src/git/parsers/progress.ts'
import { parsePushPorcelain } from '../../../packages/core/src/git/parsers/push-porcelain.ts'
import { redact } from '../../../packages/core/src/git/redact.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { inPieces, piecesOf, repeated, textNear } from '../inputs.ts'
import { invisible, promise, same, verdict } from '../promises.ts'
import { oid, printed } from './git-fixtures.ts'

const lines = [
  '!\t',
  '=\t',
  '*\t',
  '+\t',
  `${oid}:refs/heads/main\t`,
  '[rejected]',
  '[remote rejected]',
  ' (stale info)',
  ' (',
  ')',
]
const remoteLines = [
  'remote: ',
  'error: ',
  'fatal: ',
  'remote: error: GH006: ',
  '\u001b[31m',
  "cannot lock ref 'refs/heads/main': ",
]

interface Printed {
  readonly stdout: string
  readonly stderr: string
}

/** How many refs each flag was printed for, read in another way: the last line of a ref counts. */
function flagsOf(output: string): Map<string, string> {
  const flags = new Map<string, string>()
  for (const line of output.split('\n')) {
    const [flag = '', refspec, ...rest] = line.split('\t')
    if (!/^[ +\-*!=X]$/.test(flag) || refspec === undefined || rest.length === 0) continue
    // "." of a pattern takes no line terminator, and a summary holds none
    if (/[\r\u2028\u2029]/.test(rest.join('\t'))) continue
    flags.set(refspec.split(':').at(-1)!, flag)
  }
  return flags
}

type Results = ReadonlyMap<string, RefResult>
type PushParser = (output: string, stderr: string) => Results

const altered =
  (alter: (result: RefResult) => RefResult): PushParser =>
  (output, stderr) =>
    new Map(Array.from(parsePushPorcelain(output, stderr), ([ref, result]) => [ref, alter(result)]))

const push = fuzzTarget<Printed, PushParser>({
  name: 'push --porcelain',
  inputs: fc.record({
    stdout: textNear(
      printed.map(({ stdout }) => stdout),
      lines,
    ),
    stderr: textNear(
      printed.map(({ stderr }) => stderr),
      remoteLines,
    ),
  }),
  parser: parsePushPorcelain,
  check(parse, { stdout, stderr }) {
    const results = parse(stdout, stderr)
    const flags = flagsOf(stdout)
    same([...results.keys()].sort(), [...flags.keys()].sort(), 'the refs that git names')
    for (const [ref, { failure_class, outcome, reason, ref: named }] of results) {
      promise(named === ref, 'a result stands under its own ref')
      promise(!invisible.test(reason) && reason.length <= 500, 'a reason can be printed')
      const isFine = !['!', 'X'].includes(flags.get(ref)!)
      promise(isFine === (outcome === 'updated' || outcome === 'in_step'), 'what was refused is no success')
      promise(isFine === (failure_class === null), 'what failed has a class')
    }
    return verdict(results.size > 0)
  },
  long: () => [
    ...repeated(['!\t', 'x', '(', '[', `!\t:refs/heads/a\t[rejected] (`, '\n']).map((stdout) => ({
      stdout,
      stderr: '',
    })),
    ...repeated(['remote: ', 'exceeds ', "error: cannot lock ref '", 'refs/heads/a ', '\r']).map(
      (stderr) => ({
        stdout: '!\t:refs/heads/a\t[remote rejected] (pre-receive hook declined)\n',
        stderr: `remote: ${stderr}`,
      }),
    ),
  ],
  broken: {
    'takes a refusal for an update': altered((result) => ({
      ...result,
      outcome: 'updated',
      failure_class: null,
    })),
    'reads the first line of a ref alone': (output, stderr) =>
      parsePushPorcelain(output.split('\n').slice(0, 2).join('\n'), stderr),
    'prints what the remote said as it is': altered((result) => ({
      ...result,
      reason: result.reason.replaceAll('\\u{1b}', '\u001b').replaceAll('\\u{202e}', '\u202e'),
    })),
    'forgets which kind of trouble it was': altered((result) => ({ ...result, failure_class: null })),
  },
})

const meter = [
  'Receiving objects:  42% (84/200), 1.20 MiB | 3.40 MiB/s\rReceiving objects: 100% (200/200), done.\n',
  'remote: Counting objects: 7, done.        \nremote: Compressing objects:  50% (1/2)\r',
  'Writing objects:   3% (1/30)\rWriting objects: 100% (30/30), 2.00 KiB | 2.00 KiB/s, done.\nTotal 30 (delta 0)\n',
]

type ProgressParser = (pieces: readonly string[]) => readonly GitProgress[]

const readProgress: ProgressParser = (pieces) => {
  const seen: GitProgress[] = []
  const reader = new ProgressReader((progress) => void seen.push(progress))
  for (const piece of pieces) reader.push(piece)
  return seen
}

const progress = fuzzTarget<{ readonly whole: string; readonly size: number }, ProgressParser>({
  name: 'the progress meter of git',
  inputs: inPieces(
    textNear(meter, [
      'Receiving objects: ',
      ' 50% ',
      '(1/2)',
      '\r',
      'remote: ',
      ', done.',
      ', 1.5 GiB',
      '4294967296',
    ]),
  ),
  parser: readProgress,
  check(read, { whole, size }) {
    const seen = read([...piecesOf(whole, size), '\n'])
    same(seen, read([`${whole}\n`]), 'the same in whatever pieces it comes')
    for (const { stage, percent = 0, done, total = 0, bytes = 0 } of seen) {
      promise(/^[A-Z][A-Za-z ]{2,40}$/.test(stage), 'a stage is a few words')
      for (const number of [percent, done ?? 0, total, bytes])
        promise(number >= 0 && !Number.isNaN(number), 'numbers')
    }
    return verdict(seen.length > 0)
  },
  long: () =>
    repeated(['a', 'A', ' ', 'Receiving objects: ', '1', 'remote: ']).map((whole) => ({
      whole,
      size: 4_096,
    })),
  broken: {
    'loses what a piece cuts': (pieces) =>
      pieces.flatMap((piece) => piece.split(/[\r\n]/).flatMap((line) => parseProgressLine(line) ?? [])),
    'takes the carriage return for text': (pieces) =>
      pieces
        .join('')
        .split('\n')
        .flatMap((line) => parseProgressLine(line.split('\r')[0]!) ?? [])
        .slice(pieces.length % 2),
  },
})

type FailureParser = typeof classifyFailure

const failure = fuzzTarget<{ readonly stderr: string; readonly exitCode: number }, FailureParser>({
  name: 'what a failed git says',
  inputs: fc.record({
    stderr: textNear(
      [
        ...printed.map(({ stderr }) => stderr),
        "fatal: unable to access 'https://h.example/': The requested URL returned error: 403\n",
        'git@h.example: Permission denied (publickey).\r\nfatal: Could not read from remote repository.\n',
        'remote: Repository not found.\nfatal: repository not found\n',
      ],
      remoteLines,
    ),
    exitCode: fc.integer({ min: 1, max: 255 }),
  }),
  parser: classifyFailure,
  check(classify, { stderr, exitCode }) {
    const { code, details, message } = classify({ verb: 'push', exitCode, stderr: redact(stderr) })
    promise(!invisible.test(message) && message.length < 1_000, 'a message is one short line')
    promise(!['INTERNAL', 'CLOSED'].includes(code), 'a failure of git is none of ours')
    return verdict(details.reason === 'other')
  },
  long: () =>
    repeated([
      'repository ',
      'x',
      'packed object a ',
      "cannot lock ref 'a': 'b' exists; ",
      'exceeds a b c d ',
      ' ',
      'the \n',
    ]).map((stderr) => ({ stderr, exitCode: 1 })),
  broken: {
    'quotes all of it': (given) => Object.assign(classifyFailure(given), { message: given.stderr }),
    'knows one code alone': (given) => Object.assign(classifyFailure(given), { code: 'INTERNAL' }),
  },
})

export const gitPushTargets: readonly AnyFuzzTarget[] = [push, progress, failure]
