import { isGitferryError } from '@gitferry/core/errors'
import { Volume } from 'memfs'
import { describe, expect, it, vi } from 'vitest'
import {
  type Configuration,
  type Invocation,
  resolveConfiguration,
} from '../../src/configuration/resolve-configuration.ts'

const key = (byte: number) => Buffer.alloc(32, byte).toString('base64')

/** What the files hold that settings name. */
const files: Readonly<Record<string, string>> = {
  '/w': 'hush\n',
  '/old-and-new': 'new secret \r\n\nold\n',
  '/empty': '\n',
  '/key-1': `${key(1)}\n`,
  '/key-2': key(2),
}

interface Given {
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly file?: string
}

function resolve({ flags = [], env = {}, file }: Given): Invocation {
  const volume = Volume.fromJSON(file === undefined ? { ...files } : { ...files, '/gitferry.yaml': file })
  return resolveConfiguration({
    argv: ['serve', ...flags, ...(file === undefined ? [] : ['--config', '/gitferry.yaml'])],
    env,
    readFile: (path) => volume.readFileSync(path, 'utf8') as string,
  })
}

function configurationOf(given: Given): Configuration {
  const invocation = resolve(given)
  if (invocation.command !== 'serve') throw new Error('not a configuration')
  return invocation.configuration
}

function problemWith(given: Given): string {
  try {
    resolve(given)
  } catch (error) {
    if (isGitferryError(error, 'INVALID_INPUT')) return error.message
    throw error
  }
  throw new Error('nothing was refused')
}

