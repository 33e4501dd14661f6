import { parseArgs } from 'node:util'
import { nearest } from './nearest.ts'
import { valueOfTexts } from './setting-values.ts'
import { settings } from './settings.ts'
import type { SettingName } from './settings-schema.ts'
import { usageError } from './usage-error.ts'

export interface CommandLine {
  readonly command: 'serve' | 'help' | 'version'
  /** What the flags say, unchecked. */
  readonly settings: Readonly<Partial<Record<SettingName, unknown>>>
  readonly config: string | undefined
}

const commands = ['serve']
const withFlag = settings.flatMap((setting) =>
  setting.flag === undefined ? [] : [{ ...setting, flag: setting.flag }],
)
const flags = [...withFlag.map(({ flag }) => flag), 'config', 'help', 'version']
const switches = new Set([
  'help',
  'version',
  ...withFlag.flatMap((s) => (s.kind === 'switch' ? [s.flag] : [])),
])

const options = Object.fromEntries(
  flags.map((flag) => [flag, { type: switches.has(flag) ? ('boolean' as const) : ('string' as const) }]),
)

const dashed = (name: string): string => name.replaceAll('_', '-')

const meant = (word: string | undefined): string => (word === undefined ? '' : ` Did you mean ${word}?`)

/**
 * Reads what stands behind `gitferry` on the command line. Of a flag given twice the last one counts, unless it is
 * a list.
 * @throws INVALID_INPUT for an unknown command or flag (naming the nearest), a flag without its value, a switch with one
 */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const { tokens } = parseArgs({
    args: [...argv],
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const given = new Map<string, string[]>()
  const words: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    const { name, rawName, value, inlineValue } = token
    const secret = settings.find((setting) => setting.flag === undefined && dashed(setting.name) === name)
    if (secret !== undefined) {
      const problem = 'everybody on this machine can read a command line; give the secret by'
      throw usageError(rawName, `${problem} --${name}-file or ${secret.variable}`)
    }
    if (!flags.includes(name)) {
      const word = nearest(name, flags)
      throw usageError(rawName, `there is no such flag.${meant(word === undefined ? word : `--${word}`)}`)
    }
    if (switches.has(name) && value !== undefined) throw usageError(rawName, 'takes no value')
    if (!switches.has(name) && (value === undefined || (!inlineValue && value.startsWith('-')))) {
      throw usageError(rawName, 'needs a value')
    }
    given.set(name, [...(given.get(name) ?? []), value ?? 'true'])
  }

  const values: Partial<Record<SettingName, unknown>> = {}
  for (const setting of withFlag) {
    const texts = given.get(setting.flag)
    if (texts !== undefined) values[setting.name] = valueOfTexts(setting, texts)
  }
  const config = given.get('config')?.at(-1)
  if (given.has('help')) return { command: 'help', settings: values, config }
  if (given.has('version')) return { command: 'version', settings: values, config }

  const [command, extra] = words
  if (command === undefined)
    throw usageError('command', 'is missing. Try: gitferry serve, or gitferry --help')
  if (!commands.includes(command)) {
    throw usageError(command, `there is no such command.${meant(nearest(command, commands))}`)
  }
  if (extra !== undefined) throw usageError(extra, 'is not expected here; values belong to a flag')
  return { command: 'serve', settings: values, config }
}
