import { lfsFailed } from './lfs-failed.ts'

/** Where a server answers the batch API, and what it wants to be shown. */
export interface LfsEndpoint {
  /** Without a slash at its end. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

export type LfsOperation = 'download' | 'upload'

/** The media type of the LFS API (docs/api/README.md). */
export const lfsMediaType = 'application/vnd.git-lfs+json'

/**
 * The endpoint of a remote over http(s) (docs/api/server-discovery.md): `https://host/path.git/info/lfs`, with `.git`
 * put in where the URL leaves it out. Nothing else decides where it is.
 */
export function httpEndpoint(remoteUrl: string, authorization: string | null): LfsEndpoint {
  const url = new URL(remoteUrl)
  const path = url.pathname.replace(/\/+$/, '')
  url.pathname = `${path.endsWith('.git') ? path : `${path}.git`}/info/lfs`
  url.search = ''
  return { url: url.href, headers: authorization === null ? {} : { authorization } }
}

/**
 * What a server answers to `git-lfs-authenticate` over ssh (docs/api/authentication.md). Pure.
 * @throws LFS_FAILED when it is something else
 */
export function parseSshAnswer(text: string): LfsEndpoint {
  try {
    const { href, header } = JSON.parse(text)
    if (typeof href === 'string') return { url: withoutEndSlashes(href), headers: headersOf(header) }
  } catch (cause) {
    throw lfsFailed('the server’s answer to git-lfs-authenticate is not JSON', { reason: 'protocol', cause })
  }
  throw lfsFailed('the server’s answer to git-lfs-authenticate names no address', { reason: 'protocol' })
}

/** Not by `/\/+$/`, which takes a time that grows with the square of the slashes in the middle. */
function withoutEndSlashes(text: string): string {
  let end = text.length
  while (text[end - 1] === '/') end -= 1
  return text.slice(0, end)
}

/** Names in small letters, so that a later one replaces an earlier. What could not be sent is left out. */
export function headersOf(value: unknown): Record<string, string> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  const clean = entries.filter(
    ([name, text]) => /^[\w-]+$/.test(name) && typeof text === 'string' && /^[\t\x20-\x7e]*$/.test(text),
  )
  return Object.fromEntries(clean.map(([name, text]) => [name.toLowerCase(), text]))
}
