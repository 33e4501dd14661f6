import { join } from 'node:path'
import { findSecret, type Source } from './read-secret.ts'

/** Where the secret key comes from: itself, in base64, or the file that holds it or will. */
export type SecretKeyChoice = { readonly key: string } | { readonly keyFile: string }

const setting = { plain: 'secret_key', file: 'secret_key_file' } as const

/**
 * The secret key that a source gives, or a file in the data directory.
 * @throws INVALID_INPUT for a source that gives both the key and a file
 */
export function secretKey(sources: readonly Source[], dataDir: string): SecretKeyChoice {
  const found = findSecret(setting, sources)
  if (found === undefined) return { keyFile: join(dataDir, 'secret.key') }
  return 'text' in found ? { key: found.text } : { keyFile: found.path }
}
