import { access, constants, stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { GitferryError } from '../../errors/index.ts'

/**
 * Finds OpenSSH's client in `path` (a list of folders as in `$PATH`; relative ones are passed over); absolute.
 * @throws GIT_MISSING
 */
export async function locateSsh(path: string): Promise<string> {
  for (const folder of path.split(':').filter(isAbsolute)) {
    const binary = join(folder, 'ssh')
    const isRunnable = await access(binary, constants.X_OK)
      .then(() => stat(binary))
      .then((found) => found.isFile())
      // Not there, or not for us: the next folder may have it, as for a shell.
      .catch(() => false)
    if (isRunnable) return binary
  }
  throw new GitferryError(
    'GIT_MISSING',
    'No ssh was found, and git needs it for remotes over SSH. Install the OpenSSH client, 7.6 or later.',
    { details: { program: 'ssh' } },
  )
}
