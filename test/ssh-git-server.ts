import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import ssh2, { type AuthContext, type Connection, type ServerChannel } from 'ssh2'

export type TestKeyType = 'ed25519' | 'rsa' | 'ecdsa'

/** A key pair in OpenSSH's formats. */
export interface TestKey {
  readonly private: string
  /** One line, as in `authorized_keys`. */
  readonly public: string
  readonly fingerprint: string
}

export function makeKey(type: TestKeyType = 'ed25519', bits?: number): TestKey {
  const pair = generate(type, bits)
  // ssh2 pads one Ed25519 key in two hundred so that nobody can read it
  if (ssh2.utils.parseKey(pair.private) instanceof Error) return makeKey(type, bits)
  const [, blob = ''] = pair.public.split(' ')
  return { ...pair, fingerprint: fingerprint(Buffer.from(blob, 'base64')) }
}

function generate(type: TestKeyType, bits: number | undefined) {
  if (type === 'ed25519') return ssh2.utils.generateKeyPairSync(type)
  if (type === 'rsa') return ssh2.utils.generateKeyPairSync(type, { bits: bits ?? 2048 })
  return ssh2.utils.generateKeyPairSync(type, { bits: (bits ?? 256) as 256 | 384 | 521 })
}

const fingerprint = (blob: Buffer): string =>
  `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`

export interface SshGitServerOptions {
  readonly hostKey: TestKey
  readonly authorized: readonly TestKey[]
  /** The only way in which the server proves itself. Default: every one that its key allows. */
  readonly hostKeyAlgorithm?: 'ssh-rsa'
  /** Default: a port that is free. */
  readonly port?: number
  /** What is answered to a command that is not git’s; `undefined`: it is refused. */
  readonly answer?: (command: string) => string | undefined
}

/** A git server over ssh, for tests. */
export interface SshGitServer {
  readonly port: number
  /** Fingerprints of the keys that clients offered, in order, each as often as it was. */
  readonly offered: readonly string[]
  /** The hash of every signature that was accepted; `undefined` where the kind of key has only one. */
  readonly hashes: readonly (string | undefined)[]
  /** Ways of authentication that clients tried. */
  readonly methods: ReadonlySet<string>
  readonly commands: readonly string[]
  /** Makes commands wait until the answer is called. */
  hold(): () => void
  /** Settles when a command is waiting. */
  readonly waiting: Promise<void>
  close(): Promise<void>
}

/** Serves every repository of this machine on 127.0.0.1 to the owners of some keys; pushes are taken. */
export async function serveGitOverSsh(options: SshGitServerOptions): Promise<SshGitServer> {
  const offered: string[] = []
  const hashes: (string | undefined)[] = []
  const methods = new Set<string>()
  const commands: string[] = []
  const clients = new Set<Connection>()
  const arrived = Promise.withResolvers<void>()
  let gate: Promise<void> = Promise.resolve()
  let isHeld = false

  const { hostKey, hostKeyAlgorithm } = options
  const algorithms = hostKeyAlgorithm ? { serverHostKey: [hostKeyAlgorithm] } : {}
  const server = new ssh2.Server({ hostKeys: [hostKey.private], algorithms }, (client) => {
    clients.add(client)
    // or each command takes 0.3 s; the types do not know of it
    ;(client as unknown as { setNoDelay(on: boolean): void }).setNoDelay(true)
    client.on('error', () => {})
    client.on('close', () => clients.delete(client))
    client.on('authentication', (context) => {
      methods.add(context.method)
      authenticate(context)
    })
    client.on('session', (acceptSession) => {
      let protocol = ''
      const session = acceptSession()
      session.on('env', (accept, _reject, { key, val }) => {
        if (key === 'GIT_PROTOCOL') protocol = val
        accept?.()
      })
      session.on('exec', async (accept, _reject, { command }) => {
        commands.push(command)
        const channel = accept()
        if (isHeld) arrived.resolve()
        await gate
        const answer = options.answer?.(command)
        if (answer === undefined) serve(channel, command, protocol)
        else {
          channel.write(answer)
          channel.exit(0)
          channel.end()
        }
      })
    })
  })

  function authenticate(context: AuthContext): void {
    if (isAccepted(context)) context.accept()
    else context.reject(['publickey'])
  }

  function isAccepted(context: AuthContext): boolean {
    if (context.method !== 'publickey') return false
    const shown = fingerprint(context.key.data)
    // a client asks with each key first, and signs only with one that would do
    if (context.signature === undefined) offered.push(shown)
    const known = options.authorized.find((key) => key.fingerprint === shown)
    if (known === undefined) return false
    if (context.signature === undefined || context.blob === undefined) return true
    const key = ssh2.utils.parseKey(known.public)
    if (key instanceof Error) throw key
    const { hashAlgo } = context as { hashAlgo?: string }
    const isValid = key.verify(context.blob, context.signature, hashAlgo) === true
    if (isValid) hashes.push(hashAlgo)
    return isValid
  }

  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    offered,
    hashes,
    methods,
    commands,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>()
      gate = promise
      isHeld = true
      return resolve
    },
    waiting: arrived.promise,
    close: () =>
      new Promise((resolve) => {
        for (const client of clients) client.end()
        server.close(() => resolve())
      }),
  }
}

function serve(channel: ServerChannel, command: string, protocol: string): void {
  const [, verb, path] = /^git-(upload-pack|receive-pack) '([^']*)'$/.exec(command) ?? []
  if (verb === undefined || path === undefined) {
    channel.stderr.write('this server knows git alone\n')
    channel.exit(1)
    channel.end()
    return
  }
  const git = spawn('git', [verb, path], {
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      HOME: '/nonexistent',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      GIT_PROTOCOL: protocol,
    },
  })
  channel.pipe(git.stdin)
  git.stdin.on('error', () => {})
  git.stdout.pipe(channel, { end: false })
  git.stderr.pipe(channel.stderr, { end: false })
  git.on('close', (code) => {
    channel.exit(code ?? 1)
    channel.end()
  })
  channel.on('close', () => git.kill())
}
