import type { Settings } from './settings-schema.ts'
import { usageError } from './usage-error.ts'

/** A setting that holds a secret, and the one that names a file with it. */
export type SecretSetting =
  | { readonly plain: 'webhook_secret'; readonly file: 'webhook_secret_file' }
  | { readonly plain: 'secret_key'; readonly file: 'secret_key_file' }

/** What one source says, and how that source calls a setting. */
export interface Source {
  readonly settings: Settings
  readonly where: (name: string) => string
}

/**
 * The secret, or the file with it, that the first source gives, in order of precedence, and where it was given.
 * @throws INVALID_INPUT for a source that gives both
 */
export function findSecret(
  { plain, file }: SecretSetting,
  sources: readonly Source[],
): (({ readonly text: string } | { readonly path: string }) & { readonly where: string }) | undefined {
  for (const { settings, where } of sources) {
    const text = settings[plain]
    const path = settings[file]
    if (text !== undefined && path !== undefined) {
      throw usageError(where(file), `is given together with ${where(plain)}; give one of them`)
    }
    if (text !== undefined) return { text, where: where(plain) }
    if (path !== undefined) return { path, where: where(file) }
  }
  return undefined
}

/**
 * As `findSecret`, with the file read. What the secret is never stands in a message.
 * @throws INVALID_INPUT for a source that gives both, and for a file that cannot be read
 */
export function readSecret(
  setting: SecretSetting,
  sources: readonly Source[],
  readFile: (path: string) => string,
): { readonly text: string; readonly where: string } | undefined {
  const found = findSecret(setting, sources)
  if (found === undefined || 'text' in found) return found
  return { text: readSecretFile(found.path, found.where, readFile), where: found.where }
}

/** What a file holds that `where` names. @throws INVALID_INPUT when it cannot be read */
export function readSecretFile(path: string, where: string, readFile: (path: string) => string): string {
  try {
    return readFile(path)
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no' : 'cannot read the'
    throw usageError(where, `${reason} file ${path}`, cause)
  }
}
