import { fromUnknown } from '@gitferry/core/errors'
import type { Logger } from '@gitferry/core/ports'

/** Text that is sent at once, in UTF-16 units. */
const chunkLength = 16_384

/** How long a caller who was let in may read before that is asked again. */
const admittedForMs = 15_000

const headers = {
  'Content-Type': 'application/x-ndjson; charset=utf-8',
  // or nginx keeps lines back until its buffer is full
  'X-Accel-Buffering': 'no',
}

/**
 * Answers records one a line (https://github.com/ndjson/ndjson-spec), no faster than the caller reads them. The first
 * is waited for before anything is answered: a refusal is an answer like any other. An error later on breaks the
 * connection off, so that no caller takes half for the whole; it is logged, never sent. A caller that goes away ends the
 * loop over the records; from one whose token was revoked meanwhile, the connection is broken off.
 */
export async function jsonLines(
  records: AsyncIterable<unknown>,
  {
    admitAgain,
    logger,
  }: {
    readonly logger: Logger
    /** Throws when the caller would be let in no longer. Absent: everybody is. */
    readonly admitAgain?: (() => Promise<unknown>) | undefined
  },
): Promise<Response> {
  let admittedAt = performance.now()
  const source = records[Symbol.asyncIterator]()
  let next = await source.next()
  const encoder = new TextEncoder()

  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          if (performance.now() - admittedAt >= admittedForMs) {
            await admitAgain?.()
            admittedAt = performance.now()
          }
          let lines = ''
          for (; !next.done && lines.length < chunkLength; next = await source.next()) {
            lines += `${JSON.stringify(next.value)}\n`
          }
          if (lines !== '') controller.enqueue(encoder.encode(lines))
          if (next.done) controller.close()
        } catch (thrown) {
          const error = fromUnknown(thrown)
          if (error.status === 401)
            logger.warn('an answer of lines broke off: its caller is let in no longer')
          else if (error.code !== 'ABORTED') logger.error('an answer of lines broke off', { error })
          // whoever serves this may print it: nothing of the cause goes there
          controller.error(new Error('An answer of lines broke off; the log says why.'))
          await source.return?.()
        }
      },
      async cancel() {
        await source.return?.()
      },
    },
    // nothing is fetched before the caller has room for it
    { highWaterMark: 0 },
  )
  return new Response(body, { headers })
}
