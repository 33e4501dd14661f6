import { join } from 'node:path'
import { isLoopback } from '../address.ts'
import { allowedHostName, loopbackNames } from '../host-name.ts'
import { type CommandInput, readCommandLine } from './command-line.ts'
import type { Command, CommandName } from './commands.ts'
import { readConfigurationFile } from './configuration-file.ts'
import { nearest } from './nearest.ts'
import { oldSecretKeys } from './old-secret-keys.ts'
import { type Environment, readOriginalNames } from './original-names.ts'
import type { Source } from './read-secret.ts'
import { type SecretKeyChoice, secretKey } from './secret-key.ts'
import { splitVariable, valueOfTexts } from './setting-values.ts'
import { settings } from './settings.ts'
import { type SettingName, type Settings, type StorageChoice, settingsSchema } from './settings-schema.ts'
import { usageError } from './usage-error.ts'
import { webhookSecrets } from './webhook-secrets.ts'

/** What a command runs with. Paths are as they were given, relative ones too. */
export interface Configuration {
  readonly host: string
  readonly port: number
  /** Undefined: git is not served over SSH. */
  readonly sshPort: number | undefined
  /** Without a slash at the end. Undefined: what each request names. */
  readonly publicUrl: string | undefined
  readonly dataDir: string
  readonly repoRoots: readonly string[]
  readonly storage: StorageChoice
  readonly allowOutgoing: readonly string[]
  readonly strictHostKeys: boolean
  /** What a `Host` header may name. */
  readonly hostNames: readonly string[]
  readonly maxConnections: number
  readonly trustedOwners: readonly number[]
  /** Undefined: the git of the PATH. */
  readonly git: string | undefined
  readonly concurrency: number
  readonly concurrencyPerHost: number
  readonly networkRetries: number
  readonly secretKey: SecretKeyChoice
  /** Keys of before, in base64. */
  readonly oldSecretKeys: readonly string[]
  readonly webhooks: {
    readonly secrets: readonly string[]
    readonly rateLimit: number
    /** Undefined: any. */
    readonly allowIps: readonly string[] | undefined
  }
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
  /** Undefined: whatever suits where the log goes. */
  readonly logFormat: 'pretty' | 'json' | undefined
  readonly insecure: boolean
  /** Other machines reach the bound address, so that nothing may be served there before a token was made. */
  readonly needsToken: boolean
  readonly graceMs: number
}

interface Configured {
  readonly configuration: Configuration
  readonly warnings: readonly string[]
}

/** A command that changes something and ends, or shows something. */
export type ShortCommand = CommandInput & Configured & { readonly command: Exclude<CommandName, 'serve'> }

export type Invocation =
  | (Configured & { readonly command: 'serve' })
  | ShortCommand
  /** `about`: the commands to be explained. */
  | { readonly command: 'help'; readonly about: readonly Command[] }
  | { readonly command: 'version' }

export interface Surroundings {
  /** What stands behind `gitferry` on the command line. */
  readonly argv: readonly string[]
  readonly env: Environment
  /** Reads a text file, or throws. */
  readonly readFile: (path: string) => string
}

/** Checks one source by the schema; `where` says how that source calls a setting. */
function check(given: object, where: (name: string) => string): Settings {
  const result = settingsSchema.safeParse(given)
  if (result.success) return result.data
  const [issue] = result.error.issues
  if (issue?.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? ''
    const known = nearest(
      key,
      settings.map(({ name }) => name),
    )
    throw usageError(where(key), `there is no such setting.${known ? ` Did you mean ${known}?` : ''}`)
  }
  throw usageError(where(String(issue?.path[0])), issue?.message ?? 'is not valid')
}

const flagOf = (name: string): string => `--${settings.find((setting) => setting.name === name)?.flag}`
const variableOf = (name: string): string =>
  settings.find((setting) => setting.name === name)?.variable ?? name

/** What the environment says, unchecked. A variable that is set to nothing counts as not set. */
function readEnvironment(env: Environment): Partial<Record<SettingName, unknown>> {
  const values: Partial<Record<SettingName, unknown>> = {}
  for (const setting of settings) {
    const text = env[setting.variable]
    if (text) values[setting.name] = valueOfTexts(setting, splitVariable(setting, text))
  }
  return values
}

