import { describe, expect, it } from 'vitest'
import { silentLogger } from '../../src/ports/index.ts'
import { ReadinessCheck, type ReadinessCheckDeps } from '../../src/runtime/readiness-check.ts'
import { createTestClock } from '../../src/testing/index.ts'

function subject(deps: Partial<ReadinessCheckDeps> = {}) {
  const clock = createTestClock()
  const log: string[] = []
  const logger = {
    ...silentLogger,
    info: (message: string) => void log.push(`info: ${message}`),
    error: (message: string, fields?: object) => void log.push(`error: ${message} ${JSON.stringify(fields)}`),
  }
  const check = new ReadinessCheck({
    clock,
    logger,
    phase: () => 'started',
    askStorage: async () => 0,
    findGit: async () => {},
    isScheduling: () => true,
    ...deps,
  })
  return { check, clock, log }
}

const well = { storage: 'ok', git: 'ok', scheduler: 'ok' }
const broken = async () => {
  throw new Error('no')
}

describe('the readiness', () => {
  it('is there when every part answers', async () => {
    expect(await subject().check.look()).toEqual({ status: 'ready', checks: well })
  })

  it.each<[string, Partial<ReadinessCheckDeps>, object]>([
    ['the storage does not answer', { askStorage: broken }, { storage: 'failing' }],
    ['the git binary is gone', { findGit: broken }, { git: 'failing' }],
    ['no schedule is looked at', { isScheduling: () => false }, { scheduler: 'failing' }],
  ])('is not when %s, and names the part', async (_, deps, failing) => {
    expect(await subject(deps).check.look()).toEqual({ status: 'failing', checks: { ...well, ...failing } })
  })

  it.each(['starting', 'stopping'] as const)('says %s, whatever the parts say', async (phase) => {
    expect(await subject({ phase: () => phase }).check.look()).toEqual({ status: phase, checks: well })
    expect(await subject({ phase: () => phase, askStorage: broken }).check.look()).toMatchObject({
      status: phase,
    })
  })

  it('does not wait for a storage that hangs', async () => {
    const { check, clock } = subject({ askStorage: () => new Promise(() => {}) })
    const looked = check.look()
    await clock.advance(2_000)
    expect(await looked).toMatchObject({ status: 'failing', checks: { storage: 'failing' } })
    expect(clock.pending).toBe(0)
  })

  it('leaves no timer behind', async () => {
    const { check, clock } = subject()
    await check.look()
    expect(clock.pending).toBe(0)
  })

  it('is one look for everybody who asks at the same time, and a new one afterwards', async () => {
    let asked = 0
    const { check } = subject({
      askStorage: async () => {
        asked += 1
      },
    })
    await Promise.all([check.look(), check.look(), check.look()])
    expect(asked).toBe(1)
    await check.look()
    expect(asked).toBe(2)
  })

  it('is logged once a change, not once a look', async () => {
    let storage = broken as () => Promise<unknown>
    const { check, log } = subject({ askStorage: () => storage() })
    await check.look()
    await check.look()
    storage = async () => 0
    await check.look()
    await check.look()
    expect(log).toEqual([
      'error: gitferry is not ready: a part does not answer {"parts":"storage"}',
      'info: every part answers again',
    ])
  })
})
