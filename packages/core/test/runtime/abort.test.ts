import { getEventListeners } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { abortError, throwIfAborted, waitOrAbort } from '../../src/runtime/abort.ts'
import { turns } from '../../src/testing/queue/turns.ts'

const aborted = expect.objectContaining({ code: 'ABORTED', name: 'GitferryError' })

/** Collects rejections that nobody handles, instead of letting them end the process. */
function watchUnhandled(): unknown[] {
  const unhandled: unknown[] = []
  const known = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (reason) => unhandled.push(reason))
  onTestFinished(() => {
    process.removeAllListeners('unhandledRejection')
    for (const listener of known) process.on('unhandledRejection', listener)
  })
  return unhandled
}

describe('the error of an aborted call', () => {
  it('is ABORTED, with the reason as its cause', () => {
    const reason = new Error('enough')
    expect(abortError(AbortSignal.abort(reason))).toMatchObject({ code: 'ABORTED', cause: reason })
  })
})

describe('throwIfAborted', () => {
  it('throws once the signal has fired, and only then', () => {
    const controller = new AbortController()
    expect(() => throwIfAborted(undefined)).not.toThrow()
    expect(() => throwIfAborted(controller.signal)).not.toThrow()
    controller.abort()
    expect(() => throwIfAborted(controller.signal)).toThrow(aborted)
  })
})

describe('waitOrAbort', () => {
  it.each([
    ['without a signal', undefined],
    ['with a signal that does not fire', new AbortController().signal],
  ])('%s it is the promise', async (_, signal) => {
    const error = new Error('broken')
    expect(await waitOrAbort(Promise.resolve(7), signal)).toBe(7)
    await expect(waitOrAbort(Promise.reject(error), signal)).rejects.toBe(error)
  })

  it('rejects when the signal fires first', async () => {
    const controller = new AbortController()
    const waiting = waitOrAbort(new Promise(() => {}), controller.signal)
    controller.abort('enough')
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED', cause: 'enough' })
  })

  it('rejects at once when the signal has fired already', async () => {
    await expect(waitOrAbort(Promise.resolve(7), AbortSignal.abort())).rejects.toEqual(aborted)
  })

  it('leaves no listener at the signal', async () => {
    const { signal } = new AbortController()
    const gate = Promise.withResolvers<void>()
    const waiting = waitOrAbort(gate.promise, signal)
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    gate.resolve()
    await waiting
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    await expect(waitOrAbort(Promise.reject(new Error('broken')), signal)).rejects.toThrow('broken')
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('drops a rejection that comes after the signal, or with it', async () => {
    const unhandled = watchUnhandled()
    const controller = new AbortController()
    const gate = Promise.withResolvers<void>()
    const waiting = waitOrAbort(gate.promise, controller.signal)
    controller.abort()
    await expect(waiting).rejects.toEqual(aborted)
    gate.reject(new Error('too late'))
    await expect(
      waitOrAbort(Promise.reject(new Error('never looked at')), controller.signal),
    ).rejects.toEqual(aborted)
    await turns()
    expect(unhandled).toEqual([])
  })
})
