import { isIP } from 'node:net'
import { normalize } from 'node:path/posix'
import { pathToFileURL } from 'node:url'
import type { GitProtocol } from './command.ts'
import { isOwnData } from './local/own-data.ts'
import {
  canonicalHost,
  isAllowedOutgoing,
  isBlockedAddress,
  isLocalName,
  type OutgoingRule,
} from './outgoing-rules.ts'

export { type OutgoingRule, parseAllowOutgoing } from './outgoing-rules.ts'

/** Where remotes may be. */
export interface RemoteUrlPolicy {
  /** Absolute folders that may hold repositories; `null`: every path (an embedding application is trusted). */
  readonly repoRoots: readonly string[] | null
  /** gitferry’s own folder, into which no path may lead; unset: none. */
  readonly dataDir?: string | undefined
  /** Hosts that may be reached although they are private or speak plain http. */
  readonly allowOutgoing: readonly OutgoingRule[]
}

/** A URL that the rules allow, taken apart. */
export interface RemoteUrl {
  /** Written anew from its parts: what git is given, never the text that somebody typed. */
  readonly url: string
  readonly protocol: GitProtocol
  /** Only of `file`: absolute and normalised. What is there is looked at before every use: `openLocal`. */
  readonly path?: string
  /** Canonical, without brackets. What a name resolves to is checked before every connection: `resolveHost`. */
  readonly host?: string
  readonly port?: number
  /** Only of `ssh`. */
  readonly user?: string
}

export interface RemoteUrlProblem {
  readonly problem: string
}

const maxLength = 2_048
const queryProblem = 'the URL holds a query ("?…")'
// "https://user:12/34@host/x" and "user.name:secret@host/x": to git, what stands before the ":" is the host.
const strayAt =
  'an "@" stands after the host, as if a password went before it; use https:// or ssh://, and write it as "%40" there'
/** The port of a URL that names none. */
export const defaultPorts = { https: 443, http: 80, ssh: 22 } as const
const userName = /^[A-Za-z0-9_][\w.-]*$/
const sshPath = /^[\p{L}\p{M}\p{N}._~/+@=,%&!-]+$/u
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u
const knownScheme = /^(?:git|ftps?|rsync|sftp|svn|git\+https?|git\+ssh|ssh\+git)$/
const encodedTrap = /%(?:[01][0-9a-f]|7f|5c)/i

/**
 * Weighs a remote's URL by its text alone: transport, host, port, path. Pure; names are not resolved
 * (`resolveHost` does, before every connection) and links not followed (`openLocal` does).
 *
 * Allowed: `https://`, `ssh://`, `user@host:path`, `http://` to hosts in `allowOutgoing`, `file://` and absolute
 * paths under `repoRoots`. The rest is refused, and so is what two parsers read differently: user info (but the
 * user of ssh), backslashes, whitespace, control characters, queries, fragments. So an allowed URL holds no
 * secret, and a `problem` quotes nothing but a host or the name of a known transport.
 */
export function checkRemoteUrl(raw: string, policy: RemoteUrlPolicy): RemoteUrl | RemoteUrlProblem {
  if (raw === '') return { problem: 'the URL is empty' }
  if (raw.length > maxLength) return { problem: `the URL has more than ${maxLength} characters` }
  if (invisible.test(raw)) return { problem: 'the URL holds control or invisible characters' }
  if (raw.startsWith('-')) return { problem: 'the URL begins with "-"' }
  // "//user:secret@host/x" is a URL without its scheme, and a share of the network to some.
  if (raw.startsWith('//')) return { problem: 'the path begins with "//"' }
  if (raw.startsWith('/')) return checkPath(raw, policy, (path) => path)
  if (/\s/u.test(raw)) return { problem: 'the URL holds whitespace' }
  if (raw.includes('\\')) return { problem: 'the URL holds a backslash' }
  if (/^[a-z0-9][a-z0-9+.-]*::/i.test(raw)) return { problem: 'transport helpers ("ext::…") are not allowed' }
  if (raw.includes('#')) return { problem: 'the URL holds a fragment ("#…")' }
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(raw)?.[1]?.toLowerCase()
  switch (scheme) {
    case undefined:
      return checkScp(raw, policy)
    case 'file':
      return checkFileUrl(raw, policy)
    case 'http':
    case 'https':
    case 'ssh':
      return checkHostUrl(raw.slice(scheme.length + 3), scheme, policy)
    default:
      return {
        problem: `the transport${knownScheme.test(scheme) ? ` "${scheme}"` : ''} is not allowed; use https or ssh`,
      }
  }
}

function checkPath(
  raw: string,
  { repoRoots, dataDir }: RemoteUrlPolicy,
  write: (path: string) => string,
): RemoteUrl | RemoteUrlProblem {
  const path = normalize(raw).replace(/^\/+|\/+$/g, '')
  const absolute = `/${path}`
  if (repoRoots !== null && !repoRoots.some((root) => isWithin(absolute, root))) {
    return { problem: 'the path lies outside the repository roots' }
  }
  if (isOwnData(absolute, { repoRoots, dataDir })) {
    return { problem: 'the path lies in the data directory of gitferry, which is its own' }
  }
  return { url: write(absolute), protocol: 'file', path: absolute }
}

