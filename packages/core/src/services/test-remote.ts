import type { CallOptions, RemoteTest, ShownHostKey } from '../contract/index.ts'
import { type ErrorCode, GitferryError, isGitferryError } from '../errors/index.ts'
import { lsRemote } from '../git/commands/ls-remote.ts'
import { checkRemoteUrl } from '../git/remote-url.ts'
import { type OpenSide, type OpenSideContext, openSide } from './open-side.ts'
import { longestList } from './side-access.ts'

export interface TestRemote {
  readonly url: string
  readonly ssh_key_id: number | null
  readonly credential_id: number | null
}

/** How long the other end may take, in ms. */
const deadlineMs = 30_000

/**
 * Asks a remote for its refs, as a run would. What the other end refuses, or that nobody is there, is an answer and
 * no error.
 * @throws URL_FORBIDDEN, PATH_OUTSIDE_ROOTS; SSH_KEY_NOT_FOUND, CREDENTIAL_NOT_FOUND; INVALID_INPUT when the
 *   credential is for another origin; SECRETS_UNAVAILABLE, SECRET_UNREADABLE; GIT_MISSING, GIT_FAILED,
 *   GIT_OUTPUT_TOO_LARGE, STORE_FAILED, DISK_FULL; ABORTED
 */
export async function testRemote(
  { url, ssh_key_id, credential_id }: TestRemote,
  context: OpenSideContext,
  { signal }: CallOptions = {},
): Promise<RemoteTest> {
  const checked = checkRemoteUrl(url, context.settings)
  if ('problem' in checked) {
    throw new GitferryError('URL_FORBIDDEN', `url: ${checked.problem}.`, { details: { field: 'url' } })
  }
  let open: OpenSide | undefined
  try {
    open = await openSide({ ...checked, ssh_key_id, credential_id }, context, { signal })
    const command = lsRemote({ url: open.url, protocol: open.protocol, heads: true, tags: true })
    const refs = await open.run(command, { timeoutMs: deadlineMs, maxOutputBytes: longestList, signal })
    return {
      success: true,
      message: `The remote answers and shows ${counted(refs.size)}.`,
      error_code: null,
      refs: refs.size,
      host_key: open.hostKey,
    }
  } catch (error) {
    if (!isGitferryError(error) || !isAnswer(error)) throw error
    const { code, message } = error
    const host_key = open?.hostKey ?? shownHostKey(error)
    return { success: false, message, error_code: code, refs: null, host_key }
  } finally {
    await open?.[Symbol.asyncDispose]()
  }
}

/** What the other end says, or its silence; all else is the fault of this one. */
const answers = new Set<ErrorCode>([
  'GIT_UNREACHABLE',
  'GIT_TIMEOUT',
  'GIT_STALLED',
  'GIT_AUTH_FAILED',
  'GIT_REMOTE_NOT_FOUND',
  'GIT_REJECTED',
  'HOST_KEY_MISMATCH',
  'HOST_KEY_UNKNOWN',
  'NOT_A_REPOSITORY',
])
/** Of `GIT_FAILED`: why, where it is the other end’s. */
const answeredReasons = new Set<unknown>(['protocol', 'corrupt', 'object_missing'])

const isAnswer = ({ code, details }: GitferryError): boolean =>
  answers.has(code) || (code === 'GIT_FAILED' && answeredReasons.has(details.reason))

/** The key of a server that was refused before anything was asked of it. */
function shownHostKey({ code, details }: GitferryError): ShownHostKey | null {
  if (code !== 'HOST_KEY_UNKNOWN') return null
  const { host, port, shown } = details as ShownHostKey & { readonly shown: ShownHostKey }
  return { host, port, type: shown.type, fingerprint: shown.fingerprint }
}

function counted(refs: number): string {
  if (refs === 0) return 'neither a branch nor a tag: it is empty'
  return refs === 1 ? 'one branch or tag' : `${refs} branches and tags`
}
