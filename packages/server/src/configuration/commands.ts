import type { SettingName } from './settings-schema.ts'

/** A flag of one command: unlike a setting it has no variable, and stands in no configuration file. */
export interface CommandFlag {
  readonly flag: string
  /** `texts`: given once for each entry. */
  readonly kind: 'text' | 'texts' | 'switch'
  /** What the help calls its value; absent for a switch. */
  readonly value?: string
  readonly isRequired?: true
  readonly help: string
}

export interface Command {
  /** What stands behind `gitferry`. */
  readonly name: CommandName
  /** One line for the list of commands. */
  readonly summary: string
  /** What its own help says besides. */
  readonly explanation: string
  /** What it takes that is no flag, as the help calls it. Absent: nothing. */
  readonly argument?: string
  readonly flags: readonly CommandFlag[]
  /** The settings that can be given as its flags; those of the environment and the file hold for all. Absent: every one. */
  readonly settings?: readonly SettingName[]
}

export type CommandName = 'serve' | 'token create' | 'token list' | 'token revoke' | 'keys rotate'

/** What says where a gitferry is, and opens its secrets. */
const whereabouts: readonly SettingName[] = [
  'data_dir',
  'storage',
  'secret_key',
  'secret_key_file',
  'old_secret_key_files',
]

export const commands: readonly Command[] = [
  {
    name: 'serve',
    summary: 'Serve the gitferry API over HTTP.',
    explanation: 'Serves until it gets SIGTERM or SIGINT; then running work may finish.',
    flags: [],
  },
  {
    name: 'token create',
    summary: 'Make a token, and print it.',
    explanation:
      'The token is the only line on standard output, and is shown this once. Whoever calls a server needs a token from\n' +
      'the first one on. Works while the server runs, and before its first start.',
    flags: [
      {
        flag: 'name',
        kind: 'text',
        value: 'NAME',
        isRequired: true,
        help: 'What it is called: once for each user.',
      },
      {
        flag: 'scope',
        kind: 'text',
        value: 'SCOPE',
        isRequired: true,
        help: 'member (what the roles of its user give), read, write (reads too) or admin (everything).',
      },
      {
        flag: 'user',
        kind: 'text',
        value: 'NAME',
        help: 'Whose it is: the operator in the audit log. Made where there is none. Default: the name of the token.',
      },
      {
        flag: 'repo',
        kind: 'texts',
        value: 'ID',
        help: 'The only repository that it reaches; repeatable. Default: every one.',
      },
      {
        flag: 'expires',
        kind: 'text',
        value: 'TIME',
        help: 'When it ends: from now on (90d, 12h), or a date (2027-01-31T00:00:00Z). Default: never.',
      },
    ],
    settings: whereabouts,
  },
  {
    name: 'token list',
    summary: 'List the tokens.',
    explanation: 'No secret is shown; the prefix tells which token is which. Works while the server runs.',
    flags: [{ flag: 'json', kind: 'switch', help: 'As the API answers them, for programs.' }],
    settings: whereabouts,
  },
  {
    name: 'token revoke',
    summary: 'Revoke a token: it is refused from then on.',
    explanation:
      'By its id, or by its prefix as “gitferry token list” shows it. Works while the server runs.',
    argument: 'ID|PREFIX',
    flags: [],
    settings: whereabouts,
  },
  {
    name: 'keys rotate',
    summary: 'Seal every stored secret again under a new key.',
    explanation:
      'Makes a new key beside the secret key file, seals every secret again under it, and puts it in the place of the\n' +
      'former, which is kept as FILE.retired-ID: backups of before need it. With --old-secret-key-file the new key is\n' +
      'the configured one. Cut off anywhere, it finishes when it is run again. Stop the server first.',
    flags: [],
    settings: whereabouts,
  },
]
