import { GitferryError } from '../errors/index.ts'

/** The error of a call that its caller gave up. The reason given to `abort()` becomes the cause. */
export function abortError(signal: AbortSignal): GitferryError {
  return new GitferryError('ABORTED', 'The call was given up by its caller.', { cause: signal.reason })
}

/** @throws ABORTED when the signal has fired */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal)
}

/** Waits for `promise`, or until the signal fires: the promise goes on, its outcome is dropped. @throws ABORTED */
export async function waitOrAbort<Value>(
  promise: Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (signal === undefined) return promise
  // a rejection that nobody waits for any more would end the process
  promise.catch(() => {})
  throwIfAborted(signal)
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(abortError(signal))
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
