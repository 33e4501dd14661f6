import { GitferryError } from '@gitferry/core/errors'

type Output = (chunk: Uint8Array) => Promise<void>

export interface StreamedAnswerOptions {
  /** Sent before everything else, once there is something else. */
  readonly preface?: Uint8Array | undefined
  /**
   * Told when the work fails after its answer has begun: nothing but the end of the connection can say so then. Answers
   * whether it has ended that; if not, the body fails.
   */
  readonly onCut: (error: unknown) => boolean
}

/**
 * Turns work that writes into a body that is read, at the reader’s pace: a chunk is taken when the one before it is on its
 * way. Settles with the first chunk, or with the end where there was none.
 * @throws what the work throws before its first chunk
 */
export async function streamedAnswer(
  work: (output: Output) => Promise<void>,
  { preface, onCut }: StreamedAnswerOptions,
): Promise<ReadableStream<Uint8Array>> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const begun = Promise.withResolvers<void>()
  let hasBegun = false
  const send = (chunk: Uint8Array): Promise<void> =>
    writer.write(chunk).catch((cause: unknown) => {
      throw new GitferryError('ABORTED', 'The client went away before its answer was whole.', { cause })
    })
  const begin = async (): Promise<void> => {
    if (hasBegun) return
    hasBegun = true
    begun.resolve()
    if (preface !== undefined) await send(preface)
  }
  const output: Output = async (chunk) => {
    await begin()
    await send(chunk)
  }
  work(output)
    .then(async () => {
      begun.resolve()
      await writer.close()
    })
    .catch((error: unknown) => {
      begun.reject(error)
      // whoever cancelled the body has ended it already
      if (!hasBegun || !onCut(error)) writer.abort(error).catch(() => {})
    })
  await begun.promise
  return readable
}
