import { type Command, type CommandFlag, commands } from './commands.ts'
import { type Setting, settings } from './settings.ts'

const everywhere = `  --config FILE
      YAML or JSON with the same settings, written with underscores: data_dir, repo_roots.
  -h, --help
      Show this text; behind a command, what that takes.
  --version
      Show the version.
`

const settingEntry = ({ flag, value, variable, help }: Setting): string => {
  const head =
    flag === undefined ? variable : `--${flag}${value === undefined ? '' : ` ${value}`}  (${variable})`
  return `  ${head}\n      ${help}`
}

const flagEntry = ({ flag, value, help }: CommandFlag): string =>
  `  --${flag}${value === undefined ? '' : ` ${value}`}\n      ${help}`

const usage = ({ name, argument, flags }: Command): string => {
  const needed = flags.filter(({ isRequired }) => isRequired).map(({ flag, value }) => `--${flag} ${value}`)
  return ['gitferry', name, ...(argument === undefined ? [] : [argument]), ...needed, '[flags]'].join(' ')
}

const listed = (): string => {
  const width = Math.max(...commands.map(({ name }) => name.length))
  return commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n')
}

function explained(command: Command): string {
  const own = command.flags.map(flagEntry)
  const head = `gitferry ${command.name}: ${command.summary}\n${command.explanation}`
  return own.length === 0 ? head : `${head}\n\n${own.join('\n')}`
}

function settingsOf(about: readonly Command[]): readonly Setting[] {
  return settings.filter(({ name }) => about.some((command) => command.settings?.includes(name) ?? true))
}

/** What `gitferry --help` prints, or with words in front of it, by the commands that these begin. */
export function helpText(about: readonly Command[]): string {
  const isAll = about.length === 0 || about.length === commands.length
  const shown = isAll ? commands : about
  const usages = isAll ? ['gitferry COMMAND [flags]'] : shown.map(usage)
  return [
    `Usage: ${usages.join('\n       ')}`,
    '',
    isAll ? listed() : shown.map(explained).join('\n\n'),
    '',
    'Settings, as flags (and the environment variables that they take precedence over):',
    ...settingsOf(shown).map(settingEntry),
    everywhere,
  ].join('\n')
}
