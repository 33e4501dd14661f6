import type { GitferryError } from '@gitferry/core/errors'
import type { Context } from 'hono'

/** What Hono’s context carries here. */
export interface AppEnv {
  Bindings: {
    /** The socket’s address, set by whoever serves the application: `serve` does. */
    readonly clientAddress?: string | undefined
    /** Fires when no further request is taken, set likewise: what would never end by itself ends then. */
    readonly closing?: AbortSignal | undefined
  }
  Variables: {
    /** Set by Hono’s `requestId` before anything else runs. */
    requestId: string
    /** What the request ended with, for the request log. */
    error: GitferryError | undefined
  }
}

/** Answers the caller’s address, or `undefined` when nobody knows it. */
export type ClientAddress = (context: Context<AppEnv>) => string | undefined
