import { isIP } from 'node:net'
import fc from 'fast-check'
import { addressRange } from '../../../packages/core/src/contract/index.ts'
import { callerOf, canonicalAddress } from '../../../packages/core/src/webhooks/address.ts'
import { AllowedAddresses } from '../../../packages/core/src/webhooks/allowed-addresses.ts'
import { isLoopback, plainAddress } from '../../../packages/server/src/address.ts'
import { type AnyFuzzTarget, fuzzTarget } from '../fuzz-target.ts'
import { repeated, textNear } from '../inputs.ts'
import { promise, same, verdict } from '../promises.ts'
import { numberOf } from './address-number.ts'

/** What addresses are made of, and what is none. */
export const addressPieces = [
  ':',
  '::',
  '.',
  '/',
  '%eth0',
  'ffff:',
  '0',
  '127',
  '255',
  '256',
  '1e',
  '[',
  ']',
  '0x7f',
  '/33',
  '/0',
  'f',
]
const addresses = [
  '203.0.113.7',
  '2001:db8::1',
  '::1',
  '::ffff:10.0.0.1',
  'fe80::1%eth0',
  '0:0:0:0:0:0:0:1',
  '::FFFF:7F00:1',
  '010.0.0.1',
]
/** Of both families, among them the edges of private networks. */
export const anyAddress = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom(...addresses, '127.0.0.1', '10.255.255.255', '11.0.0.0', '172.15.255.255', '172.32.0.0'),
)
/** Of every kind. */
export const longAddresses = () => repeated([':', '.', '0', 'f', '::', '1.'])

type Canonical = (text: string) => string | undefined

const canonical = fuzzTarget<string, Canonical>({
  name: 'addresses of callers',
  inputs: fc.oneof(
    { weight: 3, arbitrary: textNear(addresses, addressPieces) },
    { weight: 1, arbitrary: anyAddress },
  ),
  parser: canonicalAddress,
  check(read, text) {
    const found = read(text)
    if (found === undefined) {
      same(isIP(text.replace(/%.*$/s, '')), 0, 'an address is one')
      return 'refused'
    }
    const given = text.replace(/%.*$/s, '')
    const { bits, value } = numberOf(given)
    const expected =
      bits === 128 && value >> 32n === 0xffffn ? { bits: 32, value: value & 0xffffffffn } : { bits, value }
    same(isIP(found) === 4 ? 32 : 128, expected.bits, 'a mapped address is one of IPv4')
    promise(numberOf(found).value === expected.value, 'the same address')
    same(read(found), found, 'one spelling')
    promise(callerOf(found).length < 60, 'a caller has a name')
    return 'accepted'
  },
  long: longAddresses,
  broken: {
    'keeps the zone': (text) => (isIP(text) === 0 ? undefined : text),
    'keeps what is mapped': (text) =>
      isIP(text.replace(/%.*$/s, '')) === 0 ? undefined : text.replace(/%.*$/s, '').toLowerCase(),
  },
})

interface Range {
  readonly range: string
  readonly address: string
}
/** Whether the address is let in; `undefined`: the range is none. */
type Gate = (range: string, address: string) => boolean | undefined
const gate: Gate = (range, address) => {
  if (!addressRange.safeParse(range).success) return undefined
  const plain = canonicalAddress(address)
  return plain !== undefined && new AllowedAddresses([range]).has(plain)
}

const networks = fc.oneof(
  fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 34 })).map(([address, bits]) => `${address}/${bits}`),
  fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 130 })).map(([address, bits]) => `${address}/${bits}`),
  textNear(
    ['10.0.0.0/8', '203.0.113.7', '::ffff:10.0.0.0/104', '2001:db8::/32', '::/0', '::1'],
    addressPieces,
  ),
)

/** Whether an address lies in a network, by arithmetic; what is mapped counts as IPv4 where the prefix covers the mapping. */
function liesIn(address: string, range: string): boolean {
  const [text = '', length] = range.split('/')
  let net = numberOf(text)
  let prefix = length === undefined ? net.bits : Number(length)
  if (net.bits === 128 && net.value >> 32n === 0xffffn && prefix >= 96) {
    net = { bits: 32, value: net.value & 0xffffffffn }
    prefix -= 96
  }
  const { bits, value } = numberOf(address)
  return bits === net.bits && value >> BigInt(bits - prefix) === net.value >> BigInt(bits - prefix)
}

const allowed = fuzzTarget<Range, Gate>({
  name: 'networks of callers',
  inputs: fc.record({ range: networks, address: anyAddress }).chain(({ address, range }) =>
    // half of the addresses from near the network, or none would ever lie in it
    fc.boolean().map((isNear) => ({
      range,
      address: isNear && isIP(range.split('/')[0]!) ? range.split('/')[0]! : address,
    })),
  ),
  parser: gate,
  check(isIn, { address, range }) {
    const found = isIn(range, address)
    if (found === undefined) return 'refused'
    const plain = canonicalAddress(address)
    same(found, plain !== undefined && liesIn(plain, range), `${address} in ${range}`)
    return verdict(found)
  },
  broken: {
    'takes an IPv4 address for one of every IPv6 network': (range, address) =>
      gate(range, address) || (range.startsWith('::/') && isIP(address) === 4),
    'counts a byte where a bit counts': (range, address) =>
      gate(
        range.replace(/\/(\d+)$/, (_, bits) => `/${Math.floor(Number(bits) / 8) * 8}`),
        address,
      ),
  },
})

type LoopbackRule = (address: string) => boolean
const loopback = fuzzTarget<string, LoopbackRule>({
  name: 'whether a caller is this machine',
  inputs: fc.oneof(
    textNear(
      ['127.0.0.1', '::1', '::ffff:127.0.0.1', '127.255.255.254', '128.0.0.1', '127.0.0.1.example'],
      addressPieces,
    ),
    anyAddress,
  ),
  parser: (address) => isLoopback(plainAddress(address)),
  check(isOwn, address) {
    const found = isOwn(address)
    const isAddress = isIP(address) !== 0 && !address.includes('%')
    if (isAddress) {
      const plain = canonicalAddress(address)!
      const { bits, value } = numberOf(plain)
      const own = bits === 32 ? value >> 24n === 127n : value === 1n
      // never where it is not; a spelling that no socket shows may be refused
      promise(!found || own, `${address} is another machine`)
      if (plain === address) same(found, own, `${address} is this machine`)
    } else if (address.includes('example')) promise(!found, 'a name is no address')
    return verdict(found)
  },
  broken: {
    'takes whatever begins so': (address) => address.startsWith('127') || address === '::1',
    'takes what is mapped': (address) => address.startsWith('::ffff:') || isLoopback(address),
  },
})

export const addressTargets: readonly AnyFuzzTarget[] = [canonical, allowed, loopback]
