/** An IP address as a number, read group by group; takes what `isIP` takes, without a zone. */
export function numberOf(address: string): { readonly bits: 32 | 128; readonly value: bigint } {
  if (!address.includes(':')) return { bits: 32, value: join(address.split('.').map(Number), 8n) }
  // the last 32 bits may be written as IPv4
  const tail = address.slice(address.lastIndexOf(':') + 1)
  const text = tail.includes('.')
    ? address.slice(0, -tail.length) + groupsOf(join(tail.split('.').map(Number), 8n))
    : address
  const [head = '', rest] = text.split('::')
  const groups = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const [before, after] = [groups(head), groups(rest ?? '')]
  const zeros = Array<number>(rest === undefined ? 0 : 8 - before.length - after.length).fill(0)
  return { bits: 128, value: join([...before, ...zeros, ...after], 16n) }
}

const join = (groups: readonly number[], width: bigint): bigint =>
  groups.reduce((value, group) => (value << width) | BigInt(group), 0n)

const groupsOf = (value: bigint): string => `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`
