import { appendFile, chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isGitferryError } from '../errors/index.ts'
import { type ClonePlace, draftGitDir } from './clone-place.ts'
import type { GitRunner } from './command.ts'
import { initBare, initWorktree } from './commands/init.ts'
import { storeConfig } from './store-config.ts'
import { storeError } from './store-error.ts'

export interface NewRepository {
  readonly objectFormat: 'sha1' | 'sha256'
  /** What HEAD names. */
  readonly branch: string
  /** The URL of the remote `origin`, which the configuration of a worktree names; unset: there is none. */
  readonly originUrl?: string | undefined
}

/**
 * Makes an empty repository in the draft of its place, in the place of whatever is there: bare and configured by us
 * where gitferry hosts it, else as `git clone` leaves one.
 * What a failure leaves there is the caller’s to remove.
 * @throws STORE_FAILED, DISK_FULL, GIT_*, ABORTED
 */
export async function makeRepository(
  place: ClonePlace,
  { objectFormat, branch, originUrl }: NewRepository,
  { runner, signal }: { readonly runner: GitRunner; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { draft, isHosted, uuid } = place
  const input = { path: draft, objectFormat, initialBranch: branch }
  try {
    await rm(draft, { recursive: true, force: true })
    if (!isHosted) {
      // not recursive: a parent that is gone is not made anew
      await mkdir(draft)
      await runner.run(initWorktree(input), { signal })
      if (originUrl !== undefined)
        await appendFile(join(draftGitDir(place), 'config'), originConfig(originUrl))
      return
    }
    await mkdir(dirname(draft), { recursive: true, mode: 0o700 })
    await mkdir(draft, { mode: 0o700 })
    await runner.run(initBare(input), { signal })
    await chmod(draft, 0o700)
    await writeFile(join(draft, 'config'), storeConfig({ objectFormat, isHosted }))
  } catch (error) {
    throw isGitferryError(error) ? error : storeError('be made', uuid, error)
  }
}

/** What `git clone` writes of the remote that it cloned. A value in quotes, as git-config(1) has it. */
export const originConfig = (url: string): string =>
  [
    '[remote "origin"]',
    `\turl = "${url.replace(/["\\]/g, '\\$&')}"`,
    '\tfetch = +refs/heads/*:refs/remotes/origin/*',
    '',
  ].join('\n')
