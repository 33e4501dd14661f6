import { silentLogger } from '@gitferry/core/ports'
import { describe, expect, it } from 'vitest'
import { createShutdown } from '../src/shutdown.ts'

function stopping(stop: (options: { graceful: boolean; timeoutMs: number }) => Promise<void>) {
  const steps: string[] = []
  const exited = Promise.withResolvers<number>()
  const clock = { now: 0 }
  const shutDown = createShutdown({
    listening: () => ({
      close: async ({ timeoutMs }) => void steps.push(`close ${timeoutMs}`),
    }),
    gitferry: {
      stop: (options) => {
        steps.push(`stop ${options.graceful ? 'gracefully' : 'at once'} ${options.timeoutMs}`)
        return stop(options)
      },
    },
    graceMs: 30_000,
    logger: silentLogger,
    now: () => clock.now,
    exit: exited.resolve,
  })
  return { steps, exited: exited.promise, clock, shutDown }
}

describe('a signal', () => {
  it('closes the door, lets running work finish, and exits 0', async () => {
    const { steps, exited, shutDown } = stopping(async () => {})
    shutDown('SIGTERM')
    expect(await exited).toBe(0)
    expect(steps).toEqual(['stop gracefully 30000', 'close 31000', 'close 1000'])
  })

  it('that comes twice at once is one wish', async () => {
    const { steps, exited, clock, shutDown } = stopping(async () => {})
    shutDown('SIGINT')
    clock.now = 999
    shutDown('SIGINT')
    expect(await exited).toBe(0)
    expect(steps.filter((step) => step.startsWith('stop'))).toEqual(['stop gracefully 30000'])
  })

  it('a second time stops at once and exits 1', async () => {
    const { steps, exited, clock, shutDown } = stopping(({ graceful }) =>
      graceful ? new Promise(() => {}) : Promise.resolve(),
    )
    shutDown('SIGTERM')
    clock.now = 1_000
    shutDown('SIGTERM')
    expect(await exited).toBe(1)
    expect(steps).toEqual(['stop gracefully 30000', 'close 31000', 'stop at once 0'])
  })

  it('exits 1 when stopping fails', async () => {
    const { exited, shutDown } = stopping(() => Promise.reject(new Error('no')))
    shutDown('SIGTERM')
    expect(await exited).toBe(1)
  })
})
