import { expect, it } from 'vitest'
import { callerOf, canonicalAddress } from '../../src/webhooks/address.ts'

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::FFFF:203.0.113.7', '203.0.113.7'],
  ['::ffff:cb00:7107', '203.0.113.7'],
  ['0:0:0:0:0:ffff:cb00:7107', '203.0.113.7'],
  ['2001:DB8:0:0::1', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['::1', '::1'],
])('%s is written %s', (address, written) => {
  expect(canonicalAddress(address)).toBe(written)
})

it.each([
  [''],
  ['localhost'],
  ['203.0.113'],
  ['0x7f.1'],
  ['203.0.113.7:80'],
  ['[::1]'],
  ['203.0.113.7, ::1'],
])('%j is no address', (text) => {
  expect(canonicalAddress(text)).toBeUndefined()
})

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:0:1:ffff:ffff:ffff:ffff', '2001:db8:0:1::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['2001:db8:1:2:3::', '2001:db8:1:2::/64'],
  ['::1.2.3.4', '0:0:0:0::/64'],
])('%s counts as the caller %s', (address, caller) => {
  expect(callerOf(address)).toBe(caller)
})
