import { beforeEach, describe, expect, it } from 'vitest'
import type { JobRow } from '../../src/contract/index.ts'
import type { GitProgress } from '../../src/git/command.ts'
import { silentLogger } from '../../src/ports/index.ts'
import { EventBus } from '../../src/runtime/event-bus.ts'
import { JobProgress } from '../../src/services/job-progress.ts'
import type { JobRecorder } from '../../src/services/job-recorder.ts'
import { createTestClock } from '../../src/testing/test-clock.ts'

const clock = createTestClock()
let told: unknown[]
let stored: GitProgress[]
let release: () => void
let progress: JobProgress
beforeEach(() => {
  told = []
  stored = []
  const events = new EventBus({ logger: silentLogger })
  events.on('job.progress', (event) => told.push(event))
  const jobRecorder = {
    progress: (_: JobRow, step: GitProgress) => {
      stored.push(step)
      return new Promise<void>((resolve) => {
        release = resolve
      })
    },
  } as unknown as JobRecorder
  progress = new JobProgress({ id: 7 } as JobRow, { clock, events, jobRecorder })
})

const at = (percent: number) => ({ stage: 'Receiving objects', percent })

describe('the progress of a job', () => {
  it('is told at every step, and once for a step that is repeated', () => {
    progress.step({ stage: 'Enumerating objects', done: 5 })
    progress.step(at(10))
    progress.step(at(10))
    progress.step({ ...at(10), bytes: 1_000 })
    expect(told).toEqual([
      { job_id: 7, stage: 'Enumerating objects' },
      { job_id: 7, ...at(10) },
      { job_id: 7, ...at(10), bytes: 1_000 },
    ])
  })

  it('is stored once a second', async () => {
    progress.step(at(1))
    release()
    await progress.settled()
    progress.step(at(2))
    await clock.advance(999)
    progress.step(at(3))
    expect(stored).toEqual([at(1)])
    await clock.advance(1)
    progress.step(at(4))
    expect(stored).toEqual([at(1), at(4)])
  })

  it('is not stored while a storage is still at the step before', async () => {
    progress.step(at(1))
    await clock.advance(5_000)
    progress.step(at(2))
    expect(stored).toEqual([at(1)])
    const settled = progress.settled()
    release()
    await settled
    progress.step(at(3))
    expect(stored).toEqual([at(1), at(3)])
  })
})
