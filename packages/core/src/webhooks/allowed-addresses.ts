import { BlockList, isIP } from 'node:net'
import { canonicalAddress } from './address.ts'

const mappedBits = 96

/**
 * The addresses and networks that callers may come from. IPv4 and IPv6 are apart: `::/0` holds no IPv4 address, however
 * a socket shows it.
 */
export class AllowedAddresses {
  // two lists: one list would match IPv4 against ::ffff:0:0/96
  readonly #lists = { 4: new BlockList(), 6: new BlockList() }

  /** Takes addresses and CIDR networks that `addressRange` of the contract has accepted. @throws TypeError for others */
  constructor(ranges: readonly string[]) {
    for (const range of ranges) this.#add(range)
  }

  /** Whether a canonical address lies in one of the ranges. */
  has(address: string): boolean {
    const family = isIP(address)
    if (family === 4) return this.#lists[4].check(address, 'ipv4')
    return family === 6 && this.#lists[6].check(address, 'ipv6')
  }

  #add(range: string): void {
    const [text = '', bits] = range.split('/')
    const address = canonicalAddress(text)
    const family = address === undefined ? 0 : isIP(address)
    if (address === undefined || (family !== 4 && family !== 6)) throw new TypeError(`no address: ${range}`)
    const wasMapped = family === 4 && isIP(text) === 6
    const prefix =
      bits === undefined ? (family === 4 ? 32 : 128) : Number(bits) - (wasMapped ? mappedBits : 0)
    if (prefix < 0) this.#lists[6].addSubnet(text, Number(bits), 'ipv6')
    else this.#lists[family].addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6')
  }
}
