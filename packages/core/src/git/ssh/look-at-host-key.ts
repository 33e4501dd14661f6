import { once } from 'node:events'
import { connect } from 'node:net'
import ssh2 from 'ssh2'
import { GitferryError } from '../../errors/index.ts'
import { throwIfAborted, waitOrAbort } from '../../runtime/abort.ts'
import type { OutgoingPlace } from '../resolve-host.ts'
import { hostKeyAlgorithms, type KnownHostKey } from './host-key.ts'
import { problemWithHostKey } from './problem-with-host-key.ts'
import { SshReader } from './ssh-data.ts'

/** A server whose key is to be seen. */
export interface LookedAt extends OutgoingPlace {
  /** The address that was checked and that is dialled. */
  readonly address: string
  /** What the server is known by, which it is asked for first: as a use of ssh asks. */
  readonly known: readonly KnownHostKey[]
}

export interface LookOptions {
  readonly signal?: AbortSignal | undefined
  /** How long the server may take, in ms. Default 10,000. */
  readonly timeoutMs?: number | undefined
}

/** Without those in which the server chooses the numbers that this process has to compute with. */
const keyExchanges: ssh2.KexAlgorithm[] = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group14-sha256',
  'diffie-hellman-group16-sha512',
]

/**
 * The key that a server shows and proves to hold; `undefined` where it has none of a kind that is accepted. The
 * connection ends with the key exchange: no user is named, no key offered, no service asked for.
 * @throws GIT_UNREACHABLE; ABORTED
 */
export async function lookAtHostKey(
  { address, host, port, known }: LookedAt,
  { signal, timeoutMs = 10_000 }: LookOptions = {},
): Promise<KnownHostKey | undefined> {
  throwIfAborted(signal)
  const late = AbortSignal.timeout(timeoutMs)
  const socket = connect({ host: address, port })
  const closed = once(socket, 'close').catch(() => {})
  const client = new ssh2.Client()
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  let shown: Buffer | undefined
  client.on('error', reject)
  client.on('close', () => reject(new Error('closed')))
  client.on('handshake', () => {
    // the signature was checked; what ssh2 would send next, a request for authentication, finds no connection
    socket.destroy()
    if (shown === undefined) reject(new Error('no key'))
    else resolve(shown)
  })
  client.connect({
    sock: socket,
    ident: 'gitferry',
    // never told to anybody
    username: '',
    authHandler: [],
    readyTimeout: 0,
    algorithms: {
      kex: keyExchanges,
      serverHostKey: [...hostKeyAlgorithms(known)] as ssh2.ServerHostKeyAlgorithm[],
    },
    hostVerifier: (key: Buffer) => {
      shown = Buffer.from(key)
      return true
    },
  })
  try {
    const ended = signal === undefined ? late : AbortSignal.any([signal, late])
    return readKey(await waitOrAbort(promise, ended))
  } catch (error) {
    throwIfAborted(signal)
    const { code = '', message } = error as NodeJS.ErrnoException
    if (message === 'Handshake failed: no matching host key format') return undefined
    throw unreachable(
      { host, port },
      late.aborted ? `no answer within ${timeoutMs} ms` : whyOf(code, message),
    )
  } finally {
    socket.destroy()
    await closed
  }
}

/** ssh2 has checked the signature, but neither the length of an RSA key nor that a blob is one key and no more. */
function readKey(blob: Buffer): KnownHostKey | undefined {
  const type = new SshReader(blob).string()?.toString('latin1') ?? ''
  const key = { type, public_key: blob.toString('base64') }
  return problemWithHostKey(key) === undefined ? key : undefined
}

/** Nothing that the server says is repeated: whoever asks may be looking around in a network. */
function whyOf(code: string, message: string): string {
  if (/^E[A-Z]+$/.test(code)) return code
  const missing = /^Handshake failed: (no matching [\w ->]+)$/.exec(message)?.[1]
  return missing ?? 'it does not speak SSH as it should, or broke the connection off'
}

const unreachable = ({ host, port }: OutgoingPlace, why: string): GitferryError =>
  new GitferryError(
    'GIT_UNREACHABLE',
    `The server at ${host} port ${port} cannot be asked for its host key (${why}). Check the host, the port and ` +
      'the network; a key that its owner told you can be pinned without asking it.',
    { details: { reason: 'network', host, port } },
  )
