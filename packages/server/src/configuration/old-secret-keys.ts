import { readSecretFile, type Source } from './read-secret.ts'
import { secretKey } from './settings-schema.ts'
import { usageError } from './usage-error.ts'

/**
 * The keys in the files that the first source gives: what they sealed still opens.
 * @throws INVALID_INPUT for a file that cannot be read or holds no key, naming where it was given and the file
 */
export function oldSecretKeys(
  sources: readonly Source[],
  readFile: (path: string) => string,
): readonly string[] {
  const source = sources.find(({ settings }) => settings.old_secret_key_files !== undefined)
  if (source === undefined) return []
  const where = source.where('old_secret_key_files')
  return (source.settings.old_secret_key_files ?? []).map((path) => {
    const key = readSecretFile(path, where, readFile).trim()
    if (secretKey.test(key)) return key
    throw usageError(where, `the file ${path} must hold 32 bytes in base64, and holds something else`)
  })
}
