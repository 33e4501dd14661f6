import { readSecret, type Source } from './read-secret.ts'
import { usageError } from './usage-error.ts'

/**
 * What webhooks may be signed with. A file holds one secret a line, so that an old one can stand beside the new while
 * callers change; the line ends do not belong to it.
 * @throws INVALID_INPUT for a file without a secret
 */
export function webhookSecrets(
  sources: readonly Source[],
  readFile: (path: string) => string,
): readonly string[] {
  const given = readSecret({ plain: 'webhook_secret', file: 'webhook_secret_file' }, sources, readFile)
  if (given === undefined) return []
  const secrets = given.text.split(/\r?\n/).filter((line) => line !== '')
  if (secrets.length > 0) return secrets
  throw usageError(given.where, 'the file is empty; write the secret into it: openssl rand -hex 32')
}
