import { GitferryError } from '@gitferry/core/wire'

/** Three heartbeats of an event stream: a connection that is silent for longer is taken for broken. */
const longestSilenceMs = 45_000

/**
 * What an answer holds, as it comes; leaving the loop closes the connection. `what` is being done, for the error.
 * @throws SERVER_UNREACHABLE when the connection breaks, or brings nothing for 45 s while it is waited for
 */
export async function* bodyPieces(
  body: ReadableStream<Uint8Array>,
  what: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.getReader()
  let silent = false
  try {
    for (;;) {
      const silence = setTimeout(() => {
        silent = true
        reader.cancel().catch(() => {})
      }, longestSilenceMs)
      const { done, value } = await reader.read().finally(() => clearTimeout(silence))
      if (silent) throw new Error(`nothing came for ${longestSilenceMs} ms`)
      if (done) return
      yield value
    }
  } catch (cause) {
    throw new GitferryError('SERVER_UNREACHABLE', `${what}: the answer broke off.`, { cause })
  } finally {
    reader.cancel().catch(() => {})
  }
}
