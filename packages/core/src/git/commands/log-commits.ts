import type { GitCommand } from '../command.ts'
import { requireOid } from '../full-ref.ts'
import { commitFormat } from '../parsers/commit-records.ts'
import { logSettings } from './log-settings.ts'

/** Which commits. Texts hold no control characters. */
export interface CommitFilter {
  /** A part of the author’s name or e-mail, as it stands, in small letters or capitals. */
  readonly author?: string | undefined
  /** A part of the message, as it stands, in small letters or capitals. */
  readonly message?: string | undefined
  /** RFC 3339; by the committer’s date. */
  readonly since?: string | undefined
  readonly until?: string | undefined
  /** A path that has passed the rules; '' or unset: every commit. */
  readonly path?: string | undefined
  /** Whether commits of every branch and tag belong to it as well. */
  readonly all?: boolean | undefined
}

export interface CommitRange extends CommitFilter {
  /** Full oids. */
  readonly tip: string
  /** What this one reaches is left out. */
  readonly notIn?: string | undefined
}

const output = [
  `--format=${commitFormat}`,
  '-z',
  '--encoding=UTF-8',
  '--no-show-signature',
  '--no-mailmap',
  '--no-notes',
]

/** Prints a stretch of a list of commits in the order of `git log`. To be read by a `CommitReader`. */
export const logCommits = (
  range: CommitRange,
  { skip, count }: { readonly skip: number; readonly count: number },
): GitCommand<void> => ({
  args: ['log', `--skip=${skip}`, `--max-count=${count}`, ...output, ...limits(range)],
  settings: logSettings,
  exactOutput: true,
  parse() {},
})

/** Counts the commits that `logCommits` would print of the whole list. */
export const countCommits = (range: CommitRange): GitCommand<number> => ({
  args: ['rev-list', '--count', '--encoding=UTF-8', ...limits(range)],
  settings: logSettings,
  exactOutput: true,
  parse: ({ stdout }) => Number(stdout.toString('latin1').trim()),
})

/** Prints these very commits, in their order. To be read by a `CommitReader`. */
export const showCommits = (oids: readonly string[]): GitCommand<void> => ({
  args: ['log', '--no-walk=unsorted', '--stdin', ...output],
  stdin: oids.map((oid) => `${requireOid(oid)}\n`).join(''),
  settings: logSettings,
  exactOutput: true,
  parse() {},
})

function limits({ tip, notIn, author, message, since, until, path, all = false }: CommitRange): string[] {
  return [
    '--fixed-strings',
    '--regexp-ignore-case',
    ...(author ? [`--author=${author}`] : []),
    ...(message ? [`--grep=${message}`] : []),
    ...(since === undefined ? [] : [`--since=${gitTime(since, Math.ceil)}`]),
    ...(until === undefined ? [] : [`--until=${gitTime(until, Math.floor)}`]),
    ...(all ? ['--branches', '--tags'] : []),
    '--end-of-options',
    requireOid(tip),
    ...(notIn === undefined ? [] : [`^${requireOid(notIn)}`]),
    '--',
    ...(path ? [path] : []),
  ]
}

/** git keeps whole seconds, and none before 1970. */
const gitTime = (time: string, round: (seconds: number) => number): string =>
  `@${Math.max(0, round(Date.parse(time) / 1_000))} +0000`
