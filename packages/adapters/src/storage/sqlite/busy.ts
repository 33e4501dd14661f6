import { setTimeout } from 'node:timers/promises'
import { codeOf, SQLITE_BUSY } from './errors.ts'

const pauseMs = 20

/**
 * Tries again while another process holds the database's lock. SQLite's own waiting stops the event loop, so
 * that is kept short, and the rest of the time is spent here.
 */
export async function whileBusy<Result>(timeoutMs: number, work: () => Promise<Result>): Promise<Result> {
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    try {
      return await work()
    } catch (error) {
      if (codeOf(error) !== SQLITE_BUSY || waitedMs >= timeoutMs) throw error
    }
    await setTimeout(pauseMs)
  }
}
