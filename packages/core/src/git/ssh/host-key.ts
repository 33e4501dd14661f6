import { createHash } from 'node:crypto'

/** A public key by which an SSH server is known. */
export interface KnownHostKey {
  /** As OpenSSH names it: `ssh-ed25519`. */
  readonly type: string
  /** In base64, as it stands in `known_hosts`. */
  readonly public_key: string
}

/** `SHA256:…`, as `ssh-keygen -l` prints it. */
export const fingerprintOf = (publicKey: string): string =>
  `SHA256:${createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('base64').replace(/=+$/, '')}`

/** Whether two records are one key. */
export const isSameHostKey = (a: KnownHostKey, b: KnownHostKey): boolean =>
  a.type === b.type && a.public_key === b.public_key

/** The algorithms by which a server may prove itself, best first, each with the type of its key. */
const algorithms = [
  ['ssh-ed25519', 'ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp256'],
  ['ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp384'],
  ['ecdsa-sha2-nistp521', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'ssh-rsa'],
  ['rsa-sha2-256', 'ssh-rsa'],
] as const

/** Whether servers are known by keys of this type at all. */
export const isHostKeyType = (type: string): boolean => algorithms.some(([, known]) => known === type)

/** How early a server is asked for a key of this type: of several that are known, the least is shown. */
export const rankOf = (type: string): number => algorithms.findIndex(([, known]) => known === type)

/**
 * What to ask a server for, in order: first what it is known by, or a server that has one key of each kind would show
 * one that nobody has seen yet. The rest follows, so that a server without its known key is met and refused for it.
 */
export function hostKeyAlgorithms(known: readonly KnownHostKey[]): readonly string[] {
  const types = new Set(known.map(({ type }) => type))
  const isKnown = ([, type]: (typeof algorithms)[number]) => types.has(type)
  return [...algorithms.filter(isKnown), ...algorithms.filter((one) => !isKnown(one))].map(([name]) => name)
}

/** The content of a `known_hosts` file that knows one host. */
export const knownHostsText = (host: string, keys: readonly KnownHostKey[]): string =>
  keys.map(({ type, public_key }) => `${host} ${type} ${public_key}\n`).join('')

/** The keys that a `known_hosts` file holds for a host, as ssh wrote it. */
export function readKnownHosts(text: string, host: string): KnownHostKey[] {
  return text.split('\n').flatMap((line) => {
    const [name, type, public_key] = line.split(' ')
    return name === host && type && public_key ? [{ type, public_key }] : []
  })
}

/** The type of a key by the short name that ssh prints in messages: `ED25519` → `ssh-ed25519`. */
export function typeByShortName(name: string, known: readonly KnownHostKey[]): string | undefined {
  const fits = (type: string) => type.replace(/^ssh-|-sha2-.*$/g, '').toUpperCase() === name.toUpperCase()
  return known.find(({ type }) => fits(type))?.type ?? algorithms.find(([, type]) => fits(type))?.[1]
}
