import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { delimiter, isAbsolute, resolve } from 'node:path'
import { dingtalkNotifier } from '@gitferry/adapters/notifier/dingtalk'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { createGitferry } from '@gitferry/core'
import { isGitferryError } from '@gitferry/core/errors'
import { createApp } from './app.ts'
import { helpText } from './configuration/help.ts'
import {
  type Configuration,
  type Invocation,
  resolveConfiguration,
} from './configuration/resolve-configuration.ts'
import { secretVariables } from './configuration/settings.ts'
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

async function run(configuration: Configuration, warnings: readonly string[]): Promise<void> {
  const logger = createLogger({
    level: configuration.logLevel,
    format: configuration.logFormat ?? (stderr.isTTY ? 'pretty' : 'json'),
    write: (line) => void stderr.write(line),
  })
  for (const warning of warnings) logger.warn(warning)

  const repoRoots = configuration.repoRoots.map((path) => resolve(path))
  // a root need not hold anything yet
  for (const path of repoRoots) await mkdir(path, { recursive: true, mode: 0o700 })
  const { oldSecretKeys: oldKeys, secretKey, storage } = configuration
  const current = 'key' in secretKey ? secretKey : { keyFile: resolve(secretKey.keyFile) }
  const gitferry = createGitferry({
    storage: storage.kind === 'memory' ? memoryStorage() : sqliteStorage({ path: resolve(storage.path) }),
    secrets: aesGcmSecrets({ ...current, oldKeys }),
    notifiers: [dingtalkNotifier()],
    dataDir: resolve(configuration.dataDir),
    repoRoots,
    git: configuration.git,
    searchPath: searchPath(process.env.PATH),
    allowOutgoing: configuration.allowOutgoing,
    trustedOwners: configuration.trustedOwners,
    concurrency: configuration.concurrency,
    concurrencyPerHost: configuration.concurrencyPerHost,
    networkRetries: configuration.networkRetries,
    webhooks: configuration.webhooks,
    logger,
    version: await readVersion(searchPath(process.env.PATH)),
  })

  let listening: Listening | undefined
  const shutDown = createShutdown({
    listening: () => listening,
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

  const app = createApp(gitferry, {
    hostNames: configuration.hostNames,
    insecure: configuration.insecure,
    logger,
  })
  // the port first: a second server that cannot have it must not have begun to work
  listening = await serve(app, { host: configuration.host, port: configuration.port })
  await gitferry.start()
  if (!stopping) stdout.write(`gitferry listening on ${listening.url}\n`)
}

const invocation = readInvocation()
// what Node tells of itself, such as a diagnostic report, tells its environment
for (const name of secretVariables) delete process.env[name]
if (invocation.command === 'help') stdout.write(helpText)
else if (invocation.command === 'version') stdout.write(`gitferry ${packageVersion()}\n`)
else await run(invocation.configuration, invocation.warnings).catch((error: unknown) => fail(error, 1))
