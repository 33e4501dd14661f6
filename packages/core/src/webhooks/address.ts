import { isIP, SocketAddress } from 'node:net'

const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/

/**
 * The one spelling of an IP address: IPv6 compressed and in small letters, without its zone; an IPv4 address that a
 * dual-stack socket shows as IPv6 (`::ffff:10.0.0.1`, RFC 4291, 2.5.5.2) becomes the IPv4 address that it is.
 * @returns `undefined` when it is no IP address
 */
export function canonicalAddress(text: string): string | undefined {
  const address = text.replace(/%.*$/s, '')
  const family = isIP(address)
  if (family !== 6) return family === 4 ? address : undefined
  const plain = new SocketAddress({ address, family: 'ipv6' }).address
  return mapped.exec(plain)?.[1] ?? plain
}

/**
 * Whom an address stands for when callers are counted: an IPv4 address for itself, an IPv6 address for its /64, of
 * which one machine has every address (RFC 6177). Takes a canonical address.
 */
export function callerOf(address: string): string {
  if (isIP(address) !== 6) return address
  const [head = '', tail = ''] = address.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const zeros = Math.max(0, 8 - groups(head).length - groups(tail).length)
  const all = [...groups(head), ...Array<string>(zeros).fill('0'), ...groups(tail)]
  return `${all.slice(0, 4).join(':')}::/64`
}
