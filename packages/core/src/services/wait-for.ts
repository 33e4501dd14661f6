import type { Clock } from '../ports/index.ts'
import { waitOrAbort } from '../runtime/abort.ts'

/** Waits `ms` of the clock. @throws ABORTED */
export async function waitFor(
  ms: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const cancel = clock.setTimer(ms, resolve)
  try {
    await waitOrAbort(promise, signal)
  } finally {
    cancel()
  }
}
