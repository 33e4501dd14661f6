/** What every method takes last. */
export interface CallOptions {
  /** Ends the call early with `ABORTED`; what was begun is undone or left whole, never half done. */
  readonly signal?: AbortSignal | undefined
}

export interface FollowOptions extends CallOptions {
  /** The `id` of a log line: only later ones are told. Default: the whole log. */
  readonly after?: number | undefined
}