function unknownVariables(env: Environment): string[] {
  const known = settings.map(({ variable }) => variable)
  return Object.keys(env)
    .filter((name) => name.startsWith('GITFERRY_') && !known.includes(name))
    .map((name) => {
      const word = nearest(name, known)
      return `${name} is not a setting of this version and was ignored.${word ? ` Did you mean ${word}?` : ''}`
    })
}

/**
 * The bound address belongs to what a `Host` header may say, unless it stands for every address or cannot stand in
 * a URL (an IPv6 address with a zone).
 */
function hostNamesFor(host: string, given: readonly string[]): readonly string[] {
  const bound = allowedHostName(host)
  const own = bound === undefined || bound === '0.0.0.0' || bound === '[::]' ? [] : [bound]
  return [...new Set([...loopbackNames, ...own, ...given])]
}

const dataDirOf = (given: Settings): string => given.data_dir ?? './data'

function complete(
  given: Settings,
  secrets: {
    readonly webhook: readonly string[]
    readonly key: SecretKeyChoice
    readonly oldKeys: readonly string[]
  },
): Configuration {
  const dataDir = dataDirOf(given)
  const host = given.host ?? '127.0.0.1'
  return {
    host,
    port: given.port ?? 38080,
    sshPort: given.ssh_port,
    publicUrl: given.public_url,
    dataDir,
    repoRoots: given.repo_roots ?? [join(dataDir, 'repos')],
    storage: given.storage ?? { kind: 'sqlite', path: join(dataDir, 'gitferry.db') },
    allowOutgoing: given.allow_outgoing ?? [],
    strictHostKeys: given.strict_host_keys ?? false,
    hostNames: hostNamesFor(host, given.host_names ?? []),
    maxConnections: given.max_connections ?? 1_024,
    trustedOwners: given.trusted_owners ?? [],
    git: given.git,
    concurrency: given.concurrency ?? 4,
    concurrencyPerHost: given.concurrency_per_host ?? 2,
    networkRetries: given.network_retries ?? 2,
    secretKey: secrets.key,
    oldSecretKeys: secrets.oldKeys,
    webhooks: {
      secrets: secrets.webhook,
      rateLimit: given.webhook_rate_limit ?? 100,
      allowIps: given.webhook_allow_ips,
    },
    logLevel: given.log_level ?? 'info',
    logFormat: given.log_format,
    insecure: given.insecure ?? false,
    needsToken: !given.insecure && host !== 'localhost' && !isLoopback(host),
    graceMs: given.grace ?? 30_000,
  }
}

/**
 * Brings together what the command line, the environment, the configuration file and the original service’s
 * environment say, in that order of precedence, and fills in the defaults. Reads nothing but what it is given.
 * @throws INVALID_INPUT when something cannot be used: the message begins with the flag, variable or file
 */
export function resolveConfiguration({ argv, env, readFile }: Surroundings): Invocation {
  const commandLine = readCommandLine(argv)
  if (commandLine.command === 'help' || commandLine.command === 'version') return commandLine

  const { argument, command, config, flags } = commandLine
  const inFile = (name: string) => `${config}: ${name}`
  const fromFlags = check(commandLine.settings, flagOf)
  const fromEnvironment = check(readEnvironment(env), variableOf)
  const fromFile = config === undefined ? {} : check(readConfigurationFile(config, readFile), inFile)
  const own: Settings = { ...fromFile, ...fromEnvironment, ...fromFlags }
  const original = readOriginalNames(env, new Set(Object.keys(own) as SettingName[]))
  const originalName = (name: string) => original.variables[name as SettingName] ?? name
  const fromOriginal = check(original.settings, originalName)

  const sources: readonly Source[] = [
    { settings: fromFlags, where: flagOf },
    { settings: fromEnvironment, where: variableOf },
    { settings: fromFile, where: inFile },
    { settings: fromOriginal, where: originalName },
  ]
  const given = { ...fromOriginal, ...own }
  const secrets = {
    webhook: webhookSecrets(sources, readFile),
    key: secretKey(sources, dataDirOf(given)),
    oldKeys: oldSecretKeys(sources, readFile),
  }
  const configuration = complete(given, secrets)
  const warnings = [...original.warnings, ...unknownVariables(env)]
  if (command === 'serve') return { command, configuration, warnings }
  return { command, configuration, warnings, flags, argument }
}
