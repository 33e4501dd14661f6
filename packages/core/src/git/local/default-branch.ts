import type { RepoRow } from '../../contract/repo.ts'
import type { GitRunner } from '../command.ts'
import { symbolicRef } from './commands/symbolic-ref.ts'
import { readHead } from './head.ts'

const prefix = 'refs/remotes/origin/'

/**
 * The branch that a repository takes for its main one: what `origin` says it is, as a clone remembers it; else,
 * and in a bare repository, what HEAD names. `null` when there is neither.
 * @throws NOT_A_REPOSITORY when there is no readable HEAD
 */
export async function defaultBranch(
  { git_dir, is_bare }: Pick<RepoRow, 'git_dir' | 'is_bare'>,
  { runner, signal }: { readonly runner: GitRunner; readonly signal?: AbortSignal | undefined },
): Promise<string | null> {
  if (!is_bare) {
    const ref = await runner.run(symbolicRef(`${prefix}HEAD`), { gitDir: git_dir, signal })
    if (ref?.startsWith(prefix)) return ref.slice(prefix.length)
  }
  return (await readHead(git_dir, { runner, signal })).branch
}
