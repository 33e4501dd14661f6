import type { CredentialRow } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'
import { withAdvice } from '../git/parsers/failure.ts'
import { pinnedHost } from '../git/resolve-host.ts'
import { originOf } from '../git/url-origin.ts'
import type { RemoteAccess, RemoteAccessContext, RemotePlace } from './remote-access.ts'
import { credentialPlace } from './store-credential.ts'
import { touchLastUsed } from './touch-last-used.ts'

/**
 * Access to a remote over http(s): pinned to the addresses that were checked, and with its credential if it has one,
 * in the environment alone. Redirects are never followed, so it goes to its own origin and no other.
 * @throws CREDENTIAL_NOT_FOUND, SECRETS_UNAVAILABLE, SECRET_UNREADABLE; INVALID_INPUT when it is for another origin
 */
export async function openHttpAccess(
  place: RemotePlace,
  addresses: readonly string[],
  context: RemoteAccessContext,
): Promise<RemoteAccess> {
  const pinned = pinnedHost(place, addresses)
  const row = await credentialOf(place, context)
  const login = row && `${row.username}:${context.sealed.unseal(row.sealed_secret, credentialPlace(row.id))}`
  const basic = login && Buffer.from(login).toString('base64')
  let isTouched = false
  return {
    // RFC 7617; the charset is UTF-8, as git itself sends it
    command: { settings: [...pinned, ...(basic ? [authorization(basic)] : [])] },
    authorization: basic ? `Basic ${basic}` : null,
    secrets: login && basic ? [login.slice(login.indexOf(':') + 1), basic] : [],
    hostKey: null,
    isFirstContact: false,
    async worked() {
      if (row === undefined || isTouched) return
      isTouched = true
      await touchLastUsed('credentials', row, context)
    },
    failed: async (error) => (row === undefined ? withoutCredential(error) : error),
    async [Symbol.asyncDispose]() {},
  }
}

const authorization = (basic: string) => ['http.extraHeader', `Authorization: Basic ${basic}`] as const

async function credentialOf(
  { url, credential_id: id }: RemotePlace,
  { storage }: RemoteAccessContext,
): Promise<CredentialRow | undefined> {
  if (id === null) return undefined
  const row = await storage.collection('credentials').get(id)
  if (row === undefined) {
    throw new GitferryError('CREDENTIAL_NOT_FOUND', `There is no credential with the id ${id}.`, {
      details: { field: 'credential_id', id },
    })
  }
  const origin = originOf(url)
  if (row.origin === origin) return row
  throw new GitferryError(
    'INVALID_INPUT',
    `credential_id: the credential "${row.name}" is for ${row.origin} and is not sent to ${origin}; choose another.`,
    { details: { field: 'credential_id', id } },
  )
}

const withoutCredential = (error: GitferryError): GitferryError =>
  error.code === 'GIT_AUTH_FAILED'
    ? withAdvice(error, `No credential was sent: none is set for this remote. ${whatHelps(error)}`)
    : error

/** A server that was asked for no credential may forbid a thing to everybody. */
const whatHelps = ({ details }: GitferryError): string =>
  details.reason === 'forbidden'
    ? 'Give it one, unless the server allows this to nobody (a push over http must be switched on there).'
    : 'Give it one.'
