import type { GitferryError } from '@gitferry/core/errors'
import type { Configuration } from './resolve-configuration.ts'
import { usageError } from './usage-error.ts'

/** Why a server does not listen where other machines reach it while nobody is asked for a token. */
export function tokenNeeded({ host, storage }: Pick<Configuration, 'host' | 'storage'>): GitferryError {
  const [why, how] =
    storage.kind === 'memory'
      ? [
          'a storage in memory begins without a token',
          'Store in SQLite (--storage sqlite:PATH) and make one there',
        ]
      : ['no token was made yet', 'Make one with “gitferry token create”']
  return usageError(
    '--host',
    `listening on ${host} would let other machines in, and ${why} to tell callers apart. ${how}, listen on 127.0.0.1, or add --insecure if that is what you want`,
  )
}
