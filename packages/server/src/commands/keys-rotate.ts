import { GitferryError, isGitferryError } from '@gitferry/core/errors'
import { usageError } from '../configuration/usage-error.ts'
import type { CommandContext } from './command-context.ts'
import { progressTeller } from './progress-teller.ts'

/** `gitferry keys rotate` */
export async function rotateKeys(context: CommandContext) {
  const { print, signal, tell } = context
  const { oldSecretKeys, secretKey } = context.invocation.configuration
  if ('key' in secretKey && oldSecretKeys.length === 0) {
    throw usageError(
      'GITFERRY_SECRET_KEY',
      'a key that is given cannot be replaced here. Make a new one (openssl rand -base64 32), give that in its place, ' +
        'name a file with the former by --old-secret-key-file, and run this again',
    )
  }
  try {
    const onProgress = progressTeller(context)
    const { resealed, retired, secrets } = await context.rotateSecrets({ signal, onProgress })
    print(`Sealed ${resealed} of ${secrets} stored secrets again: all of them are under the new key now.`)
    print(
      retired === undefined
        ? 'gitferry needs no key of before any more; backups from before do.'
        : `Backups from before need the key in ${retired}. Delete it when there are none.`,
    )
  } catch (error) {
    for (const secret of unreadable(error)) tell(`cannot be opened: ${secret}`)
    throw isGitferryError(error, 'ABORTED') ? interrupted(error) : error
  }
}

/** What a rotation says of the secrets that no key opens. */
function unreadable(error: unknown): string[] {
  const given = isGitferryError(error, 'SECRET_UNREADABLE') ? error.details.unreadable : undefined
  const secrets = (given ?? []) as readonly { table: string; id: number; name: string }[]
  return secrets.map(({ table, id, name }) => `${table} ${id} ${JSON.stringify(name)}`)
}

const interrupted = (cause: unknown) =>
  new GitferryError('ABORTED', 'Interrupted. Nothing is lost; run gitferry keys rotate again to finish.', {
    cause,
  })
