/** What a git client asks a server for: to fetch (`upload-pack`), or to push (`receive-pack`). */
export type GitServiceName = 'upload-pack' | 'receive-pack'

/** One exchange with a git client. What goes through it is held in memory by the chunk alone. */
export interface GitExchange {
  /** What the client sends. Its end is the end of git’s input; what it throws ends git, and is thrown on. */
  readonly input: AsyncIterable<Uint8Array>
  /**
   * Takes what the client is to be sent. git waits for as long as the promise does; what it rejects with (the client has
   * gone away) ends git, and is thrown on.
   */
  readonly output: (chunk: Uint8Array) => Promise<void> | void
  /** Takes what git says on its stderr, which OpenSSH shows people. Default: it is kept for the error alone. */
  readonly errors?: ((chunk: Uint8Array) => Promise<void> | void) | undefined
  /**
   * What the client asked for by the header `Git-Protocol`, or the variable `GIT_PROTOCOL`: `version=2` and `version=1`
   * are heeded, whatever else is there is not.
   */
  readonly protocol?: string | null | undefined
  readonly signal?: AbortSignal | undefined
}

export interface GitExchangeEnd {
  /** git’s own: not 0 where it refused something, which it has told the client already. */
  readonly exitCode: number
}
