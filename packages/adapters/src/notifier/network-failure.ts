import { isGitferryError } from '@gitferry/core/errors'
import type { NotifierResult } from '@gitferry/core/ports'

/** A call that came to no answer, as a result: an address that the rules forbid stays forbidden, the rest may pass. */
export function networkFailure(error: unknown): NotifierResult {
  if (!isGitferryError(error)) {
    return { ok: false, kind: 'transient', message: 'the provider cannot be reached' }
  }
  const kind = error.code === 'URL_FORBIDDEN' ? 'config' : 'transient'
  return { ok: false, kind, message: error.message }
}
