import { isIP } from 'node:net'
import { canonicalHost } from '../outgoing-rules.ts'
import type { OutgoingPlace } from '../resolve-host.ts'
import type { KnownHostKey } from './host-key.ts'
import { problemWithHostKey } from './problem-with-host-key.ts'

/** The key of one server at one port. */
export type KnownHost = OutgoingPlace & KnownHostKey

const defaultPort = 22

/**
 * Reads one line of `known_hosts` (sshd(8), “SSH_KNOWN_HOSTS FILE FORMAT”): `host type key [comment]`,
 * `[host]:port type key [comment]`. The host comes out as remote URLs have it. A line that could mean more than one
 * host, or something else than “this is its key”, is refused; the problem ends a sentence that begins with “must”.
 */
export function readKnownHostLine(text: string): KnownHost | { readonly problem: string } {
  const line = text.replace(/\r?\n$/, '').trim()
  if (/[\r\n]/.test(line)) return { problem: 'be one line: give the key of each host by itself' }
  if (/[^\t\P{Cc}]/u.test(line)) return { problem: 'hold no control characters' }
  if (line.startsWith('@')) return { problem: 'have no marker (@revoked, @cert-authority) before the host' }
  if (line.startsWith('#')) return { problem: 'be a key, and no comment' }
  const [names = '', type, public_key] = line.split(/[ \t]+/)
  if (names.startsWith('|'))
    return { problem: 'name its host, and no hash of it: ssh-keygen -F HOST tells the line' }
  if (type === undefined || public_key === undefined) {
    return { problem: 'be a host, the type of its key and the key: git.example.org ssh-ed25519 AAAA…' }
  }
  const place = placeOf(names)
  if ('problem' in place) return place
  const problem = problemWithHostKey({ type, public_key })
  return problem === undefined ? { ...place, type, public_key } : { problem }
}

function placeOf(names: string): OutgoingPlace | { readonly problem: string } {
  if (names.includes(',')) return { problem: 'name one host: give the key of each by itself' }
  if (/[*?!]/.test(names)) return { problem: 'name one host, without "*", "?" and "!"' }
  const [, bracketed, digits] = /^\[([^[\]]+)\]:(\d{1,5})$/.exec(names) ?? []
  const port = digits === undefined ? defaultPort : Number(digits)
  if (port === 0 || port > 65_535) return { problem: 'name a port from 1 to 65535' }
  const name = bracketed ?? names
  const host = canonicalHost(isIP(name) === 6 ? `[${name}]` : name)
  if (host === undefined || name.startsWith('[')) {
    return { problem: 'begin with a host: git.example.org, 192.0.2.7, 2001:db8::7, [git.example.org]:2222' }
  }
  return { host, port }
}
