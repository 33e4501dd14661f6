import type { GitCommand } from '../../command.ts'

/** One line of a config file. Section and variable are in lower case, the part between as it is written. */
export interface ConfigEntry {
  readonly key: string
  /** A key without a value is `true` to git. */
  readonly value: string
}

const parse = ({ stdout }: { readonly stdout: Buffer }): readonly ConfigEntry[] =>
  stdout
    .toString('utf8')
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const end = entry.indexOf('\n')
      return end < 0
        ? { key: entry, value: 'true' }
        : { key: entry.slice(0, end), value: entry.slice(end + 1) }
    })

/** Reads every entry of one config file, as it is written there; what it includes is left out. */
export const configEntries = (file: string): GitCommand<readonly ConfigEntry[]> => ({
  args: ['config', '--file', file, '--no-includes', '--null', '--list'],
  parse,
})

/** Reads the URLs of all remotes from one config file; what it includes is left out. */
export const remoteUrls = (file: string): GitCommand<readonly ConfigEntry[]> => ({
  args: [
    'config',
    '--file',
    file,
    '--no-includes',
    '--null',
    '--get-regexp',
    String.raw`^remote\..*\.(url|pushurl)$`,
  ],
  exitCodes: [1],
  parse,
})

/** Names the settings that configure hooks (`hook.<name>.command`, git 2.54 and later), included files counted. */
export const configuredHooks = (): GitCommand<readonly string[]> => ({
  args: ['config', '--null', '--name-only', '--get-regexp', String.raw`^hook\.`],
  exitCodes: [1],
  parse: ({ stdout }) =>
    stdout
      .toString('utf8')
      .split('\0')
      .filter((key) => key !== ''),
})
