import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { OpenSshKeyOpener, type OpenSshKeyOpenerOptions } from '../../src/keys/openssh-key-opener.ts'
import { KeyFolder } from '../keys/key-folder.ts'

const passphrase = 'canary-passphrase'
let folder: KeyFolder
let plain: string
let text: string
/** Programs of workers that are not ours. */
let hanging: string
let failing: string
let silent: string
beforeAll(() => {
  folder = new KeyFolder()
  plain = folder.make('-t', 'ed25519')
  text = folder.convert(plain, '-N', passphrase, '-a', '4')
  hanging = folder.write('setInterval(() => {}, 1_000)')
  failing = folder.write("throw new Error(require('node:worker_threads').workerData.passphrase)")
  silent = folder.write('')
})
afterAll(() => folder[Symbol.dispose]())

const warnings: unknown[] = []
const logger = { warn: (...said: unknown[]) => void warnings.push(said) }
let openers: OpenSshKeyOpener[]
beforeEach(() => {
  warnings.length = 0
  openers = []
})
afterEach(() => Promise.all(openers.map((opener) => opener.close())))

function openerWith(options: Partial<OpenSshKeyOpenerOptions> = {}): OpenSshKeyOpener {
  const opener = new OpenSshKeyOpener({ logger, ...options })
  openers.push(opener)
  return opener
}

/** As the system names the threads of this process. */
const threads = (): number =>
  readdirSync('/proc/self/task').filter(
    (id) => readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trim() === 'openssh key',
  ).length

const givenText = () => ({ text, passphrase, rounds: 4 })
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('an encrypted OpenSSH key', () => {
  it('is opened beside the main thread, which goes on meanwhile, and leaves no thread', async () => {
    const slow = folder.convert(plain, '-N', passphrase, '-a', '16')
    let turns = 0
    const opening = openerWith().open({ text: slow, passphrase, rounds: 16 })
    const over = opening.then(() => true)
    while (!(await Promise.race([over, setTimeout(1, false)]))) turns += 1
    expect((await opening)?.pem).toMatch(/^-----BEGIN/)
    expect(turns).toBeGreaterThan(1)
    expect(threads()).toBe(0)
    expect(warnings).toEqual([])
  })

  it('does not open with another passphrase', async () => {
    expect(await openerWith().open({ ...givenText(), passphrase: 'wrong' })).toBeUndefined()
    expect(warnings).toEqual([])
  })

  it('is one of two at most that are opened at once; who gives up leaves no thread and lets the next begin', async () => {
    const opener = openerWith({ program: hanging })
    const callers = Array.from({ length: 5 }, () => new AbortController())
    const calls = callers.map(({ signal }) => refusal(opener.open(givenText(), signal)))
    await vi.waitFor(() => expect(threads()).toBe(2), { timeout: 10_000 })
    callers[0]!.abort('enough')
    expect(await calls[0]).toMatchObject({ code: 'ABORTED', cause: 'enough' })
    await vi.waitFor(() => expect(threads()).toBe(2), { timeout: 10_000 })
    for (const caller of callers) caller.abort()
    for (const call of calls) expect(await call).toMatchObject({ code: 'ABORTED' })
    expect(threads()).toBe(0)
    expect(warnings).toEqual([])
  })

  it('that was given up before it began is not begun', async () => {
    const call = openerWith({ program: hanging }).open(givenText(), AbortSignal.abort())
    expect(await refusal(call)).toMatchObject({ code: 'ABORTED' })
    expect(threads()).toBe(0)
  })

  it('that takes too long, or waits too long for its turn, is refused by the name of its field', async () => {
    const opener = openerWith({ program: hanging, deadlineMs: 50 })
    for (const call of Array.from({ length: 3 }, () => refusal(opener.open(givenText())))) {
      const error = await call
      expect(error).toMatchObject({ code: 'SSH_KEY_INVALID', details: { field: 'private_key' } })
      expect(String(error)).toMatch(/was not opened within 0\.05 s/)
    }
    expect(threads()).toBe(0)
  })

  it('is given up when gitferry stops, also while it waits, and none is opened afterwards', async () => {
    const opener = openerWith({ program: hanging })
    const calls = Array.from({ length: 3 }, () => refusal(opener.open(givenText())))
    await vi.waitFor(() => expect(threads()).toBe(2), { timeout: 10_000 })
    await opener.close()
    expect(threads()).toBe(0)
    for (const call of calls) expect(await call).toMatchObject({ code: 'CLOSED' })
    expect(await refusal(opener.open(givenText()))).toMatchObject({ code: 'CLOSED' })
    await opener.close()
  })
})

describe('where no worker can be had', () => {
  it.each([
    ['there is none', () => '/nowhere/openssh-key-worker.js', 'UNSUPPORTED'],
    ['it fails', () => failing, 'Error'],
    ['it ends without an answer', () => silent, 'INTERNAL'],
  ])('because %s, a key is opened in this thread, with a warning', async (_, program, error) => {
    const opener = openerWith({ program: program() })
    expect((await opener.open(givenText()))?.pem).toMatch(/^-----BEGIN/)
    expect(await opener.open({ ...givenText(), passphrase: 'wrong' })).toBeUndefined()
    expect(warnings).toEqual(
      Array.from({ length: 2 }, () => [expect.stringMatching(/no worker thread/), { error }]),
    )
    expect(JSON.stringify(warnings)).not.toContain('canary')
  })

  it('a key of more than 64 rounds is refused, and says what to do', async () => {
    const opener = openerWith({ program: '/nowhere/openssh-key-worker.js' })
    const error = await refusal(opener.open({ ...givenText(), rounds: 65 }))
    expect(error).toMatchObject({ code: 'SSH_KEY_INVALID', details: { field: 'private_key' } })
    expect(String(error)).toMatch(/more than 64 rounds.*ssh-keygen -p -a 16/)
    expect(await opener.open({ ...givenText(), rounds: 64 })).toBeDefined()
  })
})
