import { access, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ifGone } from './if-gone.ts'

/**
 * Whether a repository may hold branches, tags or tracking refs, by a look at its files: an empty one, which is what a
 * mirror often begins with, need not be asked by git. Anything that is not understood counts as yes.
 */
export async function holdsRefs(commonDir: string): Promise<boolean> {
  for (const name of ['packed-refs', 'reftable']) {
    if (
      await access(join(commonDir, name)).then(
        () => true,
        () => false,
      )
    )
      return true
  }
  for (const kind of ['heads', 'tags', 'remotes']) {
    const entries = await readdir(join(commonDir, 'refs', kind), {
      recursive: true,
      withFileTypes: true,
    }).catch(ifGone([]))
    if (entries.some((entry) => !entry.isDirectory())) return true
  }
  return false
}
