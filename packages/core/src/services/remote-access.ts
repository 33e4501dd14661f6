import type { ShownHostKey } from '../contract/index.ts'
import type { GitferryError } from '../errors/index.ts'
import type { GitCommand } from '../git/command.ts'
import type { OutgoingPlace } from '../git/resolve-host.ts'
import type { ServiceContext } from './context.ts'

/** What going to a remote takes besides its URL. Disposed, nothing of it is left. */
export interface RemoteAccess extends AsyncDisposable {
  /** What is added to every command that goes there. */
  readonly command: Pick<GitCommand<unknown>, 'settings' | 'sshCommand'>
  /**
   * The `Authorization` header for the remote’s own origin, for what reaches it without git; `null` where nothing is
   * sent, and for what is not reached over http(s).
   */
  readonly authorization: string | null
  /** Secret values, to be taken out of what git prints. */
  readonly secrets: readonly string[]
  /**
   * The key that the server showed, as far as it came. `null` where it has several known ones, for ssh does not tell
   * which of them it showed, and always for what is not reached by ssh.
   */
  readonly hostKey: ShownHostKey | null
  /** Whether the server was not known before, and its key was recorded just now. */
  readonly isFirstContact: boolean
  /** To be called after a command that worked. @throws HOST_KEY_MISMATCH, STORAGE_FAILED */
  worked(): Promise<void>
  /**
   * To be called after a command that failed: the same error, or one that says more; a server that showed another key is
   * looked at once more. Throws as `worked`, and ABORTED.
   */
  failed(
    error: GitferryError,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<GitferryError>
  [Symbol.asyncDispose](): Promise<void>
}

/** A remote elsewhere, and what opens it. */
export interface RemotePlace extends OutgoingPlace {
  /** Re-serialised. */
  readonly url: string
  readonly ssh_key_id: number | null
  readonly credential_id: number | null
}

export type RemoteAccessContext = Pick<
  ServiceContext,
  'storage' | 'clock' | 'logger' | 'audit' | 'sealed' | 'ssh'
>