describe('the configuration', () => {
  it('has defaults that are safe', () => {
    expect(configurationOf({})).toEqual({
      host: '127.0.0.1',
      port: 38080,
      sshPort: undefined,
      publicUrl: undefined,
      dataDir: './data',
      repoRoots: ['data/repos'],
      storage: { kind: 'sqlite', path: 'data/gitferry.db' },
      allowOutgoing: [],
      strictHostKeys: false,
      hostNames: ['localhost', '127.0.0.1', '[::1]'],
      maxConnections: 1_024,
      trustedOwners: [],
      git: undefined,
      concurrency: 4,
      concurrencyPerHost: 2,
      networkRetries: 2,
      secretKey: { keyFile: 'data/secret.key' },
      oldSecretKeys: [],
      webhooks: { secrets: [], rateLimit: 100, allowIps: undefined },
      logLevel: 'info',
      logFormat: undefined,
      insecure: false,
      needsToken: false,
      graceMs: 30_000,
    })
  })

  const everySetting: Partial<Configuration> = {
    host: '::1',
    port: 0,
    sshPort: 2222,
    publicUrl: 'https://git.lan/x',
    dataDir: '/d',
    repoRoots: ['/a', '/b'],
    storage: { kind: 'memory' },
    allowOutgoing: ['git.lan', '10.0.0.0/8'],
    strictHostKeys: true,
    hostNames: ['localhost', '127.0.0.1', '[::1]', 'git.lan'],
    maxConnections: 9,
    trustedOwners: [1000, 1001],
    git: '/usr/bin/git',
    concurrency: 2,
    concurrencyPerHost: 1,
    networkRetries: 0,
    secretKey: { keyFile: '/k' },
    oldSecretKeys: [key(1)],
    webhooks: { secrets: ['hush'], rateLimit: 7, allowIps: ['::1', '10.0.0.0/8'] },
    logLevel: 'debug',
    logFormat: 'json',
    insecure: true,
    needsToken: false,
    graceMs: 500,
  }

  it.each<[string, Given]>([
    [
      'flags',
      {
        flags: [
          ...['--host', '::1', '--port=0', '--ssh-port', '2222'],
          ...['--public-url', 'https://git.lan/x/'],
          ...['--data-dir', '/d', '--repo-root', '/a', '--repo-root=/b'],
          ...['--storage', 'memory', '--allow-outgoing', 'git.lan', '--allow-outgoing', '10.0.0.0/8'],
          ...[
            '--host-name',
            'git.lan',
            '--max-connections',
            '9',
            '--trust-owner',
            '1000',
            '--trust-owner',
            '1001',
          ],
          ...['--git', '/usr/bin/git', '--concurrency', '2', '--concurrency-per-host', '1'],
          ...['--network-retries', '0', '--strict-host-keys'],
          ...['--log-level', 'debug', '--log-format', 'json'],
          ...['--secret-key-file', '/k', '--old-secret-key-file', '/key-1', '--insecure', '--grace', '500ms'],
          ...['--webhook-secret-file', '/w', '--webhook-rate-limit', '7'],
          ...['--webhook-allow-ip', '::1', '--webhook-allow-ip', '10.0.0.0/8'],
        ],
      },
    ],
    [
      'the environment',
      {
        env: {
          GITFERRY_HOST: '[::1]',
          GITFERRY_PORT: '0',
          GITFERRY_SSH_PORT: '2222',
          GITFERRY_PUBLIC_URL: 'https://git.lan/x',
          GITFERRY_DATA_DIR: '/d',
          GITFERRY_REPO_ROOTS: '/a:/b',
          GITFERRY_STORAGE: 'memory',
          GITFERRY_ALLOW_OUTGOING: 'git.lan, 10.0.0.0/8',
          GITFERRY_STRICT_HOST_KEYS: 'true',
          GITFERRY_HOST_NAMES: 'git.lan',
          GITFERRY_MAX_CONNECTIONS: '9',
          GITFERRY_TRUST_OWNERS: '1000,1001',
          GITFERRY_GIT: '/usr/bin/git',
          GITFERRY_CONCURRENCY: '2',
          GITFERRY_CONCURRENCY_PER_HOST: '1',
          GITFERRY_NETWORK_RETRIES: '0',
          GITFERRY_SECRET_KEY_FILE: '/k',
          GITFERRY_OLD_SECRET_KEY_FILES: '/key-1',
          GITFERRY_WEBHOOK_SECRET_FILE: '/w',
          GITFERRY_WEBHOOK_RATE_LIMIT: '7',
          GITFERRY_WEBHOOK_ALLOW_IPS: '::1, 10.0.0.0/8',
          GITFERRY_LOG_LEVEL: 'debug',
          GITFERRY_LOG_FORMAT: 'json',
          GITFERRY_INSECURE: '1',
          GITFERRY_GRACE: '500ms',
        },
      },
    ],
    [
      'a YAML file',
      {
        file: [
          'host: "::1"',
          'port: 0',
          'ssh_port: 2222',
          'public_url: https://git.lan/x',
          'data_dir: /d',
          'repo_roots: [/a, /b]',
          'storage: memory',
          'allow_outgoing: [git.lan, 10.0.0.0/8]',
          'strict_host_keys: true',
          'host_names: [git.lan]',
          'max_connections: 9',
          'trusted_owners: [1000, 1001]',
          'git: /usr/bin/git',
          'concurrency: 2',
          'concurrency_per_host: 1',
          'network_retries: 0',
          'secret_key_file: /k\nold_secret_key_files: [/key-1]',
          'webhook_secret_file: /w',
          'webhook_rate_limit: 7',
          'webhook_allow_ips: ["::1", 10.0.0.0/8]',
          'log_level: debug',
          'log_format: json',
          'insecure: true',
          'grace: 500ms',
        ].join('\n'),
      },
    ],
    [
      'a JSON file',
      {
        file: JSON.stringify({
          host: '::1',
          port: 0,
          ssh_port: 2222,
          public_url: 'https://git.lan/x',
          data_dir: '/d',
          repo_roots: ['/a', '/b'],
          storage: 'memory',
          allow_outgoing: ['git.lan', '10.0.0.0/8'],
          strict_host_keys: true,
          host_names: ['git.lan'],
          max_connections: 9,
          trusted_owners: [1000, 1001],
          git: '/usr/bin/git',
          concurrency: 2,
          concurrency_per_host: 1,
          network_retries: 0,
          secret_key_file: '/k',
          old_secret_key_files: ['/key-1'],
          webhook_secret_file: '/w',
          webhook_rate_limit: 7,
          webhook_allow_ips: ['::1', '10.0.0.0/8'],
          log_level: 'debug',
          log_format: 'json',
          insecure: true,
          grace: '500ms',
        }),
      },
    ],
  ])('takes every setting from %s', (_, given) => {
    expect(configurationOf(given)).toEqual(everySetting)
  })

  it('takes flags before the environment before the file before the original’s names', () => {
    const file = 'port: 3'
    const env = { GITFERRY_PORT: '2', SERVER_PORT: '4' }
    expect(configurationOf({ flags: ['--port', '1'], env, file }).port).toBe(1)
    expect(configurationOf({ env, file }).port).toBe(2)
    expect(configurationOf({ env: { SERVER_PORT: '4' }, file }).port).toBe(3)
    expect(configurationOf({ env: { SERVER_PORT: '4' } }).port).toBe(4)
  })

  it('replaces a list as a whole', () => {
    const env = { GITFERRY_REPO_ROOTS: '/env' }
    expect(configurationOf({ flags: ['--repo-root', '/flag'], env }).repoRoots).toEqual(['/flag'])
  })

  it('keeps what hangs on the data directory with it', () => {
    const { repoRoots, storage } = configurationOf({ flags: ['--data-dir', '/d'] })
    expect({ repoRoots, storage }).toEqual({
      repoRoots: ['/d/repos'],
      storage: { kind: 'sqlite', path: '/d/gitferry.db' },
    })
  })

  it.each([
    ['30', 30_000],
    ['30s', 30_000],
    ['0', 0],
    ['2m', 120_000],
    ['60m', 3_600_000],
  ])('reads the time %s', (text, ms) => {
    expect(configurationOf({ flags: ['--grace', text] }).graceMs).toBe(ms)
  })

  it('takes a variable that is set to nothing as not set', () => {
    expect(configurationOf({ env: { GITFERRY_PORT: '', GITFERRY_HOST: '' } }).port).toBe(38080)
  })

  it('takes an empty file as one that sets nothing', () => {
    expect(configurationOf({ file: '# nothing yet\n' }).port).toBe(38080)
  })
})

