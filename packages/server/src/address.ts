/**
 * An address as the rules compare it: an IPv4 address that a dual-stack socket shows as IPv6
 * (`::ffff:127.0.0.1`) becomes the IPv4 address that it is.
 */
export function plainAddress(address: string): string {
  return /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1] ?? address
}

/** Whether an address is this machine’s own. Takes plain addresses, no names. */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^127(?:\.\d{1,3}){3}$/.test(address)
}
