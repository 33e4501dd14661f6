import type { GitCommand } from '../command.ts'
import { classifyFailure } from '../parsers/failure.ts'
import { storeSettings } from '../settings.ts'

/** What a check found. `objects`: the repository is damaged; `derived`: only what git can make anew from it. */
export interface FsckResult {
  readonly damage: 'none' | 'derived' | 'objects'
  /** The first lines of what git said about it; empty for `none`. */
  readonly said: string
}

/** Bits of the exit code (git’s builtin/fsck.c). */
const badObject = 1
const badGraph = 16 | 32
const longestSaid = 500

/** An object that breaks a rule of content, as old histories do; it can be read all the same. */
const onlyUnusual = /^(?:error|warning) in (?:commit|tree|tag|blob) [0-9a-f]+: /
const isHarmless = (line: string): boolean => line.startsWith('notice: ') || onlyUnusual.test(line)

/** What fetches let pass, a check lets pass. */
const sameRules = storeSettings.flatMap(([key, value]) =>
  key.startsWith('fetch.fsck.') ? [[key.replace('fetch.', ''), value] as const] : [],
)

/**
 * Checks a repository. `quick`: that everything which refs reach is there (`--connectivity-only`); else also that every
 * object is what its name says.
 * @throws GIT_FAILED and the like when git could not check
 */
export const fsck = ({ quick }: { readonly quick: boolean }): GitCommand<FsckResult> => ({
  args: ['fsck', quick ? '--connectivity-only' : '--full', '--no-dangling', '--no-progress'],
  settings: sameRules,
  exitCodes: [...Array(63).keys()].map((bits) => bits + 1).concat(128),
  parse({ exitCode, stdout, stderr }) {
    const lines = `${stderr}\n${stdout.toString('utf8')}`.split('\n').filter((line) => line.trim() !== '')
    const bad = lines.filter((line) => !isHarmless(line))
    const said = bad.join('\n').slice(0, longestSaid)
    if (exitCode === 128) {
      const failure = classifyFailure({ verb: 'fsck', exitCode, stderr })
      if (failure.details.reason !== 'corrupt') throw failure
      return { damage: 'objects', said }
    }
    const isUnusualOnly = (exitCode & ~badGraph) === badObject && bad.length === 0
    if (exitCode === 0 || isUnusualOnly) return { damage: 'none', said: '' }
    return { damage: (exitCode & ~badGraph) === 0 ? 'derived' : 'objects', said }
  },
})