describe('a setting that cannot be used is refused, with where it was given', () => {
  it.each<[Given, string]>([
    [{ flags: ['--port', 'x'] }, '--port: must be an integer from 0 to 65535'],
    [{ flags: ['--port', '65536'] }, '--port: must be an integer from 0 to 65535'],
    [{ env: { GITFERRY_SSH_PORT: '-1' } }, 'GITFERRY_SSH_PORT: must be an integer from 0 to 65535'],
    ...['git.lan', 'ftp://git.lan', 'https://git.lan/?', 'https://git.lan/#x', 'https://me@git.lan'].map(
      (url): [Given, string] => [
        { flags: ['--public-url', url] },
        '--public-url: must be an http or https URL without a user, a query or a fragment, such as https://git.example.org',
      ],
    ),
    [{ env: { GITFERRY_PORT: 'tcp://10.0.0.1:1' } }, 'GITFERRY_PORT: must be an integer from 0 to 65535'],
    [{ file: 'port: "80"' }, '/gitferry.yaml: port: must be an integer from 0 to 65535'],
    [{ env: { GITFERRY_INSECURE: 'yes' } }, 'GITFERRY_INSECURE: must be true or false'],
    [{ env: { SERVER_PORT: 'x' } }, 'SERVER_PORT: must be an integer from 0 to 65535'],
    [{ flags: ['--repo-root', ''] }, '--repo-root: must not be empty'],
    [{ file: 'repo_roots: []' }, '/gitferry.yaml: repo_roots: must name at least one path'],
    [{ flags: ['--trust-owner', 'git'] }, '--trust-owner: must be an integer from 0 to 4294967294'],
    [
      { flags: ['--host-name', 'https://git.lan'] },
      '--host-name: must be a host name or an address, without a scheme, port or path',
    ],
    [{ flags: ['--git', 'git'] }, '--git: must be an absolute path'],
    [{ flags: ['--concurrency', '0'] }, '--concurrency: must be an integer from 1 to 64'],
    [{ flags: ['--concurrency-per-host', '65'] }, '--concurrency-per-host: must be an integer from 1 to 64'],
    [
      { flags: ['--webhook-secret', 'x'] },
      '--webhook-secret: everybody on this machine can read a command line; give the secret by --webhook-secret-file or GITFERRY_WEBHOOK_SECRET',
    ],
    [{ flags: ['--webhook-secret-file', '/none'] }, '--webhook-secret-file: there is no file /none'],
    [
      { env: { GITFERRY_WEBHOOK_SECRET_FILE: '/empty' } },
      'GITFERRY_WEBHOOK_SECRET_FILE: the file is empty; write the secret into it: openssl rand -hex 32',
    ],
    [{ flags: ['--max-connections', '0'] }, '--max-connections: must be an integer from 1 to 1000000'],
    [{ flags: ['--webhook-rate-limit', '0'] }, '--webhook-rate-limit: must be an integer from 1 to 1000000'],
    [
      { env: { GITFERRY_WEBHOOK_ALLOW_IPS: 'localhost' } },
      'GITFERRY_WEBHOOK_ALLOW_IPS: must be an IP address ("203.0.113.7") or a network ("10.0.0.0/8", "2001:db8::/32")',
    ],
    [{ file: 'webhook_allow_ips: []' }, '/gitferry.yaml: webhook_allow_ips: must name at least one address'],
    [{ flags: ['--log-level', 'loud'] }, '--log-level: must be debug, info, warn or error'],
    [{ flags: ['--grace', '61m'] }, '--grace: must be a time of at most an hour: 30s, 500ms, 2m, or seconds'],
    [
      { flags: ['--grace', 'soon'] },
      '--grace: must be a time of at most an hour: 30s, 500ms, 2m, or seconds',
    ],
    [{ flags: ['--storage', 'sqlite:'] }, '--storage: must be sqlite:PATH or memory'],
    [
      { env: { GITFERRY_STORAGE: 'postgres://user:secret@db/x' } },
      'GITFERRY_STORAGE: PostgreSQL is not supported yet; use sqlite:PATH or memory',
    ],
    [{ flags: ['--prot', '1'] }, '--prot: there is no such flag. Did you mean --port?'],
    [{ flags: ['--repo_root=/a'] }, '--repo_root: there is no such flag. Did you mean --repo-root?'],
    [{ flags: ['--quite-another'] }, '--quite-another: there is no such flag.'],
    [{ flags: ['-p', '1'] }, '-p: there is no such flag.'],
    [{ flags: ['--port'] }, '--port: needs a value'],
    [{ flags: ['--host', '--port', '1'] }, '--host: needs a value'],
    [{ flags: ['--insecure=false'] }, '--insecure: takes no value'],
    [{ flags: ['extra'] }, 'extra: is not expected here; values belong to a flag'],
    [{ file: 'prot: 1' }, '/gitferry.yaml: prot: there is no such setting. Did you mean port?'],
    [{ file: '__proto__: {}' }, '/gitferry.yaml: __proto__: there is no such setting.'],
    [{ file: '- a' }, '/gitferry.yaml: must hold settings, not a list or a text'],
    [
      { flags: ['--config', '/nowhere.yaml'] },
      '/nowhere.yaml: no such file. --config names a YAML or JSON file',
    ],
    [
      { env: { DB_TYPE: 'mysql' } },
      'DB_TYPE: MySQL is not supported. Remove the variable, or set GITFERRY_STORAGE',
    ],
    [{ env: { DB_TYPE: 'postgres' } }, 'DB_TYPE: PostgreSQL is not supported yet; use sqlite:PATH or memory'],
    [{ env: { DB_TYPE: 'oracle' } }, 'DB_TYPE: must be sqlite. Remove it, or set GITFERRY_STORAGE'],
  ])('%j', (given, message) => {
    expect(problemWith(given)).toBe(message)
  })

  it('a file that is neither YAML nor JSON, without quoting it', () => {
    const message = problemWith({ file: 'port: 1\nport: 2 # canary' })
    expect(message).toMatch(/^\/gitferry\.yaml: is neither YAML nor JSON: .*line 2/)
    expect(message).not.toContain('canary')
  })

  it.each<[string, string, string]>([
    ['an alias', '*canary', 'an alias names nothing at line 2, column 17; '],
    ['a tag', '!canary', 'is neither YAML nor JSON: tag resolve failed at line 2, column 17; '],
    [
      'a tag with a handle',
      '!canary!x',
      'is neither YAML nor JSON: tag resolve failed at line 2, column 17; ',
    ],
    ['a tag in full', '!<canary> x', 'is neither YAML nor JSON: tag resolve failed at line 2, column 17; '],
    ['a reserved character', '@canary', 'is neither YAML nor JSON: bad scalar start at line 2, column 17; '],
    ['an open quote', '"canary', 'is neither YAML nor JSON: missing char at line 2, column 24'],
    ['a mapping', 'canary: canary', 'is neither YAML nor JSON: block as implicit key at line 2, column 17'],
    ['another document', 'x\n---\ncanary', 'is neither YAML nor JSON: multiple docs at line 3, column 1'],
    ['a directive', 'x\n...\n%canary canary', 'is neither YAML nor JSON: '],
  ])('a secret that YAML takes for %s, without quoting it anywhere', (_, secret, problem) => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    try {
      const message = problemWith({ file: `port: 1\nwebhook_secret: ${secret}` })
      expect(message).toContain(`/gitferry.yaml: ${problem}`)
      if (problem.endsWith('; ')) expect(message).toMatch(/must stand in quotes$/)
      expect(message).not.toContain('canary')
      expect(warn).not.toHaveBeenCalled()
    } finally {
      warn.mockRestore()
    }
  })

  it('aliases of anchors are followed, unless they stand for too much', () => {
    const file = 'data_dir: &here /d\ngit: *here'
    expect(configurationOf({ file })).toMatchObject({ dataDir: '/d', git: '/d' })
    const bomb = [
      'a: &a [canary]',
      ...[...'bcdefgh'].map((name, index) => {
        const before = 'abcdefg'[index]
        return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join()}]`
      }),
    ]
    expect(problemWith({ file: bomb.join('\n') })).toBe('/gitferry.yaml: its aliases stand for too much')
  })
})

describe('keys of before', () => {
  const oldKeysOf = (given: Given) => configurationOf(given).oldSecretKeys
  const variable = 'GITFERRY_OLD_SECRET_KEY_FILES'

  it('are read from every file that the first source names', () => {
    const flags = ['--old-secret-key-file', '/key-1', '--old-secret-key-file', '/key-2']
    expect(oldKeysOf({ flags, env: { [variable]: '/key-2' } })).toEqual([key(1), key(2)])
    expect(
      oldKeysOf({ env: { [variable]: '/key-2:/key-1' }, file: 'old_secret_key_files: [/key-1]' }),
    ).toEqual([key(2), key(1)])
    expect(oldKeysOf({ file: 'old_secret_key_files: [/key-1]' })).toEqual([key(1)])
  })

  it('that are not there, or are no keys, are refused without being quoted', () => {
    expect(problemWith({ flags: ['--old-secret-key-file', '/nowhere'] })).toBe(
      '--old-secret-key-file: there is no file /nowhere',
    )
    expect(problemWith({ env: { [variable]: '/key-1:/w' } })).toBe(
      `${variable}: the file /w must hold 32 bytes in base64, and holds something else`,
    )
  })
})

describe('the webhook secret', () => {
  const secretsOf = (given: Given) => configurationOf(given).webhooks.secrets

  it('is the line of a file, without its end, or several while one is exchanged', () => {
    expect(secretsOf({ flags: ['--webhook-secret-file', '/w'] })).toEqual(['hush'])
    expect(secretsOf({ flags: ['--webhook-secret-file', '/old-and-new'] })).toEqual(['new secret ', 'old'])
  })

  it('comes from the first source that gives it, as it is or as a file', () => {
    const env = { GITFERRY_WEBHOOK_SECRET: 'from the environment', WEBHOOK_SECRET: 'from the original' }
    const file = 'webhook_secret: from the configuration'
    expect(secretsOf({ flags: ['--webhook-secret-file', '/w'], env, file })).toEqual(['hush'])
    expect(secretsOf({ env, file })).toEqual(['from the environment'])
    expect(secretsOf({ env: { WEBHOOK_SECRET: 'from the original' }, file })).toEqual([
      'from the configuration',
    ])
    expect(secretsOf({ env: { WEBHOOK_SECRET: 'from the original' } })).toEqual(['from the original'])
  })

  it('given twice in one place is refused, and not shown', () => {
    const env = { GITFERRY_WEBHOOK_SECRET: 'canary', GITFERRY_WEBHOOK_SECRET_FILE: '/w' }
    expect(problemWith({ env })).toBe(
      'GITFERRY_WEBHOOK_SECRET_FILE: is given together with GITFERRY_WEBHOOK_SECRET; give one of them',
    )
    expect(problemWith({ file: 'webhook_secret: canary\nwebhook_secret_file: /w' })).not.toMatch(/canary/)
  })

  it('of the original’s name is taken with a warning that does not show it', () => {
    const invocation = resolve({ env: { WEBHOOK_SECRET: 'canary' } })
    const warnings = invocation.command === 'serve' ? invocation.warnings : []
    expect(warnings).toEqual([expect.stringMatching(/^WEBHOOK_SECRET .*GITFERRY_WEBHOOK_SECRET/)])
    expect(warnings.join()).not.toMatch(/canary/)
  })
})

describe('listening where other machines can reach', () => {
  it.each(['0.0.0.0', '::', '10.0.0.1', 'git.example.org', '128.0.0.1'])(
    '%s needs a token, or --insecure',
    (host) => {
      expect(configurationOf({ flags: ['--host', host] })).toMatchObject({ host, needsToken: true })
      const insecure = { flags: ['--host', host, '--insecure'] }
      expect(configurationOf(insecure)).toMatchObject({ host, insecure: true, needsToken: false })
    },
  )

  it.each(['127.0.0.1', '127.1.2.3', '::1', '[::1]', 'localhost', 'LOCALHOST'])('%s does not', (host) => {
    const configuration = configurationOf({ flags: ['--host', host] })
    expect(configuration).toMatchObject({ insecure: false, needsToken: false })
  })

  it.each([
    ['0.0.0.0', []],
    ['::', []],
    ['fe80::1%eth0', []],
    ['git.example.org', ['git.example.org']],
  ])('%s adds %j to what a Host header may say', (host, names) => {
    const { hostNames } = configurationOf({ flags: ['--host', host, '--insecure'] })
    expect(hostNames).toEqual(['localhost', '127.0.0.1', '[::1]', ...names])
  })
})

describe('the original’s names', () => {
  const warningsOf = (given: Given) => {
    const invocation = resolve(given)
    return invocation.command === 'serve' ? invocation.warnings : []
  }

  it('are taken with a warning', () => {
    const env = { SERVER_PORT: '8080', DB_TYPE: 'sqlite', DB_PATH: '/d/gms.db' }
    expect(configurationOf({ env })).toMatchObject({
      port: 8080,
      storage: { kind: 'sqlite', path: '/d/gms.db' },
    })
    expect(warningsOf({ env })).toEqual([
      expect.stringMatching(/^SERVER_PORT .*GITFERRY_PORT/),
      expect.stringMatching(/^DB_PATH .*GITFERRY_STORAGE/),
    ])
  })

  it('are not looked at where gitferry’s own setting is given', () => {
    const given = {
      flags: ['--storage', 'memory', '--port', '1'],
      env: { DB_TYPE: 'mysql', SERVER_PORT: 'x' },
    }
    expect(configurationOf(given)).toMatchObject({ port: 1, storage: { kind: 'memory' } })
    expect(warningsOf(given)).toEqual([])
  })

  it('a variable that gitferry does not know is named, with the one that was meant', () => {
    expect(warningsOf({ env: { GITFERRY_PROT: '1', GITFERRY_CORS_ORIGINS: 'canary' } })).toEqual([
      'GITFERRY_PROT is not a setting of this version and was ignored. Did you mean GITFERRY_PORT?',
      'GITFERRY_CORS_ORIGINS is not a setting of this version and was ignored.',
    ])
  })
})

describe('the command', () => {
  const command = (...argv: string[]) =>
    resolveConfiguration({ argv, env: { GITFERRY_PORT: 'x' }, readFile: () => '' }).command

  it.each([
    [['--help'], 'help'],
    [['-h'], 'help'],
    [['serve', '--help'], 'help'],
    [['--version'], 'version'],
  ])('%j shows something and looks at no setting', (argv, shown) => {
    expect(command(...argv)).toBe(shown)
  })

  it.each([
    [[], /^command: is missing/],
    [['serv'], /Did you mean serve\?/],
    [['migrate-everything'], /no such command\.$/],
  ])('%j is refused', (argv, message) => {
    expect(() => command(...argv)).toThrow(message)
  })
})
