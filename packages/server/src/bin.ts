import { existsSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { dingtalkNotifier } from '@gitferry/adapters/notifier/dingtalk'
import { type AesGcmSecretsOptions, aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { aesGcmKeyRotation } from '@gitferry/adapters/secrets/key-rotation'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { type SqliteStorageOptions, sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import {
  createGitferry,
  type GitferryOptions,
  keepMemoryOutOfCoreDumps,
  openAdministration,
  rotateSecrets,
} from '@gitferry/core'
import { isGitferryError } from '@gitferry/core/errors'
import { createApp } from './app.ts'
import { closeTogether } from './close-together.ts'
import { Installation } from './commands/installation.ts'
import { exitCodeOf, runCommand } from './commands/run-command.ts'
import { helpText } from './configuration/help.ts'
import {
  type Configuration,
  type Invocation,
  resolveConfiguration,
  type ShortCommand,
} from './configuration/resolve-configuration.ts'
import { secretVariables } from './configuration/settings.ts'
import { tokenNeeded } from './configuration/token-needed.ts'
import { openHostKey } from './git-ssh/host-key-file.ts'
import { type ListeningOverSsh, serveGitOverSsh } from './git-ssh/serve-git-over-ssh.ts'
import { createLogger } from './logger.ts'
import { type Listening, serve } from './node.ts'
import { createShutdown } from './shutdown.ts'
import { packageVersion, readVersion } from './version.ts'

const { stdout, stderr } = process

/** Says on one line what went wrong, and ends the process. */
function fail(thrown: unknown, code: number): never {
  const message = isGitferryError(thrown) ? thrown.message : String((thrown as Error)?.message ?? thrown)
  stderr.write(`gitferry: ${message.replace(/\s+/g, ' ')}\n`)
  process.exit(code)
}

function readInvocation(): Invocation {
  try {
    return resolveConfiguration({
      argv: process.argv.slice(2),
      env: process.env,
      readFile: (path) => readFileSync(path, 'utf8'),
    })
  } catch (error) {
    return fail(error, 2)
  }
}

/** A path that cannot be searched without knowing where the process stands is no path to look for git in. */
const searchPath = (path: string | undefined): string | undefined =>
  path?.split(delimiter).filter(isAbsolute).join(delimiter) || undefined

/** Whether a token was ever made, asked before anything begins to work. */
async function areTokensAsked({ storage }: Configuration, options: () => GitferryOptions): Promise<boolean> {
  // where there is nothing yet, nothing is made in order to look
  if (storage.kind === 'memory' || !existsSync(resolve(storage.path))) return false
  // alone: another server that runs here keeps its tables
  await using administration = await openAdministration(options(), { alone: true })
  return await administration.asksForCredentials()
}

const storageOf = ({ storage }: Configuration, options: Omit<SqliteStorageOptions, 'path'> = {}) =>
  storage.kind === 'memory' ? memoryStorage() : sqliteStorage({ path: resolve(storage.path), ...options })

const secretKeysOf = ({ oldSecretKeys: oldKeys, secretKey }: Configuration): AesGcmSecretsOptions =>
  'key' in secretKey ? { ...secretKey, oldKeys } : { keyFile: resolve(secretKey.keyFile), oldKeys }

async function runShort(invocation: ShortCommand): Promise<void> {
  const { configuration } = invocation
  const ended = new AbortController()
  // a second one ends the process as it stands
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => ended.abort(name))
  const write = (line: string) => void stderr.write(line)
  const options = {
    // the tables of an older server that runs stay as they are
    storage: storageOf(configuration, { pendingMigrations: 'refuse' }),
    dataDir: resolve(configuration.dataDir),
    logger: createLogger({ level: 'warn', format: 'pretty', write }),
  }
  const secretKeys = secretKeysOf(configuration)
  await runCommand({
    invocation,
    print: (line) => void stdout.write(`${line}\n`),
    tell: (line) => write(`${line}\n`),
    show: stderr.isTTY ? (text) => write(`\r${text}`) : undefined,
    installation: new Installation({
      dataDir: options.dataDir,
      // a storage in memory is refused before anything is looked for
      database: configuration.storage.kind === 'sqlite' ? resolve(configuration.storage.path) : '',
      keyFile: 'keyFile' in secretKeys ? secretKeys.keyFile : undefined,
      uid: process.getuid?.(),
    }),
    openAdministration: () => openAdministration({ ...options, secrets: aesGcmSecrets(secretKeys) }),
    async rotateSecrets(progress) {
      const rotation = aesGcmKeyRotation(secretKeys)
      const rotated = await rotateSecrets(options, rotation, progress)
      return { ...rotated, retired: rotation.retired }
    },
    now: () => Date.now(),
    signal: ended.signal,
  })
}

async function run(configuration: Configuration, warnings: readonly string[]): Promise<void> {
  const logger = createLogger({
    level: configuration.logLevel,
    format: configuration.logFormat ?? (stderr.isTTY ? 'pretty' : 'json'),
    write: (line) => void stderr.write(line),
  })
  for (const warning of warnings) logger.warn(warning)
  // elsewhere it is for whoever starts the process in any case
  if (!isKeptOutOfCoreDumps && process.platform === 'linux') {
    logger.warn(
      'what this process has in memory, secrets among it, would stand in a core dump: /proc/self/coredump_filter cannot be written. Start it with “ulimit -c 0”.',
    )
  }

  const repoRoots = configuration.repoRoots.map((path) => resolve(path))
  const version = await readVersion(searchPath(process.env.PATH))
  // adapters are one gitferry’s alone
  const options = (): GitferryOptions => ({
    storage: storageOf(configuration),
    secrets: aesGcmSecrets(secretKeysOf(configuration)),
    notifiers: [dingtalkNotifier()],
    dataDir: resolve(configuration.dataDir),
    repoRoots,
    git: configuration.git,
    searchPath: searchPath(process.env.PATH),
    allowOutgoing: configuration.allowOutgoing,
    strictHostKeys: configuration.strictHostKeys,
    trustedOwners: configuration.trustedOwners,
    concurrency: configuration.concurrency,
    concurrencyPerHost: configuration.concurrencyPerHost,
    networkRetries: configuration.networkRetries,
    webhooks: configuration.webhooks,
    logger,
    version,
  })
  const gitferry = createGitferry(options())

  let listening: Listening | undefined
  let overSsh: ListeningOverSsh | undefined
  const shutDown = createShutdown({
    listening: () => closeTogether(listening, overSsh),
    gitferry,
    graceMs: configuration.graceMs,
    logger,
    now: () => performance.now(),
    exit: (code) => process.exit(code),
  })
  let stopping = false
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      stopping = true
      shutDown(name)
    })
  }

  // the ports first: a second server that cannot have them must not have begun to work
  const { host, maxConnections, needsToken, port, sshPort } = configuration
  if (sshPort !== undefined) {
    const file = join(resolve(configuration.dataDir), 'ssh_host_ed25519_key')
    const hostKey = await openHostKey(file)
    overSsh = await serveGitOverSsh(gitferry, { hostKey, host, port: sshPort, maxConnections, logger })
    logger.info('ssh host key', { type: hostKey.type, fingerprint: hostKey.fingerprint, file })
  }
  const app = createApp(gitferry, {
    hostNames: configuration.hostNames,
    insecure: configuration.insecure,
    sshAddress: overSsh && { port: overSsh.port },
    ...(configuration.publicUrl !== undefined && { publicUrl: configuration.publicUrl }),
    logger,
  })
  listening = await serve(app, { host, port, maxConnections, logger })
  // nobody is let in meanwhile: what is not started cannot tell whether there are tokens
  if (needsToken && !(await areTokensAsked(configuration, options))) {
    await listening.close({ timeoutMs: 0 })
    fail(tokenNeeded(configuration), 2)
  }
  // a root need not hold anything yet
  for (const path of repoRoots) await mkdir(path, { recursive: true, mode: 0o700 })
  await gitferry.start()
  if (stopping) return
  const urls = [listening.url, ...(overSsh ? [overSsh.url] : [])]
  stdout.write(urls.map((url) => `gitferry listening on ${url}\n`).join(''))
}

const invocation = readInvocation()
const isKeptOutOfCoreDumps = keepMemoryOutOfCoreDumps()
// what Node tells of itself, such as a diagnostic report, tells its environment
for (const name of secretVariables) delete process.env[name]
if (invocation.command === 'help') stdout.write(helpText(invocation.about))
else if (invocation.command === 'version') stdout.write(`gitferry ${packageVersion()}\n`)
else if (invocation.command === 'serve')
  await run(invocation.configuration, invocation.warnings).catch((error: unknown) => fail(error, 1))
else await runShort(invocation).catch((error: unknown) => fail(error, exitCodeOf(error)))
