import { type Command, commands } from './commands.ts'
import { nearest } from './nearest.ts'
import { usageError } from './usage-error.ts'

const names = commands.map(({ name }) => name)

/** The commands whose names begin with these words: all of them for none. */
export const commandsOf = (words: readonly string[]): readonly Command[] =>
  commands.filter(({ name }) => `${name} `.startsWith([...words, ''].join(' ')))

/**
 * The command that the first words name, and the words behind it.
 * @throws INVALID_INPUT naming the nearest, or what is missing
 */
export function findCommand(words: readonly string[]): {
  readonly command: Command
  readonly rest: readonly string[]
} {
  const [first, second] = words
  if (first === undefined) throw usageError('command', 'is missing. Try: gitferry serve, or gitferry --help')
  const command = commands.find(({ name }) => `${words.join(' ')} `.startsWith(`${name} `))
  if (command !== undefined) return { command, rest: words.slice(command.name.split(' ').length) }
  const begun = commandsOf([first]).map(({ name }) => `gitferry ${name}`)
  if (begun.length > 0 && second === undefined) {
    throw usageError(first, `says not yet what to do. Try: ${begun.join(', ')}`)
  }
  const typed = begun.length > 0 ? `${first} ${second}` : first
  const meant = nearest(words.slice(0, 2).join(' '), names) ?? nearest(first, names)
  throw usageError(typed, `there is no such command.${meant === undefined ? '' : ` Did you mean ${meant}?`}`)
}
