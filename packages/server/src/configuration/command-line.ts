import { parseArgs } from 'node:util'
import { type Command, type CommandName, commands } from './commands.ts'
import { commandsOf, findCommand } from './find-command.ts'
import { nearest } from './nearest.ts'
import { valueOfTexts } from './setting-values.ts'
import { type Setting, settings } from './settings.ts'
import type { SettingName } from './settings-schema.ts'
import { usageError } from './usage-error.ts'

/** What a command is told besides the settings. */
export interface CommandInput {
  /** What its own flags say, as it was typed; a switch that is given says `true`. */
  readonly flags: Readonly<Partial<Record<string, readonly string[]>>>
  readonly argument: string | undefined
}

export type CommandLine =
  | { readonly command: 'version' }
  /** `about`: the commands to be explained. */
  | { readonly command: 'help'; readonly about: readonly Command[] }
  | (CommandInput & {
      readonly command: CommandName
      /** What the flags say, unchecked. */
      readonly settings: Readonly<Partial<Record<SettingName, unknown>>>
      readonly config: string | undefined
    })

type FlagSetting = Setting & { readonly flag: string }

const withFlag = settings.filter((setting): setting is FlagSetting => setting.flag !== undefined)
const everywhere = ['config', 'help', 'version']
const known = [...withFlag, ...commands.flatMap((command) => command.flags)]
const switches = new Set(['help', 'version', ...known.flatMap((s) => (s.kind === 'switch' ? [s.flag] : []))])

// a flag has one kind wherever it is taken, so that words and values are told apart before the command is known
const options = Object.fromEntries(
  [...everywhere, ...known.map(({ flag }) => flag)].map((flag) => [
    flag,
    { type: switches.has(flag) ? ('boolean' as const) : ('string' as const) },
  ]),
)

const settingsOf = (command: Command): readonly FlagSetting[] =>
  withFlag.filter(({ name }) => command.settings?.includes(name) ?? true)

/**
 * Reads what stands behind `gitferry` on the command line. Of a flag given twice the last one counts, unless it is
 * a list.
 * @throws INVALID_INPUT for an unknown command or flag (naming the nearest), a flag without its value, a switch with one,
 *   and what the command needs and was not given
 */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const { tokens } = parseArgs({
    args: [...argv],
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const words = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []))
  const typed = tokens.filter((token) => token.kind === 'option')
  const asks = (name: string) => typed.some((token) => token.name === name && token.value === undefined)
  if (asks('help')) return { command: 'help', about: commandsOf(words) }
  if (asks('version')) return { command: 'version' }

  const { command, rest } = findCommand(words)
  const given = valuesOf(command, typed)
  const [argument, extra] = command.argument === undefined ? [undefined, ...rest] : rest
  if (extra !== undefined) throw usageError(extra, 'is not expected here; values belong to a flag')
  if (command.argument !== undefined && argument === undefined) {
    throw usageError(command.argument, `is missing: gitferry ${command.name} ${command.argument}`)
  }
  for (const { flag, isRequired } of command.flags) {
    if (isRequired && !given.has(flag)) throw usageError(`--${flag}`, `is missing: gitferry ${command.name}`)
  }
  return {
    command: command.name,
    settings: Object.fromEntries(
      settingsOf(command).flatMap((setting) => {
        const texts = given.get(setting.flag)
        return texts === undefined ? [] : [[setting.name, valueOfTexts(setting, texts)]]
      }),
    ),
    config: given.get('config')?.at(-1),
    flags: Object.fromEntries(command.flags.map(({ flag }) => [flag, given.get(flag)])),
    argument,
  }
}

interface TypedFlag {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

function valuesOf(command: Command, typed: readonly TypedFlag[]): ReadonlyMap<string, readonly string[]> {
  const taken = [...everywhere, ...[...settingsOf(command), ...command.flags].map(({ flag }) => flag)]
  const given = new Map<string, string[]>()
  for (const { name, rawName, value, inlineValue } of typed) {
    refuseSecret(name, rawName)
    if (!taken.includes(name)) {
      const word = nearest(name, taken)
      const problem = Object.hasOwn(options, name)
        ? `is no flag of gitferry ${command.name}.`
        : 'there is no such flag.'
      throw usageError(rawName, `${problem}${word === undefined ? '' : ` Did you mean --${word}?`}`)
    }
    if (switches.has(name) && value !== undefined) throw usageError(rawName, 'takes no value')
    if (!switches.has(name) && (value === undefined || (!inlineValue && value.startsWith('-')))) {
      throw usageError(rawName, 'needs a value')
    }
    const values = given.get(name) ?? []
    values.push(value ?? 'true')
    given.set(name, values)
  }
  return given
}

function refuseSecret(name: string, rawName: string): void {
  const secret = settings.find((setting) => setting.flag === undefined && dashed(setting.name) === name)
  if (secret === undefined) return
  const problem = 'everybody on this machine can read a command line; give the secret by'
  throw usageError(rawName, `${problem} --${name}-file or ${secret.variable}`)
}

const dashed = (name: string): string => name.replaceAll('_', '-')
