import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { isGitferryError } from '../../src/errors/index.ts'
import { SharedWork } from '../../src/git/shared-work.ts'

function work() {
  const shared = new SharedWork<string, number>()
  const signals: AbortSignal[] = []
  const gates: PromiseWithResolvers<number>[] = []
  const start = (signal: AbortSignal): Promise<number> => {
    const gate = Promise.withResolvers<number>()
    signals.push(signal)
    gates.push(gate)
    signal.addEventListener('abort', () => gate.reject(signal.reason))
    return gate.promise
  }
  const join = (signal?: AbortSignal): Promise<number> => shared.join('key', signal, start)
  return { join, signals, gates }
}

const isAborted = (error: unknown): boolean => isGitferryError(error, 'ABORTED')

describe('SharedWork', () => {
  it('does once what two ask for at once, and again for who asks later', async () => {
    const { join, gates } = work()
    const both = Promise.all([join(), join()])
    gates[0]?.resolve(1)
    expect(await both).toEqual([1, 1])
    const later = join()
    gates[1]?.resolve(2)
    expect(await later).toBe(2)
    expect(gates).toHaveLength(2)
  })

  it('goes on for the others when one gives up', async () => {
    const { join, gates, signals } = work()
    const controller = new AbortController()
    const first = join(controller.signal)
    const second = join()
    controller.abort()
    await expect(first).rejects.toSatisfy(isAborted)
    expect(signals[0]?.aborted).toBe(false)
    gates[0]?.resolve(1)
    expect(await second).toBe(1)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })

  it('is given up when the last has given up, and starts anew for who comes then', async () => {
    const { join, gates, signals } = work()
    const controller = new AbortController()
    const only = join(controller.signal)
    controller.abort()
    await expect(only).rejects.toSatisfy(isAborted)
    expect(signals[0]?.aborted).toBe(true)
    const next = join()
    gates[1]?.resolve(2)
    expect(await next).toBe(2)
  })

  it('starts nothing for a caller that has given up already', async () => {
    const { join, gates } = work()
    await expect(join(AbortSignal.abort())).rejects.toSatisfy(isAborted)
    expect(gates).toHaveLength(0)
  })

  it('fails for all who wait, and is tried again after that', async () => {
    const { join, gates } = work()
    const both = [join(), join()]
    gates[0]?.reject(new Error('broken'))
    for (const one of both) await expect(one).rejects.toThrow('broken')
    const next = join()
    gates[1]?.resolve(2)
    expect(await next).toBe(2)
  })
})
