import { BlockList, isIP } from 'node:net'
import { GitferryError } from '../errors/index.ts'

/** Somewhere that gitferry may connect to although it is private, or over plain http. */
export type OutgoingRule =
  | { readonly host: string; readonly port: number | null }
  | { readonly network: string; readonly prefix: number }

// Loopback, private, link-local (where clouds answer with their secrets), shared, reserved and multicast, and
// the ranges that carry another address inside. Two lists: one list would match IPv4 against ::ffff:0:0/96.
const blocked4 = blockList('ipv4', [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
])
const blocked6 = blockList('ipv6', [
  '::/96',
  '::ffff:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
])
const localSuffixes = ['.localhost', '.local', '.localdomain', '.internal', '.intranet', '.home.arpa']

function blockList(family: 'ipv4' | 'ipv6', networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix] = network.split('/')
    list.addSubnet(address, Number(prefix), family)
  }
  return list
}

/** Whether an IP address (canonical, without brackets) lies in a range that is not the public internet. */
export function isBlockedAddress(address: string): boolean {
  const family = isIP(address)
  return family === 4 ? blocked4.check(address, 'ipv4') : family !== 6 || blocked6.check(address, 'ipv6')
}

/** Whether a host name can only mean a machine nearby: one word, or a suffix kept for local networks. */
export const isLocalName = (host: string): boolean =>
  !host.includes('.') || localSuffixes.some((suffix) => host.endsWith(suffix))

/**
 * The one spelling of a host: lower case, no trailing dot, IPv4 in dotted form however it was written
 * (`0x7f.1`, `2130706433`), IPv6 compressed and without brackets. git and ssh would resolve them all.
 * @returns `undefined` when it is no host
 */
export function canonicalHost(host: string): string | undefined {
  if (!/^(?:[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?|\[[0-9a-f:.]+\])$/i.test(host)) return undefined
  try {
    const name = new URL(`http://${host}/`).hostname.replace(/\.$/, '')
    return name.startsWith('[') ? name.slice(1, -1) : name
  } catch {
    return undefined
  }
}

const refuse = (text: string): never => {
  throw new GitferryError(
    'INVALID_INPUT',
    `allowOutgoing: ${JSON.stringify(text)} is not a host ("git.lan"), a host and port ("127.0.0.1:3000", "[::1]:3000") or a network ("10.0.0.0/8").`,
    { details: { field: 'allowOutgoing' } },
  )
}

/** Reads one rule. @throws INVALID_INPUT */
export function parseAllowOutgoing(text: string): OutgoingRule {
  const network = /^([0-9a-f:.]+)\/(\d{1,3})$/i.exec(text)
  if (network?.[1] !== undefined) {
    const family = isIP(network[1])
    const prefix = Number(network[2])
    if (family === 0 || prefix > (family === 4 ? 32 : 128)) return refuse(text)
    return { network: network[1], prefix }
  }
  const bare = isIP(text) === 6 ? `[${text}]` : text
  const parts = /^(\[[^\]]*\]|[^:]+)(?::(\d{1,5}))?$/.exec(bare)
  const host = parts?.[1] === undefined ? undefined : canonicalHost(parts[1])
  const port = parts?.[2] === undefined ? null : Number(parts[2])
  if (host === undefined || port === 0 || (port ?? 1) > 65_535) return refuse(text)
  return { host, port }
}

/** Whether a rule names this host (canonical) at this port. A network matches addresses only, never names. */
export function isAllowedOutgoing(rules: readonly OutgoingRule[], host: string, port: number): boolean {
  return rules.some((rule) => {
    if ('host' in rule) return rule.host === host && (rule.port === null || rule.port === port)
    const family = isIP(host)
    if (family === 0 || family !== isIP(rule.network)) return false
    const name = family === 4 ? 'ipv4' : 'ipv6'
    return blockList(name, [`${rule.network}/${rule.prefix}`]).check(host, name)
  })
}
