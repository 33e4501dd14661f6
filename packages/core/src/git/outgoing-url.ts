import { isIP } from 'node:net'
import {
  canonicalHost,
  isAllowedOutgoing,
  isBlockedAddress,
  isLocalName,
  type OutgoingRule,
} from './outgoing-rules.ts'

/** A web address that the rules allow. */
export interface OutgoingUrl {
  /** Parsed, its host in the one spelling that was weighed. */
  readonly url: URL
  /** Canonical, without brackets. What a name resolves to is checked before every connection: `resolveHost`. */
  readonly host: string
  readonly port: number
}

const maxLength = 2_048
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Z}]/u

/**
 * Weighs the URL of a web service (a notifier's, a webhook's) by its text alone: https, or http to a host in
 * `allowOutgoing`; private hosts only if they stand there. Refused as well is what two parsers read differently: user
 * info, backslashes, whitespace. Pure. A `problem` quotes nothing but the host: a token may stand anywhere else.
 */
export function checkOutgoingUrl(
  raw: string,
  allowOutgoing: readonly OutgoingRule[],
): OutgoingUrl | { readonly problem: string } {
  if (raw.length > maxLength) return { problem: `the URL has more than ${maxLength} characters` }
  if (invisible.test(raw)) return { problem: 'the URL holds whitespace, control or invisible characters' }
  if (raw.includes('\\')) return { problem: 'the URL holds a backslash' }
  if (raw.includes('#')) return { problem: 'the URL holds a fragment ("#…")' }
  const [, scheme = '', authority = ''] = /^(https?):\/\/([^/?]*)/i.exec(raw) ?? []
  if (scheme === '') return { problem: 'the URL must begin with https://' }
  if (authority.includes('@')) return { problem: 'the URL holds a user or password before its host' }
  const [, rawHost = '', rawPort] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(authority) ?? []
  const host = canonicalHost(rawHost)
  if (host === undefined || !URL.canParse(raw)) return { problem: 'the host in the URL is not valid' }
  const isPlain = scheme.toLowerCase() === 'http'
  const port = rawPort === undefined ? (isPlain ? 80 : 443) : Number(rawPort)
  if (port === 0 || port > 65_535) return { problem: 'the port must be 1 to 65535' }
  if (!isAllowedOutgoing(allowOutgoing, host, port)) {
    if (isPlain) return { problem: `plain http is allowed only to hosts in allowOutgoing; use https` }
    if (isIP(host) === 0 ? isLocalName(host) : isBlockedAddress(host)) {
      return { problem: `the host "${host}" is in a private network; name it in allowOutgoing to reach it` }
    }
  }
  const url = new URL(raw)
  url.hostname = isIP(host) === 6 ? `[${host}]` : host
  return { url, host, port }
}
