import type { Logger } from '@gitferry/core/ports'
import type { Listening } from './node.ts'

export interface ShutdownOptions {
  /** What serves, once something does. */
  readonly listening: () => Pick<Listening, 'close'> | undefined
  readonly gitferry: { stop(options: { graceful: boolean; timeoutMs: number }): Promise<void> }
  /** How long running work may go on. */
  readonly graceMs: number
  readonly logger: Logger
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number
  /** Ends the process. */
  readonly exit: (code: number) => void
}

/** A terminal, a shell and npm each pass one Ctrl-C on: what comes this soon after the first is the same wish. */
const sameWishMs = 1_000

/** Answers that are ready may still go out for this long after the last run has ended. */
const lastAnswersMs = 1_000

const forcedMs = 2_000

/**
 * What to do about SIGTERM and SIGINT. The first: take no new work, let the running work finish, answer whoever
 * waits, exit 0. A second one: stop at once, exit 1.
 */
export function createShutdown(options: ShutdownOptions): (signal: string) => void {
  const { listening, gitferry, graceMs, logger, now, exit } = options
  let first: number | undefined

  const gracefully = async () => {
    try {
      // first, so that no answer from here on says that this server is ready
      const stopped = gitferry.stop({ graceful: true, timeoutMs: graceMs })
      // who waits for a run keeps its connection until the run has ended
      listening()?.close({ timeoutMs: graceMs + lastAnswersMs })
      await stopped
      await listening()?.close({ timeoutMs: lastAnswersMs })
      logger.info('stopped')
      exit(0)
    } catch (error) {
      logger.error('stopping failed', { error })
      exit(1)
    }
  }

  const atOnce = async () => {
    const timer = setTimeout(exit, forcedMs, 1)
    try {
      await gitferry.stop({ graceful: false, timeoutMs: 0 })
    } catch (error) {
      logger.error('stopping failed', { error })
    }
    clearTimeout(timer)
    exit(1)
  }

  return (signal) => {
    if (first === undefined) {
      first = now()
      logger.info('stopping; running work may finish', { signal, grace_ms: graceMs })
      void gracefully()
    } else if (now() - first >= sameWishMs) {
      logger.warn('stopping at once', { signal })
      void atOnce()
    }
  }
}
