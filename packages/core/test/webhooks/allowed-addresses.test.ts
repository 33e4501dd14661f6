import { expect, it } from 'vitest'
import { addressRange } from '../../src/contract/index.ts'
import { canonicalAddress } from '../../src/webhooks/address.ts'
import { AllowedAddresses } from '../../src/webhooks/allowed-addresses.ts'

const isAllowed = (ranges: readonly string[], address: string): boolean =>
  new AllowedAddresses(ranges).has(canonicalAddress(address)!)

it.each([
  [['203.0.113.7'], '203.0.113.7', true],
  [['203.0.113.7'], '203.0.113.8', false],
  [['203.0.113.7'], '::ffff:203.0.113.7', true],
  [['::ffff:203.0.113.7'], '203.0.113.7', true],
  [['203.0.113.0/25'], '203.0.113.127', true],
  [['203.0.113.0/25'], '203.0.113.128', false],
  [['203.0.113.9/24'], '203.0.113.1', true],
  [['::ffff:203.0.113.0/120'], '203.0.113.200', true],
  [['::ffff:203.0.113.0/120'], '203.0.114.1', false],
  [['2001:db8::/32'], '2001:DB8:1::1', true],
  [['2001:db8::/32'], '2001:db9::1', false],
  [['2001:db8::1'], '2001:db8:0:0:0:0:0:1', true],
  [['fe80::/10'], 'fe80::1%eth0', true],
  [['10.0.0.0/8', '::1'], '::1', true],
  [['10.0.0.0/8', '::1'], '10.1.2.3', true],
  [['10.0.0.0/8', '::1'], '127.0.0.1', false],
  [['0.0.0.0/0'], '203.0.113.7', true],
  [['0.0.0.0/0'], '2001:db8::1', false],
  // every IPv6 address, and no IPv4 address in the clothes of one
  [['::/0'], '2001:db8::1', true],
  [['::/0'], '::ffff:203.0.113.7', false],
  [['::/96'], '203.0.113.7', false],
])('of %j, %s is let in: %s', (ranges, address, expected) => {
  expect(ranges.map((range) => addressRange.parse(range))).toEqual(ranges)
  expect(isAllowed(ranges, address)).toBe(expected)
})

it.each([
  ...['', 'localhost', '203.0.113', '203.0.113.7/33', '203.0.113.7/08', '203.0.113.7/', '0x7f.1'],
  ...['2001:db8::/129', '[::1]', 'fe80::1%eth0', '203.0.113.7:80', '::1]/x[/64', '203.0.113.0-203.0.113.9'],
])('%j is refused as a range', (range) => {
  expect(addressRange.safeParse(range).success).toBe(false)
})

it('a range that nobody checked is refused, not ignored', () => {
  expect(() => new AllowedAddresses(['localhost'])).toThrow(TypeError)
})
