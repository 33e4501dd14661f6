import type { Principal } from '@gitferry/core/contract'
import type { GitferryError } from '@gitferry/core/errors'
import type { Context } from 'hono'

/** What Hono’s context carries here. */
export interface AppEnv {
  Bindings: {
    /** The socket’s address, set by whoever serves the application: `serve` does. */
    readonly clientAddress?: string | undefined
    /** The HTTP that the caller speaks, `1.1`, set likewise. */
    readonly httpVersion?: string | undefined
    /** Fires when no further request is taken, set likewise: what would never end by itself ends then. */
    readonly closing?: AbortSignal | undefined
    /** Lets the request take as long as it takes to arrive, set likewise: whoever calls it watches over it. */
    readonly takesLong?: (() => void) | undefined
    /** Ends the connection in the middle of an answer that cannot be ended well, set likewise. */
    readonly cutOff?: (() => void) | undefined
  }
  Variables: {
    /** Set by Hono’s `requestId` before anything else runs. */
    requestId: string
    /** In whose name the request is made, set before any route or page. */
    principal: Principal
    /**
     * Admits the caller once more, for an answer that lasts; absent where everybody is admitted. Knows the token that
     * was shown, and nothing else keeps it. Throws when the caller would be refused now.
     */
    admitAgain: (() => Promise<unknown>) | undefined
    /**
     * The body, byte for byte, of a CodeArts request, set before any of those routes and on no other. May be asked for as
     * often as one likes, since it is read once. Whoever is known by a signature has signed these bytes, but where
     * `Content-Type` is not JSON: `parseJsonBody` takes nothing else.
     * @throws PAYLOAD_TOO_LARGE, RATE_LIMITED when too many are being read, ABORTED when the caller went away
     */
    readBody: () => Promise<Uint8Array>
    /** The address that answers, for the metrics, where no route of the application itself does. */
    route: string | undefined
    /** What the request ended with, for the request log. */
    error: GitferryError | undefined
  }
}

/** Answers the caller’s address, or `undefined` when nobody knows it. */
export type ClientAddress = (context: Context<AppEnv>) => string | undefined
