import type { SettingName } from './settings-schema.ts'

/** How one setting is given on the command line and in the environment. */
export interface Setting {
  readonly name: SettingName
  /** Absent for a secret: everybody on the machine can read a command line. */
  readonly flag?: string
  readonly variable: string
  /** What its text stands for. A list’s flag is given once for each entry. */
  readonly kind: 'text' | 'integer' | 'switch' | 'texts' | 'integers'
  /** Between the entries of a list in the environment. */
  readonly separator?: ':' | ','
  /** What the help calls its value; absent for a switch. */
  readonly value?: string
  /** One line for the help, with the default. */
  readonly help: string
  /** For what nobody may see: what the original service called its variable. */
  readonly secret?: { readonly originally: string }
}

export const settings: readonly Setting[] = [
  {
    name: 'host',
    flag: 'host',
    variable: 'GITFERRY_HOST',
    kind: 'text',
    value: 'HOST',
    help: 'Address to listen on. Default 127.0.0.1.',
  },
  {
    name: 'port',
    flag: 'port',
    variable: 'GITFERRY_PORT',
    kind: 'integer',
    value: 'PORT',
    help: 'Port to listen on; 0 takes a free one. Default 38080.',
  },
  {
    name: 'ssh_port',
    flag: 'ssh-port',
    variable: 'GITFERRY_SSH_PORT',
    kind: 'integer',
    value: 'PORT',
    help: 'Port to serve hosted repositories on over SSH too; 0 takes a free one. Default: they are not.',
  },
  {
    name: 'public_url',
    flag: 'public-url',
    variable: 'GITFERRY_PUBLIC_URL',
    kind: 'text',
    value: 'URL',
    help: 'Where callers reach this server, for the URLs in answers. Default: what each request names.',
  },
  {
    name: 'data_dir',
    flag: 'data-dir',
    variable: 'GITFERRY_DATA_DIR',
    kind: 'text',
    value: 'DIR',
    help: 'Where gitferry keeps its own files. Default ./data.',
  },
  {
    name: 'repo_roots',
    flag: 'repo-root',
    variable: 'GITFERRY_REPO_ROOTS',
    kind: 'texts',
    separator: ':',
    value: 'DIR',
    help: 'Folder whose repositories may be registered; repeatable. Default: repos in the data directory.',
  },
  {
    name: 'storage',
    flag: 'storage',
    variable: 'GITFERRY_STORAGE',
    kind: 'text',
    value: 'STORAGE',
    help: 'sqlite:PATH or memory. Default: SQLite in the data directory.',
  },
  {
    name: 'allow_outgoing',
    flag: 'allow-outgoing',
    variable: 'GITFERRY_ALLOW_OUTGOING',
    kind: 'texts',
    separator: ',',
    value: 'HOST',
    help: 'Private host, host:port or CIDR range that may be contacted; repeatable. Default: none.',
  },
  {
    name: 'strict_host_keys',
    flag: 'strict-host-keys',
    variable: 'GITFERRY_STRICT_HOST_KEYS',
    kind: 'switch',
    help: 'Send nothing to an SSH server whose key nobody has accepted, not even at the first contact.',
  },
  {
    name: 'host_names',
    flag: 'host-name',
    variable: 'GITFERRY_HOST_NAMES',
    kind: 'texts',
    separator: ',',
    value: 'NAME',
    help: 'What a Host header may say besides localhost and the bound address; repeatable.',
  },
  {
    name: 'max_connections',
    flag: 'max-connections',
    variable: 'GITFERRY_MAX_CONNECTIONS',
    kind: 'integer',
    value: 'N',
    help: 'Connections at the same time; one address elsewhere may have half of them. Default 1024.',
  },
  {
    name: 'trusted_owners',
    flag: 'trust-owner',
    variable: 'GITFERRY_TRUST_OWNERS',
    kind: 'integers',
    separator: ',',
    value: 'UID',
    help: 'User whose repositories may be registered besides this one’s; repeatable.',
  },
  {
    name: 'git',
    flag: 'git',
    variable: 'GITFERRY_GIT',
    kind: 'text',
    value: 'PATH',
    help: 'The git to run. Default: the one on the PATH.',
  },
  {
    name: 'concurrency',
    flag: 'concurrency',
    variable: 'GITFERRY_CONCURRENCY',
    kind: 'integer',
    value: 'N',
    help: 'How many runs may run at once. Default 4.',
  },
  {
    name: 'concurrency_per_host',
    flag: 'concurrency-per-host',
    variable: 'GITFERRY_CONCURRENCY_PER_HOST',
    kind: 'integer',
    value: 'N',
    help: 'How many of them may go to the same remote host. Default 2.',
  },
  {
    name: 'network_retries',
    flag: 'network-retries',
    variable: 'GITFERRY_NETWORK_RETRIES',
    kind: 'integer',
    value: 'N',
    help: 'How often a run tries again by itself after the network failed. Default 2.',
  },
  {
    name: 'log_level',
    flag: 'log-level',
    variable: 'GITFERRY_LOG_LEVEL',
    kind: 'text',
    value: 'LEVEL',
    help: 'debug, info, warn or error. Default info.',
  },
  {
    name: 'log_format',
    flag: 'log-format',
    variable: 'GITFERRY_LOG_FORMAT',
    kind: 'text',
    value: 'FORMAT',
    help: 'pretty or json. Default: pretty on a terminal, json elsewhere.',
  },
  {
    name: 'secret_key',
    variable: 'GITFERRY_SECRET_KEY',
    kind: 'text',
    help: 'What stored secrets are sealed with: 32 bytes in base64. Default: the key in the file below.',
    secret: { originally: 'ENCRYPTION_KEY' },
  },
  {
    name: 'secret_key_file',
    flag: 'secret-key-file',
    variable: 'GITFERRY_SECRET_KEY_FILE',
    kind: 'text',
    value: 'FILE',
    help: 'File with that key; made once where there is none. Default: secret.key in the data directory.',
  },
  {
    name: 'old_secret_key_files',
    flag: 'old-secret-key-file',
    variable: 'GITFERRY_OLD_SECRET_KEY_FILES',
    kind: 'texts',
    separator: ':',
    value: 'FILE',
    help: 'File with a key of before: what it sealed still opens, nothing more is sealed with it; repeatable.',
  },
  {
    name: 'webhook_secret',
    variable: 'GITFERRY_WEBHOOK_SECRET',
    kind: 'text',
    help: 'What webhooks are signed with. Default: none; then every webhook is refused.',
    secret: { originally: 'WEBHOOK_SECRET' },
  },
  {
    name: 'webhook_secret_file',
    flag: 'webhook-secret-file',
    variable: 'GITFERRY_WEBHOOK_SECRET_FILE',
    kind: 'text',
    value: 'FILE',
    help: 'File with that secret; with several, one a line, while one is exchanged for another.',
  },
  {
    name: 'webhook_rate_limit',
    flag: 'webhook-rate-limit',
    variable: 'GITFERRY_WEBHOOK_RATE_LIMIT',
    kind: 'integer',
    value: 'N',
    help: 'Webhooks a minute that one caller may send. Default 100.',
  },
  {
    name: 'webhook_allow_ips',
    flag: 'webhook-allow-ip',
    variable: 'GITFERRY_WEBHOOK_ALLOW_IPS',
    kind: 'texts',
    separator: ',',
    value: 'ADDRESS',
    help: 'Address or CIDR range that webhooks may come from; repeatable. Default: any.',
  },
  {
    name: 'insecure',
    flag: 'insecure',
    variable: 'GITFERRY_INSECURE',
    kind: 'switch',
    help: 'While no token was made: answer callers from other machines too, without asking who they are.',
  },
  {
    name: 'grace',
    flag: 'grace',
    variable: 'GITFERRY_GRACE',
    kind: 'text',
    value: 'TIME',
    help: 'How long running work may go on after a signal to stop (30s, 500ms, 2m). Default 30s.',
  },
]

/** The environment variables that hold secrets, by every name. */
export const secretVariables: readonly string[] = settings.flatMap(({ secret, variable }) =>
  secret === undefined ? [] : [variable, secret.originally],
)
