import { aborted } from './errors.ts'

/**
 * Waits `ms`, or rejects as soon as the signal says so; either way no timer and no listener is left behind. `what` is
 * being done, for the error. @throws ABORTED
 */
export function pause(ms: number, what: string, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      clearTimeout(timer)
      if (signal !== undefined) reject(aborted(what, signal))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', giveUp)
      resolve()
    }, ms)
    signal?.addEventListener('abort', giveUp, { once: true })
    if (signal?.aborted) giveUp()
  })
}
