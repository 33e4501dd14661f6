import { type SettingName, secretKey } from './settings-schema.ts'
import { usageError } from './usage-error.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface OriginalSettings {
  /** What the environment of the original service says, unchecked. */
  readonly settings: Readonly<Partial<Record<SettingName, unknown>>>
  /** The variable that each came from. */
  readonly variables: Readonly<Partial<Record<SettingName, string>>>
  readonly warnings: readonly string[]
}

const outdated = (variable: string, instead: string): string =>
  `${variable} is the name that Git Manage Service used; gitferry took it, but use ${instead} instead.`

function storageOf(env: Environment): { value: string; variable: string } | undefined {
  const type = env.DB_TYPE?.toLowerCase()
  if (type === 'mysql') {
    throw usageError('DB_TYPE', 'MySQL is not supported. Remove the variable, or set GITFERRY_STORAGE')
  }
  if (type === 'postgres' || type === 'postgresql') return { value: 'postgres://', variable: 'DB_TYPE' }
  if (type && type !== 'sqlite')
    throw usageError('DB_TYPE', 'must be sqlite. Remove it, or set GITFERRY_STORAGE')
  return env.DB_PATH ? { value: `sqlite:${env.DB_PATH}`, variable: 'DB_PATH' } : undefined
}

/**
 * Reads the environment variables of the original service, for the settings that nothing else gives.
 * @throws INVALID_INPUT for a database that gitferry does not have
 */
export function readOriginalNames(env: Environment, given: ReadonlySet<SettingName>): OriginalSettings {
  const settings: Partial<Record<SettingName, unknown>> = {}
  const variables: Partial<Record<SettingName, string>> = {}
  const warnings: string[] = []
  if (env.SERVER_PORT && !given.has('port')) {
    settings.port = /^\d+$/.test(env.SERVER_PORT) ? Number(env.SERVER_PORT) : env.SERVER_PORT
    variables.port = 'SERVER_PORT'
    warnings.push(outdated('SERVER_PORT', 'GITFERRY_PORT'))
  }
  const storage = given.has('storage') ? undefined : storageOf(env)
  if (storage !== undefined) {
    settings.storage = storage.value
    variables.storage = storage.variable
    warnings.push(outdated(storage.variable, 'GITFERRY_STORAGE'))
  }
  if (env.ENCRYPTION_KEY && !given.has('secret_key') && !given.has('secret_key_file')) {
    if (secretKey.test(env.ENCRYPTION_KEY)) {
      settings.secret_key = env.ENCRYPTION_KEY
      variables.secret_key = 'ENCRYPTION_KEY'
      warnings.push(outdated('ENCRYPTION_KEY', 'GITFERRY_SECRET_KEY'))
    } else {
      warnings.push(
        'ENCRYPTION_KEY is not a key that gitferry can use, 32 bytes in base64, and was ignored; gitferry makes one of its own.',
      )
    }
  }
  if (env.WEBHOOK_SECRET && !given.has('webhook_secret') && !given.has('webhook_secret_file')) {
    settings.webhook_secret = env.WEBHOOK_SECRET
    variables.webhook_secret = 'WEBHOOK_SECRET'
    warnings.push(outdated('WEBHOOK_SECRET', 'GITFERRY_WEBHOOK_SECRET'))
  }
  return { settings, variables, warnings }
}
