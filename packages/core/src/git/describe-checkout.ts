import { join } from 'node:path'
import { isGitferryError } from '../errors/index.ts'
import { silentLogger } from '../ports/logger.ts'
import { type HeadCommit, headCommit } from './commands/head-commit.ts'
import { locateGit } from './locate-git.ts'
import { ProcessGitRunner } from './process-runner.ts'

/**
 * The commit that a checkout stands on, for a program that says what it was started from. `undefined` outside a
 * checkout, and where there is no git.
 */
export async function describeCheckout(
  folder: string,
  { searchPath }: { readonly searchPath: string },
): Promise<HeadCommit | undefined> {
  try {
    const { binary } = await locateGit(searchPath)
    const runner = new ProcessGitRunner({ git: binary, home: '/', logger: silentLogger })
    return await runner.run(headCommit(), { gitDir: join(folder, '.git'), timeoutMs: 10_000 })
  } catch (error) {
    if (isGitferryError(error)) return undefined
    throw error
  }
}
