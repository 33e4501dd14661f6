import type { RemoteRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import { originsOf } from '../git/url-origin.ts'
import type { StorageSession } from '../ports/index.ts'
import { findCredential, findSshKey } from './find-or-refuse.ts'

type Urls = Pick<RemoteRow, 'fetch_url' | 'push_url'>

/**
 * Whether a key and a credential can be those of a remote: they are there, one of its URLs is reached with them, and
 * a credential is for the origin of that URL.
 * @throws SSH_KEY_NOT_FOUND, CREDENTIAL_NOT_FOUND; INVALID_INPUT naming the field
 */
export async function checkBindings(
  session: StorageSession,
  urls: Urls,
  given: {
    readonly ssh_key_id?: number | null | undefined
    readonly credential_id?: number | null | undefined
  },
): Promise<void> {
  const origins = [...new Set(Object.values(originsOf(urls)))].filter((origin) => origin !== undefined)
  if (given.ssh_key_id != null) await checkKey(session, origins, given.ssh_key_id)
  if (given.credential_id != null) await checkCredential(session, origins, given.credential_id)
}

async function checkKey(session: StorageSession, origins: readonly string[], id: number): Promise<void> {
  await findSshKey(session, id, 'ssh_key_id')
  if (origins.some((origin) => origin.startsWith('ssh:'))) return
  throw refused('ssh_key_id', 'must not be given for a remote that is not reached by ssh')
}

async function checkCredential(
  session: StorageSession,
  origins: readonly string[],
  id: number,
): Promise<void> {
  const { name, origin } = await findCredential(session, id, 'credential_id')
  const reached = origins.filter((found) => found.startsWith('http'))
  if (reached.includes(origin)) return
  throw refused(
    'credential_id',
    reached.length === 0
      ? 'must not be given for a remote that is not reached over http or https; use ssh_key_id'
      : `must be one for ${reached.join(' or ')}; the credential "${name}" is for ${origin}`,
  )
}

const refused = (field: string, problem: string): GitferryError =>
  new GitferryError('INVALID_INPUT', `${field}: ${problem}.`, { details: { field } })
