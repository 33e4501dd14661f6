import type { KnownHostKey } from './host-key.ts'
import { hostKeyAlgorithms } from './host-key.ts'
import { minRsaBits } from './problem-with-host-key.ts'

/** What one use of ssh is bound to. Paths are absolute and have passed `isPlainPath`. */
export interface SshConfig {
  /** The address that was checked: ssh dials it and nothing else. */
  readonly address: string
  /** The name by which the server is known. */
  readonly host: string
  /** None: the key that the server shows is accepted and written down. */
  readonly known: readonly KnownHostKey[]
  readonly knownHostsFile: string
  /** `undefined`: no key at all, not even the user's own. */
  readonly identity: SshIdentity | undefined
}

/** The one key that may be offered: by an agent, with the public half in `file`; or the private one in `file`. */
export interface SshIdentity {
  readonly file: string
  readonly agentSocket: string | undefined
}

/** Whether a path means itself in an ssh configuration: within quotes, no expansion, nothing that ends them. */
export const isPlainPath = (path: string): boolean => /^\/[^"\\$\p{Cc}]*$/u.test(path)

const quoted = (path: string): string => `"${path.replaceAll('%', '%%')}"`

/** The text of the `ssh_config` of one use; with `ssh -F` no other configuration is read. */
export function sshConfigText(config: SshConfig): string {
  const { address, host, identity, known, knownHostsFile } = config
  const { file, agentSocket } = identity ?? {}
  const options = {
    BatchMode: 'yes',
    StrictHostKeyChecking: known.length > 0 ? 'yes' : 'accept-new',
    UserKnownHostsFile: quoted(knownHostsFile),
    GlobalKnownHostsFile: '/dev/null',
    HostKeyAlias: host,
    HostName: address,
    CheckHostIP: 'no',
    IdentitiesOnly: 'yes',
    PubkeyAuthentication: identity === undefined ? 'no' : 'yes',
    IdentityFile: file === undefined ? 'none' : quoted(file),
    IdentityAgent: agentSocket === undefined ? 'none' : quoted(agentSocket),
    PreferredAuthentications: 'publickey',
    PasswordAuthentication: 'no',
    KbdInteractiveAuthentication: 'no',
    ForwardAgent: 'no',
    ClearAllForwardings: 'yes',
    PermitLocalCommand: 'no',
    ProxyCommand: 'none',
    ControlMaster: 'no',
    ControlPath: 'none',
    UpdateHostKeys: 'no',
    ConnectTimeout: '10',
    ServerAliveInterval: '15',
    ServerAliveCountMax: '3',
    // INFO would let a server's banner through, which may read like any failure
    LogLevel: 'ERROR',
    // LogVerbose is known since OpenSSH 8.5, RequiredRSASize since 9.1
    IgnoreUnknown: 'LogVerbose,RequiredRSASize',
    RequiredRSASize: String(minRsaBits),
    // why a connection ended, a failed negotiation above all, is otherwise told only from INFO on
    LogVerbose: 'packet.c:sshpkt_vfatal():*',
    HostKeyAlgorithms: hostKeyAlgorithms(known).join(','),
  }
  return Object.entries(options)
    .map(([name, value]) => `${name} ${value}\n`)
    .join('')
}

/** One word of a shell command: git gives `GIT_SSH_COMMAND` to `sh`. */
export const shellWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
