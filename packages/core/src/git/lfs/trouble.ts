import type { GitferryError } from '../../errors/index.ts'
import { redact } from '../redact.ts'
import type { LfsObjectError } from './batch.ts'
import { type LfsFailureReason, lfsFailed } from './lfs-failed.ts'

/** What went wrong between this process and a server, as far as it was told. */
export type LfsTrouble =
  | { readonly error: GitferryError }
  | { readonly host: string; readonly doing: string; readonly status: number; readonly message: string }
  | { readonly host: string; readonly doing: string; readonly cause: unknown }

const byStatus: Readonly<Record<number, LfsFailureReason>> = {
  401: 'auth',
  403: 'auth',
  404: 'no_lfs',
  // "not enough storage" and "bandwidth limit exceeded", as docs/api/batch.md has them
  507: 'quota',
  509: 'quota',
  413: 'too_large',
  429: 'rate_limit',
}

/**
 * The error for what happened: objects that the server refused count before all else, for they are certain. Pure.
 * `code` LFS_FAILED; URL_FORBIDDEN and the like come in its `cause`.
 */
export function troubleToError(
  objects: readonly LfsObjectError[],
  trouble: LfsTrouble | undefined,
  { side, secrets, fallback }: { side: string; secrets: readonly string[]; fallback: unknown },
): GitferryError {
  const [first] = objects
  if (first !== undefined) {
    const said = first.message === '' ? '' : ` (${redact(first.message, secrets).slice(0, 200)})`
    const why = `the ${side} refused ${objects.length} of them with ${first.code}, the first ${first.oid}${said}`
    return lfsFailed(why, { reason: objectReason(first.code), objects: objects.length })
  }
  if (trouble === undefined) {
    return lfsFailed(`git-lfs failed at the ${side}`, { reason: 'other', cause: fallback })
  }
  if ('error' in trouble) return aroundError(trouble.error, side)
  const at = `${trouble.doing} at the ${side} (${trouble.host})`
  if ('cause' in trouble) {
    const { code } = trouble.cause as { code?: unknown }
    // without a code it is a mistake of ours, and no reason to try again
    const isNetwork = typeof code === 'string'
    const why = isNetwork ? code : 'what came cannot be read'
    return lfsFailed(`${at} failed: ${why}`, {
      reason: isNetwork ? 'network' : 'other',
      cause: trouble.cause,
    })
  }
  const { status } = trouble
  const reason = byStatus[status] ?? (status < 400 ? 'redirect' : status >= 500 ? 'network' : 'other')
  const said = trouble.message === '' ? '' : ` (${redact(trouble.message, secrets)})`
  return lfsFailed(`${at} was answered ${status}${said}`, { reason })
}

const objectReason = (code: number): LfsFailureReason =>
  code === 404 || code === 410 ? 'missing' : (byStatus[code] ?? 'other')

function aroundError(error: GitferryError, side: string): GitferryError {
  if (error.code === 'LFS_FAILED') return error
  const reason = error.code === 'URL_FORBIDDEN' ? 'forbidden' : 'network'
  return lfsFailed(`the ${side} cannot be reached: ${error.message.replace(/\.$/, '')}`, {
    reason,
    cause: error,
  })
}
