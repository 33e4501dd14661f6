import { createContext, Script } from 'node:vm'

/** What was not done in its time. */
export class Hang extends Error {}

const call = new Script('work()')
const place: { work?: () => unknown } = {}
const context = createContext(place)

/**
 * Runs what must not hang, in this thread: a parser that does holds up everything, so only V8 can end it. `what` is
 * being done, for the error.
 * @throws Hang; what `work` throws
 */
export async function withinDeadline<Result>(
  work: () => Result | Promise<Result>,
  { ms, what }: { readonly ms: number; readonly what: () => string },
): Promise<Result> {
  place.work = work
  let pending: Result | Promise<Result>
  try {
    pending = call.runInContext(context, { timeout: ms }) as Result | Promise<Result>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    throw new Hang(`hangs on ${what()}`)
  }
  if (!(pending instanceof Promise)) return pending
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Hang(`hangs on ${what()}`)), ms)
  try {
    return await Promise.race([pending, promise])
  } finally {
    clearTimeout(timer)
  }
}
