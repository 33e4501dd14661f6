import { GitferryError } from '../../errors/index.ts'
import type { GitRunner, GitRunOptions } from '../command.ts'
import { blobConfig } from '../commands/blob-config.ts'
import type { IndexChange } from '../commands/update-index.ts'
import { asHfsSees } from './written-path.ts'

/**
 * Refuses a `.gitmodules` by which a clone with submodules would run a program of its author's, as git itself does of what
 * is pushed with `receive.fsckObjects` (`gitmodulesUrl`, `gitmodulesPath`, `gitmodulesUpdate` and `gitmodulesName` of
 * git-fsck(1); CVE-2018-11235, CVE-2018-17456, CVE-2019-19604, CVE-2020-5260).
 * @throws INVALID_INPUT, GIT_*, ABORTED
 */
export async function refuseHarmfulSubmodules(
  changes: readonly IndexChange[],
  runner: GitRunner,
  run: GitRunOptions,
): Promise<void> {
  for (const { path, entry } of changes) {
    if (entry === null || !isGitmodules(path)) continue
    const problem = problemWithSubmodules((await runner.run(blobConfig(entry.oid), run)) ?? [])
    if (problem === undefined) continue
    throw new GitferryError(
      'INVALID_INPUT',
      `actions: ${JSON.stringify(path)} ${problem}; git would refuse it.`,
      {
        details: { field: 'actions', path },
      },
    )
  }
}

const isGitmodules = (path: string): boolean => {
  const name = asHfsSees(path.slice(path.lastIndexOf('/') + 1))
  // by its short name on NTFS, too
  return /^(?:\.gitmodules|gitmod~[1-4]|gi7eb[0-9a-f]~1)[. ]*$/i.test(name)
}

/** What is wrong with the entries of a `.gitmodules`. Pure. */
export function problemWithSubmodules(
  entries: readonly (readonly [key: string, value: string])[],
): string | undefined {
  for (const [key, value] of entries) {
    const [, name, variable = ''] = /^submodule\.(.*)\.([^.]+)$/s.exec(key) ?? []
    if (name === undefined) continue
    if (name === '' || name.split(/[/\\]/).includes('..')) return 'names a submodule with ".." in its name'
    if ((variable === 'url' || variable === 'path') && value.startsWith('-')) {
      return `gives a submodule a ${variable} that is read as an option`
    }
    if (variable === 'url' && /[\n\r]|%0[ad]/i.test(value)) return 'gives a submodule a url of two lines'
    if (variable === 'update' && value.startsWith('!')) return 'has a submodule run a command'
  }
  return undefined
}
