import assert from 'node:assert/strict'
import type { LogFields, Logger } from '../../ports/index.ts'
import { GatedJobs } from './gated-jobs.ts'
import type { QueueCase } from './queue-case.ts'
import type { MakeQueueSubject } from './queue-subject.ts'
import { turns } from './turns.ts'

const fewestTurns = 50

/** Runs one case on a queue of its own; a queue that says it cannot do what the case needs passes it. */
export async function runQueueCase(
  { concurrency = 2, perHost = 2, needs, run }: QueueCase,
  makeSubject: MakeQueueSubject,
): Promise<void> {
  const errors: LogFields[] = []
  const subject = await makeSubject({ concurrency, perHost, logger: recordErrors(errors) })
  const { adapter: queue, patienceMs = 5_000 } = subject
  const jobs = new GatedJobs()

  async function eventually(what: string, condition: () => boolean): Promise<void> {
    const deadline = performance.now() + patienceMs
    for (let turn = 0; !condition(); turn += 1) {
      if (turn > fewestTurns && performance.now() > deadline) assert.fail(`it did not happen that ${what}`)
      await turns(1)
    }
  }

  async function startWithOneRunning(): Promise<void> {
    await queue.start(jobs.work)
    await queue.enqueue({ id: 1, key: 'first' })
    await eventually('job 1 starts', () => jobs.isRunning(1))
  }

  try {
    if (needs !== undefined && !queue.capabilities[needs]) return
    await run({ queue, jobs, errors, eventually, startWithOneRunning })
  } finally {
    jobs.releaseAll()
    await subject.dispose()
  }
}

function recordErrors(errors: LogFields[]): Logger {
  return {
    debug() {},
    info() {},
    warn() {},
    error(_message, fields = {}) {
      errors.push(fields)
    },
  }
}
