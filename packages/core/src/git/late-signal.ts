/**
 * A signal that fires `graceMs` after another one: for what is quickly done and better not broken off. To be disposed;
 * then no timer is left.
 */
export function lateSignal(
  signal: AbortSignal | undefined,
  graceMs: number,
): { readonly signal: AbortSignal | undefined } & Disposable {
  if (signal === undefined) return { signal, [Symbol.dispose]() {} }
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const onAbort = () => {
    timer = setTimeout(() => controller.abort(signal.reason), graceMs)
  }
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    },
  }
}
