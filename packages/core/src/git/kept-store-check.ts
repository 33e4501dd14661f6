import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitRunner } from './command.ts'
import type { FsckResult } from './commands/fsck.ts'
import { ifGone } from './if-gone.ts'
import { checkStore } from './store-check.ts'

/** In the kept store itself, which may outlive every record of its repository. */
const stamp = 'gitferry-checked'

/** When a kept store was made, and when it was checked last; `undefined` where there is none. */
export async function keptCheckDates(
  path: string,
): Promise<{ readonly created_at: string; readonly checked_at: string | null } | undefined> {
  const made = await stat(join(path, 'config')).catch(ifGone(undefined))
  if (made === undefined) return undefined
  const text = await readFile(join(path, stamp), 'utf8').catch(ifGone(''))
  const checked = Date.parse(text.trim())
  return {
    created_at: made.mtime.toISOString(),
    checked_at: Number.isNaN(checked) ? null : new Date(checked).toISOString(),
  }
}

/**
 * Checks a kept store as a working one is checked, and writes into it that this was done at `now`, in ms since 1970. To
 * be called while nobody else uses it. @throws GIT_* when git could not check, ABORTED
 */
export async function checkKeptStore(
  path: string,
  options: { readonly runner: GitRunner; readonly now: number; readonly signal?: AbortSignal | undefined },
): Promise<FsckResult> {
  const found = await checkStore(path, options)
  await writeFile(join(path, stamp), `${new Date(options.now).toISOString()}\n`)
  return found
}
