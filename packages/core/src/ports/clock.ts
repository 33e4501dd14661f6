/** Time and identity, injected so that tests own them. */
export interface Clock {
  /** Milliseconds since 1970 in UTC. */
  now(): number
  /** Calls `fn` once after `ms` (0 to 2^31 − 1); the answer cancels it and may be called twice. */
  setTimer(ms: number, fn: () => void): () => void
  /** A new UUID. */
  newId(): string
}
