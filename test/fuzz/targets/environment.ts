import fc from 'fast-check'
import {
  type Invocation,
  resolveConfiguration,
} from '../../../packages/server/src/configuration/resolve-configuration.ts'
import { settings } from '../../../packages/server/src/configuration/settings.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { textNear } from '../inputs.ts'
import { answerOf, promise } from '../promises.ts'

interface Given {
  readonly env: Readonly<Record<string, string>>
  readonly text: string
}
type Resolver = (given: Given) => Invocation
const resolve: Resolver = ({ env, text }) =>
  resolveConfiguration({ argv: ['serve', '--config', '/etc/gitferry.yaml'], env, readFile: () => text })

const values = [
  '0',
  '38080',
  '65536',
  'true',
  'no',
  '127.0.0.1',
  '0.0.0.0',
  '::1',
  'localhost',
  '/srv:/x',
  '10.0.0.0/8,git.lan',
  '30s',
  '2m',
  '-1',
  'A'.repeat(43),
  'sqlite:/x',
  'postgres://u:p@h/x',
  'memory',
  ' ',
  '\n',
  ',',
  'debug',
  'é',
]

const environment = fuzzTarget<Given, Resolver>({
  name: 'settings of the environment',
  inputs: fc.record({
    env: fc.dictionary(
      fc.constantFrom(
        ...settings.map(({ variable }) => variable),
        'SERVER_PORT',
        'DB_TYPE',
        'DB_PATH',
        'ENCRYPTION_KEY',
        'WEBHOOK_SECRET',
        'GITFERRY_PROT',
      ),
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...values) },
        { weight: 1, arbitrary: textNear(values) },
      ),
      { maxKeys: 3 },
    ),
    text: fc.constantFrom(
      'port: 8080\n',
      'grace: 10\n',
      'insecure: false\nlog_level: warn\n',
      '{}',
      'unknown: 1\n',
    ),
  }),
  parser: resolve,
  check(read, given) {
    const found = answerOf(() => read(given), 'INVALID_INPUT')
    if (found === undefined) return 'refused'
    promise(found.command === 'serve', 'the command that was given')
    const { concurrency, dataDir, graceMs, host, insecure, needsToken, port, webhooks } = found.configuration
    promise(port >= 0 && port <= 65_535 && Number.isInteger(port), 'a port is one')
    promise(
      concurrency >= 1 && concurrency <= 64 && graceMs >= 0 && graceMs <= 3_600_000,
      'numbers in their bounds',
    )
    promise(dataDir !== '' && !dataDir.includes('\n'), 'a folder is one')
    promise(webhooks.rateLimit >= 1, 'a rate is one')
    promise(
      insecure || needsToken || host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host),
      'other machines only where it is said, or with tokens',
    )
    return 'accepted'
  },
  broken: {
    'listens anywhere': (given) => {
      const found = resolve({ ...given, env: { ...given.env, GITFERRY_HOST: '127.0.0.1' } })
      return found.command === 'serve'
        ? {
            ...found,
            configuration: {
              ...found.configuration,
              host: given.env.GITFERRY_HOST || '127.0.0.1',
              needsToken: false,
            },
          }
        : found
    },
    'takes any number': (given) => {
      const { GITFERRY_PORT, ...env } = given.env
      const found = resolve({ ...given, env })
      return found.command === 'serve'
        ? { ...found, configuration: { ...found.configuration, port: Number(GITFERRY_PORT ?? 1) } }
        : found
    },
  },
})

export const environmentTargets: readonly AnyFuzzTarget[] = [environment]
