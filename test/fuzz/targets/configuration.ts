import { isGitferryError } from '@gitferry/core/errors'
import fc from 'fast-check'
import { readCommandLine } from '../../../packages/server/src/configuration/command-line.ts'
import { commands } from '../../../packages/server/src/configuration/commands.ts'
import { readConfigurationFile } from '../../../packages/server/src/configuration/configuration-file.ts'
import { settings } from '../../../packages/server/src/configuration/settings.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { repeated, textNear } from '../inputs.ts'
import { answerOf, promise, same } from '../promises.ts'

type FileReader = (text: string) => object
const readFile: FileReader = (text) => readConfigurationFile('/etc/gitferry.yaml', () => text)
/** Stands in every file, as a secret that somebody forgot to quote might. */
const canary = 'canary0secret'

const documents = [
  'host: 127.0.0.1\nport: 38080\nrepo_roots:\n  - /srv/repos\nsecret_key: $\n',
  '{"port": 1, "host_names": ["git.example.org"], "webhook_secret": "$"}',
  'webhook_secret: *$\n',
  'webhook_secret: !$ x\n',
  'webhook_secret: @$\n',
  'a: &a [1,2]\nb: &b [*a,*a]\nc: [*b,*b]\n# $',
  '- $',
  '$: 1\n$: 2\n',
  '',
]

const file = fuzzTarget<string, FileReader>({
  name: 'the configuration file',
  inputs: textNear(documents, [
    ':',
    ' ',
    '  ',
    '- ',
    '\t',
    '*',
    '&a ',
    '!',
    '!!js/function ',
    '<<: ',
    '|',
    '>',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
    '{',
    '}',
    '"',
    "'",
    '? ',
    '@',
    '`',
    '$',
    'true',
    '0o17',
  ]).map((text) => text.replaceAll('$', canary)),
  parser: readFile,
  check(read, text) {
    let found: object
    try {
      found = read(text)
    } catch (error) {
      if (!isGitferryError(error, 'INVALID_INPUT')) throw error
      promise(!error.message.includes(canary), 'what stands there is not quoted')
      return 'refused'
    }
    promise(typeof found === 'object' && found !== null && !Array.isArray(found), 'settings')
    promise(Object.getPrototypeOf(found) === Object.prototype, 'a plain object')
    return 'accepted'
  },
  long: () => [
    // ten levels of nine aliases each: 3,486,784,401 entries
    `a0: &a0 [x]\n${Array.from({ length: 10 }, (_, level) => `a${level + 1}: &a${level + 1} [${Array(9).fill(`*a${level}`)}]\n`).join('')}`,
    `${'['.repeat(2_000)}${']'.repeat(2_000)}`,
    `port: 1\n${'x'.repeat(100_000)}`,
    `a: ${'"'.repeat(5_000)}`,
  ],
  broken: {
    'quotes the line': (text) => {
      try {
        return readFile(text)
      } catch (error) {
        throw Object.assign(error as Error, { message: `${(error as Error).message}: ${text}` })
      }
    },
    'takes a list': (text) => (text.startsWith('- ') ? [] : readFile(text)),
    'takes JSON alone': (text) => JSON.parse(text || '{}') as object,
  },
})

type CommandLineReader = typeof readCommandLine
const words = [
  'serve',
  '--port',
  '8080',
  '--host=127.0.0.1',
  '--repo-root',
  '/srv',
  '--insecure',
  '--help',
  '-h',
  '--version',
  '--',
  '-',
  '--secret-key',
  '--config',
  '--insecure=true',
  '--no-insecure',
  '--prot',
  '--__proto__',
  '--constructor=1',
  '',
]

const commandLine = fuzzTarget<readonly string[], CommandLineReader>({
  name: 'the command line',
  inputs: fc.oneof(
    fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...words) },
        { weight: 1, arbitrary: textNear(words) },
      ),
      { maxLength: 6 },
    ),
    fc
      .subarray([
        '--port=1',
        '--insecure',
        '--port=2',
        '--repo-root=/a',
        '--repo-root=/b',
        '--log-level=info',
      ])
      .map((flags) => ['serve', ...flags]),
  ),
  parser: readCommandLine,
  check(read, argv) {
    const found = answerOf(() => read(argv), 'INVALID_INPUT')
    if (found === undefined) return 'refused'
    const known = ['help', 'version', ...commands.map(({ name }) => name)]
    promise(known.includes(found.command), 'a command that there is')
    if (found.command === 'help' || found.command === 'version') return 'accepted'
    const names = new Set<string>(settings.filter(({ flag }) => flag !== undefined).map(({ name }) => name))
    promise(
      Object.keys(found.settings).every((name) => names.has(name)),
      'settings that there are, and no secret',
    )
    if (found.command === 'serve') promise(argv.includes('serve'), 'the command was given')
    const ports = argv.flatMap((word) => /^--port=(\d{1,9})$/.exec(word)?.[1] ?? [])
    if (!argv.includes('--port') && ports.length > 0 && found.command === 'serve' && !argv.includes('--')) {
      same(found.settings.port, Number(ports.at(-1)), 'the last one counts')
    }
    return 'accepted'
  },
  long: () => [
    Array(20_000).fill('--port=1'),
    ...repeated(['-', 'a', '=']).map((word) => [word.slice(0, 4_000)]),
  ],
  broken: {
    'passes over what it does not know': (argv) =>
      readCommandLine(argv.filter((word) => ['serve', '--insecure'].includes(word))),
    'lets the first one count': (argv) => readCommandLine([...argv].reverse()),
    'says what parseArgs says': (argv) => {
      if (argv.includes('--no-insecure')) throw new TypeError('Unknown option')
      return readCommandLine(argv)
    },
  },
})

export const configurationTargets: readonly AnyFuzzTarget[] = [file, commandLine]
