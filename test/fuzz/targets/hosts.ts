import { isIP } from 'node:net'
import fc from 'fast-check'
import {
  isAllowedOutgoing,
  isBlockedAddress,
  type OutgoingRule,
  parseAllowOutgoing,
} from '../../../packages/core/src/git/outgoing-rules.ts'
import { allowedHostName, hostNameOf } from '../../../packages/server/src/host-name.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { textNear } from '../inputs.ts'
import { answerOf, promise, same, verdict } from '../promises.ts'
import { numberOf } from './address-number.ts'
import { addressPieces, anyAddress, longAddresses } from './addresses.ts'

type Blocked = (address: string) => boolean
const privateNetworks = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '224.0.0.0/3',
  '::/96',
  '::ffff:0:0/96',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
  '2002::/16',
  '64:ff9b::/96',
]
const edges = [
  '9.255.255.255',
  '10.0.0.0',
  '10.255.255.255',
  '11.0.0.0',
  '172.15.255.255',
  '172.16.0.0',
  '172.31.255.255',
  '172.32.0.0',
  '169.253.255.255',
  '169.254.169.254',
  '8.8.8.8',
  '2606:4700::1111',
  '64:ff9b::a00:1',
  '2002:a00:1::',
  'fe80::1',
  'febf::1',
  'fec0::1',
]

const blocked = fuzzTarget<string, Blocked>({
  name: 'addresses that are not the public internet',
  inputs: fc.oneof(anyAddress, fc.constantFrom(...edges), textNear(edges, addressPieces)),
  parser: isBlockedAddress,
  check(isBlocked, text) {
    const found = isBlocked(text)
    if (isIP(text) === 0) promise(found, 'what is no address is not let through')
    else if (!text.includes('%')) {
      // a mapped address stands in a network of its own here
      const inside = privateNetworks.some((network) => rawLiesIn(text, network))
      promise(!inside || found, `${text} is private`)
    }
    if (['8.8.8.8', '2606:4700::1111', '11.0.0.0'].includes(text)) promise(!found, `${text} is public`)
    return verdict(!found)
  },
  long: longAddresses,
  broken: {
    'lets the cloud’s own address through': (address) =>
      isBlockedAddress(address) && !address.startsWith('169.254.'),
    'lets mapped addresses through': (address) =>
      isBlockedAddress(address) && !address.toLowerCase().startsWith('::ffff:'),
    'lets what is no address through': (address) => isIP(address) !== 0 && isBlockedAddress(address),
  },
})

function rawLiesIn(address: string, range: string): boolean {
  const [text = '', prefix] = range.split('/')
  const [net, one] = [numberOf(text), numberOf(address)]
  const shift = BigInt(net.bits - Number(prefix))
  return net.bits === one.bits && one.value >> shift === net.value >> shift
}

type RuleParser = (text: string) => OutgoingRule
const rules = fuzzTarget<string, RuleParser>({
  name: 'rules of allowOutgoing',
  inputs: textNear(
    ['git.lan', '127.0.0.1:3000', '[::1]:3000', '10.0.0.0/8', 'fd00::/8', '::1', 'Git.LAN.'],
    [...addressPieces, '*', '@', 'http://', ':65536', ':0'],
  ),
  parser: parseAllowOutgoing,
  check(parse, text) {
    const rule = answerOf(() => parse(text), 'INVALID_INPUT')
    if (rule === undefined) return 'refused'
    if ('network' in rule) {
      const bits = isIP(rule.network) === 4 ? 32 : 128
      promise(isIP(rule.network) !== 0 && rule.prefix >= 0 && rule.prefix <= bits, 'a network is one')
      promise(isAllowedOutgoing([rule], rule.network, 443), 'its own address lies in it')
      promise(!isAllowedOutgoing([rule], 'h.example', 443), 'a name lies in no network')
    } else {
      const { host, port } = rule
      promise(
        URL.canParse(`http://${isIP(host) === 6 ? `[${host}]` : host}/`) && host === host.toLowerCase(),
        'a host in one spelling',
      )
      promise(port === null || (port > 0 && port < 65_536), 'a port is one')
      promise(
        isAllowedOutgoing([rule], host, port ?? 443) && !isAllowedOutgoing([rule], `x${host}`, port ?? 443),
        'this host and no other',
      )
      if (port !== null) promise(!isAllowedOutgoing([rule], host, port - 1), 'this port and no other')
    }
    return 'accepted'
  },
  long: longAddresses,
  broken: {
    'takes any text for a host': (text) => ({ host: text, port: null }),
    'takes any port': (text) => {
      const rule = parseAllowOutgoing(text.replace(/:\d+$/, ''))
      return 'host' in rule ? { ...rule, port: Number(/:(\d+)$/.exec(text)?.[1] ?? 0) } : rule
    },
  },
})

type HostReader = (host: string) => string | undefined
const hostHeader = fuzzTarget<string, HostReader>({
  name: 'Host headers',
  inputs: textNear(
    [
      'localhost:38080',
      '127.0.0.1',
      '[::1]:38080',
      'Git.Example.org',
      '0x7f.1',
      'localhost@evil.example',
      '[0:0:0:0:0:0:0:1]',
    ],
    [...addressPieces, '@', '/', '\\', '#', ' ', '。'],
  ),
  parser: hostNameOf,
  check(read, host) {
    const name = read(host)
    if (name === undefined) return 'refused'
    same(URL.parse(`http://${host}/`)?.hostname, name, 'the host that a browser sees')
    promise(/^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/.test(name), 'a plain name')
    same(read(name), name, 'one spelling')
    same(allowedHostName(name), name, 'it can be allowed')
    return 'accepted'
  },
  long: longAddresses,
  broken: {
    'takes what stands before the colon': (host) => host.split(':')[0],
    'takes addresses in every spelling': (host) => URL.parse(`http://${host}`)?.hostname,
  },
})

export const hostTargets: readonly AnyFuzzTarget[] = [blocked, rules, hostHeader]
