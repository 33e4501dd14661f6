import type { CallOptions, RemoteTest } from '../contract/index.ts'
import { type ErrorCode, GitferryError, isGitferryError } from '../errors/index.ts'
import { lsRemote } from '../git/commands/ls-remote.ts'
import { checkRemoteUrl } from '../git/remote-url.ts'
import { type OpenSide, type OpenSideContext, openSide } from './open-side.ts'

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
 *   credential is for another origin; SECRETS_UNAVAILABLE, SECRET_UNREADABLE; ABORTED
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
    const refs = await open.run(command, { timeoutMs: deadlineMs, signal })
    return {
      success: true,
      message: `The remote answers and shows ${counted(refs.size)}.`,
      error_code: null,
      refs: refs.size,
      host_key: open.hostKey,
    }
  } catch (error) {
    if (!isGitferryError(error) || !isAnswer(error.code)) throw error
    const { code, message } = error
    return { success: false, message, error_code: code, refs: null, host_key: open?.hostKey ?? null }
  } finally {
    await open?.[Symbol.asyncDispose]()
  }
}

const isAnswer = (code: ErrorCode): boolean => /^(?:GIT_|HOST_KEY_)/.test(code) || code === 'NOT_A_REPOSITORY'

function counted(refs: number): string {
  if (refs === 0) return 'neither a branch nor a tag: it is empty'
  return refs === 1 ? 'one branch or tag' : `${refs} branches and tags`
}
