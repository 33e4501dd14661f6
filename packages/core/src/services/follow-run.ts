import {
  type FollowOptions,
  isFinished,
  type RunLogEvent,
  type RunLogRow,
  type RunStatus,
} from '../contract/index.ts'
import { isGitferryError } from '../errors/index.ts'
import type { StorageSession } from '../ports/index.ts'
import { throwIfAborted, waitOrAbort } from '../runtime/abort.ts'
import type { ServiceContext } from './context.ts'
import { findRun, parseId } from './find-or-refuse.ts'
import type { RunWaiter } from './run-waiter.ts'

/** A line is announced when it is written and stored within 100 ms; this much later it is looked for. */
const firstLookMs = 150
const longestLookMs = 2_000

/** What the storage holds of a run: its status, and the lines that were not told yet. */
interface Look {
  readonly status: RunStatus
  readonly lines: readonly RunLogRow[]
}

type FollowContext = Pick<ServiceContext, 'storage' | 'clock' | 'events'> & { readonly waiter: RunWaiter }

/**
 * The log of a run as it grows: what `SyncRunsApi.follow` promises. Lines are read from the storage by their id, so
 * that none is missed or told twice; events only say when to look. Listens to nothing before the first read and
 * after the last.
 */
export async function* followRun(
  id: number,
  { after, signal }: FollowOptions,
  { clock, events, storage, waiter }: FollowContext,
): AsyncGenerator<RunLogEvent, void, undefined> {
  throwIfAborted(signal)
  const runId = parseId(id)
  let last = after === undefined ? 0 : parseId(after, 'after')
  let status: RunStatus | undefined
  let bell = Promise.withResolvers<void>()
  let announced: string | undefined
  let lookMs = firstLookMs
  let cancelLook: (() => void) | undefined
  let ending: Promise<Look> | undefined
  let stopped = false
  const left = new AbortController()

  async function read(session: StorageSession): Promise<Look> {
    // the status first: a run that has ended has all of its lines
    const { status } = await findRun(session, runId)
    const log = session.collection('run_log')
    return { status, lines: await log.find({ where: { run_id: runId }, after: { id: last } }) }
  }

  function lookLater(ms: number): void {
    cancelLook ??= clock.setTimer(ms, () => {
      cancelLook = undefined
      bell.resolve()
    })
  }

  const unsubscribe = [
    events.on('run.log', ({ run_id, line }) => {
      if (run_id !== runId) return
      announced = line
      lookMs = firstLookMs
      lookLater(lookMs)
    }),
    events.on('run.started', ({ run }) => {
      if (run.id === runId) bell.resolve()
    }),
    events.on('run.finished', ({ run }) => {
      if (run.id !== runId) return
      // begun at once and in a transaction, which a closing storage waits for: a shutdown closes it right after the
      // last run has ended
      const lastLook = storage.transaction(read)
      // whoever reads it sees it fail
      lastLook.catch(() => {})
      ending = lastLook
      bell.resolve()
    }),
  ]
  waiter.wait(runId, storage, { signal: left.signal }).catch((error: unknown) => {
    stopped = isGitferryError(error, 'CLOSED')
    if (stopped) bell.resolve()
  })

  async function look(): Promise<Look> {
    if (ending) return ending
    try {
      return await read(storage)
    } catch (error) {
      if (status === undefined || !isGitferryError(error, 'CLOSED')) throw error
      stopped = true
      return ending ?? { status, lines: [] }
    }
  }

  try {
    for (;;) {
      bell = Promise.withResolvers()
      const { lines, status: now } = await look()
      for (const { at, id, text } of lines) {
        // the last look may have begun while the one before it was still being told
        if (id <= last) continue
        throwIfAborted(signal)
        last = id
        if (`${at} ${text}` === announced) announced = undefined
        yield { type: 'log', id, at, text }
      }
      if (isFinished(now) || (stopped && ending === undefined)) {
        yield { type: 'end', status: now }
        return
      }
      if (now !== status) yield { type: 'status', status: now }
      status = now
      if (announced !== undefined) {
        lookMs = lines.length > 0 ? firstLookMs : Math.min(lookMs * 2, longestLookMs)
        lookLater(lookMs)
      }
      await waitOrAbort(bell.promise, signal)
    }
  } finally {
    for (const off of unsubscribe) off()
    cancelLook?.()
    left.abort()
  }
}
