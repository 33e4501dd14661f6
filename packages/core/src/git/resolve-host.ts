import { lookup as lookupAll } from 'node:dns/promises'
import { isIP } from 'node:net'
import { GitferryError } from '../errors/index.ts'
import { waitOrAbort } from '../runtime/abort.ts'
import { isAllowedOutgoing, isBlockedAddress, type OutgoingRule } from './outgoing-rules.ts'
import type { GitSetting } from './settings.ts'

/** Finds every address of a host name, best first. Rejects when there is none. */
export type LookupHost = (host: string) => Promise<readonly string[]>

/** As every other program on this machine would: hosts file, then DNS. */
export const systemLookup: LookupHost = async (host) => {
  const found = await lookupAll(host, { all: true })
  return found.map(({ address }) => address)
}

/** A host (canonical, without brackets) and the port that is to be reached there. */
export interface OutgoingPlace {
  readonly host: string
  readonly port: number
}

export interface ResolveHostOptions {
  readonly lookup: LookupHost
  readonly allowOutgoing: readonly OutgoingRule[]
  readonly signal?: AbortSignal | undefined
  /** How long the lookup may take, in ms. Default 10,000. */
  readonly timeoutMs?: number | undefined
}

const plainAddress = /^[0-9a-f:.]+$/i

/**
 * The addresses by which a host may be reached now. One that is private refuses the host, unless a rule names the
 * host or that address: a name that has a public and a private address is refused, for whoever dials it may get
 * either. To be called before every connection: what a name resolves to changes. An address is its own answer.
 * @throws URL_FORBIDDEN; GIT_UNREACHABLE when the name does not resolve, or not in time; ABORTED
 */
export async function resolveHost(
  { host, port }: OutgoingPlace,
  options: ResolveHostOptions,
): Promise<readonly string[]> {
  const addresses = isIP(host) === 0 ? await lookUp(host, options) : [host]
  const { allowOutgoing } = options
  if (isAllowedOutgoing(allowOutgoing, host, port)) return addresses
  for (const address of addresses) {
    if (!isBlockedAddress(address) || isAllowedOutgoing(allowOutgoing, address, port)) continue
    throw new GitferryError(
      'URL_FORBIDDEN',
      `The host "${host}" is in a private network; name it in allowOutgoing to reach it.`,
      { details: { host } },
    )
  }
  return addresses
}

/**
 * The setting with which git connects to these addresses when it goes to that host and port, whatever the name
 * resolves to by then. Empty for an address, which has nothing to be resolved.
 */
export function pinnedHost({ host, port }: OutgoingPlace, addresses: readonly string[]): GitSetting[] {
  return isIP(host) === 0 ? [['http.curloptResolve', `${host}:${port}:${addresses.join(',')}`]] : []
}

async function lookUp(
  host: string,
  { lookup, signal, timeoutMs = 10_000 }: ResolveHostOptions,
): Promise<readonly string[]> {
  const late = AbortSignal.timeout(timeoutMs)
  const found = await waitOrAbort(
    lookup(host),
    signal === undefined ? late : AbortSignal.any([signal, late]),
  ).catch((error: unknown) => {
    if (signal?.aborted) throw error
    throw unreachable(
      host,
      late.aborted ? `within ${timeoutMs} ms` : `(${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
      error,
    )
  })
  // A zone (fe80::1%eth0) belongs to a link of this machine, and would not be understood in a setting.
  if (found.length > 0 && found.every((address) => plainAddress.test(address) && isIP(address) !== 0))
    return found
  throw unreachable(host, 'to addresses that can be reached', undefined)
}

const unreachable = (host: string, how: string, cause: unknown): GitferryError =>
  new GitferryError(
    'GIT_UNREACHABLE',
    `The host "${host}" does not resolve ${how}. Check its name, and the network.`,
    { cause, details: { reason: 'network', host } },
  )