/** Whether `path` is `root` or below it; both absolute and normalised. */
export const isWithin = (path: string, root: string): boolean =>
  path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`)

/** The URL by which git is given a folder: a bare path could be taken for a bundle file. */
export const fileUrl = (path: string): string => pathToFileURL(path).href

function checkFileUrl(raw: string, policy: RemoteUrlPolicy): RemoteUrl | RemoteUrlProblem {
  const encoded = raw.slice('file://'.length)
  if (!/^\/(?!\/)/.test(encoded)) return { problem: 'a file URL must not name a host: file:///path' }
  if (encoded.includes('?')) return { problem: queryProblem }
  if (encodedTrap.test(encoded)) return { problem: 'the URL holds an encoded control character or backslash' }
  let path: string
  try {
    path = decodeURIComponent(encoded)
  } catch {
    return { problem: 'the URL is not encoded properly' }
  }
  if (invisible.test(path)) return { problem: 'the URL holds control or invisible characters' }
  return checkPath(path, policy, fileUrl)
}

function checkScp(raw: string, policy: RemoteUrlPolicy): RemoteUrl | RemoteUrlProblem {
  const match = /^(?:([^@:/]+)@)?(\[[^\]]+\]|[^@:/]+):(.+)$/u.exec(raw)
  if (!match?.[2] || !match[3]) {
    return { problem: 'not a URL of a remote; use https://…, ssh://…, user@host:path or an absolute path' }
  }
  const [, user, host, path] = match
  if (/^(?:https?|ssh|git|file|ftps?)$/i.test(host)) return { problem: `"${host}:" must be followed by "//"` }
  if (path.includes('@')) return { problem: strayAt }
  const place = checkPlace({ user, host, port: undefined, scheme: 'ssh' }, policy)
  if ('problem' in place) return place
  const problem = problemWithSshPath(path)
  if (problem !== undefined) return { problem }
  return {
    ...place,
    url: `${place.user === undefined ? '' : `${place.user}@`}${written(place.host)}:${path}`,
  }
}

function checkHostUrl(
  rest: string,
  scheme: 'https' | 'http' | 'ssh',
  policy: RemoteUrlPolicy,
): RemoteUrl | RemoteUrlProblem {
  const match = /^([^/?]*)(\/[^?]*)?(\?.*)?$/u.exec(rest)
  const authority = match?.[1] ?? ''
  const path = match?.[2] ?? '/'
  if (match?.[3] !== undefined) return { problem: queryProblem }
  if (path.includes('@')) return { problem: strayAt }
  const at = authority.lastIndexOf('@')
  const user = at === -1 ? undefined : authority.slice(0, at)
  if (user !== undefined && (scheme !== 'ssh' || user.includes(':'))) {
    return { problem: 'the URL holds a user or a password; store them as a credential' }
  }
  const hostAndPort = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(authority.slice(at + 1))
  if (!hostAndPort?.[1]) return { problem: 'the URL names no valid host and port' }
  const port = hostAndPort[2] === undefined ? undefined : Number(hostAndPort[2])
  const place = checkPlace({ user, host: hostAndPort[1], port, scheme }, policy)
  if ('problem' in place) return place
  if (path === '/') return { problem: 'the URL has no path' }
  if (encodedTrap.test(path)) return { problem: 'the URL holds an encoded control character or backslash' }
  const suffix = place.port === undefined ? '' : `:${place.port}`
  if (scheme === 'ssh') {
    const problem = problemWithSshPath(path)
    if (problem !== undefined) return { problem }
    const login = place.user === undefined ? '' : `${place.user}@`
    return { ...place, url: `ssh://${login}${written(place.host)}${suffix}${path}` }
  }
  return { ...place, url: new URL(`${scheme}://${written(place.host)}${suffix}${path}`).href }
}

const written = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host)

function problemWithSshPath(path: string): string | undefined {
  if (/^\/?-/.test(path)) return 'the path begins with "-"'
  if (!sshPath.test(path)) return 'the path holds characters that are not allowed in an ssh URL'
  return undefined
}

interface Place {
  readonly user: string | undefined
  readonly host: string
  readonly port: number | undefined
  readonly scheme: 'https' | 'http' | 'ssh'
}

function checkPlace(
  { user, host: rawHost, port, scheme }: Place,
  { allowOutgoing }: RemoteUrlPolicy,
): (Omit<RemoteUrl, 'url' | 'host'> & { readonly host: string }) | RemoteUrlProblem {
  if (user !== undefined && !userName.test(user)) return { problem: 'the user name in the URL is not valid' }
  const host = canonicalHost(rawHost)
  if (host === undefined) return { problem: 'the host in the URL is not valid' }
  if (port === 0 || (port ?? 1) > 65_535) return { problem: 'the port must be 1 to 65535' }
  const isAllowed = isAllowedOutgoing(allowOutgoing, host, port ?? defaultPorts[scheme])
  if (!isAllowed && scheme === 'http') {
    return {
      problem: `plain http is allowed only to hosts in allowOutgoing, and "${host}" is not one; use https`,
    }
  }
  if (!isAllowed && (isIP(host) === 0 ? isLocalName(host) : isBlockedAddress(host))) {
    return { problem: `the host "${host}" is in a private network; name it in allowOutgoing to reach it` }
  }
  const isDefaultPort = port === undefined || port === defaultPorts[scheme]
  return {
    protocol: scheme,
    host,
    ...(isDefaultPort ? {} : { port }),
    ...(user === undefined ? {} : { user }),
  }
}
