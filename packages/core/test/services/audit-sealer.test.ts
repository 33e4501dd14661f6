import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GitferryError } from '../../src/errors/index.ts'
import type { AuditChain } from '../../src/services/audit-chain.ts'
import { entryRow } from '../audit/entries.ts'
import { type AuditSandbox, createAuditSandbox } from './audit-sandbox.ts'

let sandbox: AuditSandbox

beforeEach(async () => {
  sandbox = await createAuditSandbox()
})

afterEach(() => sandbox.remove())

const whole = (sealed: number, unsealed = 0) => ({
  valid: true,
  sealed,
  unsealed,
  head_seq: sealed === 0 ? null : sealed,
  problems: [],
})

const errors = () => sandbox.log.filter(({ level }) => level === 'error')

/** One life of a process: everything that was written is sealed. */
async function live(chain: AuditChain = sandbox.chain()): Promise<AuditChain> {
  chain.start()
  await chain.stop()
  return chain
}

/** A chain that has sealed one entry and waits for the next. */
async function atRest(): Promise<AuditChain> {
  await sandbox.write(1)
  const chain = sandbox.chain()
  chain.start()
  while (sandbox.log.length === 0) await setImmediate()
  return chain
}

/** Until nothing is left unsealed. */
async function sealed(): Promise<void> {
  while ((await sandbox.entries.count({ seq: null })) > 0) await setImmediate()
}

describe('the sealer', () => {
  it('chains the entries in the order of their ids, and says in file and log where the chain stands', async () => {
    await sandbox.write(3)
    const chain = await live()
    const rows = await sandbox.entries.find({ order: [{ by: 'seq' }] })
    expect(rows.map(({ id, seq }) => [id, seq])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ])
    expect(rows.map(({ prev_hash }) => prev_hash)).toEqual(['0'.repeat(64), rows[0]!.hash, rows[1]!.hash])
    const head = { seq: 3, hash: rows[2]!.hash }
    expect(JSON.parse(sandbox.checkpoint!)).toMatchObject(head)
    expect(sandbox.log).toEqual([{ level: 'info', message: 'the audit log is sealed', fields: head }])
    expect(await chain.verify()).toEqual(whole(3))
  })

  it('seals a second after an entry was written, all that came meanwhile together', async () => {
    const chain = await atRest()
    await sandbox.write(2)
    chain.wake()
    await sandbox.clock.advance(500)
    chain.wake()
    await sandbox.clock.advance(499)
    expect(await sandbox.entries.count({ seq: null })).toBe(2)
    await sandbox.clock.advance(1)
    await sealed()
    await chain.stop()
    expect(await chain.verify()).toEqual(whole(3))
  })

  it('seals what another process wrote, of which nobody tells, and looks for it once a minute', async () => {
    let looks = 0
    const onStep = (step: string) => {
      if (step === 'audit_log.find') looks += 1
    }
    await sandbox.write(1)
    const chain = sandbox.chain({ onStep })
    await chain.look()
    chain.start()
    while (sandbox.log.length === 0) await setImmediate()
    await chain.look()
    await sandbox.write(1)
    looks = 0
    await sandbox.clock.advance(59_999)
    await chain.look()
    expect([looks, sandbox.clock.pending]).toEqual([0, 0])
    await sandbox.clock.advance(1)
    await chain.look()
    expect(looks).toBe(1)
    await sandbox.clock.advance(1_000)
    await sealed()
    await sandbox.clock.advance(60_000)
    await chain.look()
    expect(sandbox.clock.pending).toBe(0)
    await chain.stop()
    expect(await chain.verify()).toEqual(whole(2))
  })

  it('seals without waiting once a hundred entries have come', async () => {
    const chain = await atRest()
    await sandbox.write(100)
    for (let entry = 0; entry < 99; entry += 1) chain.wake()
    await sandbox.clock.advance(0)
    expect(await sandbox.entries.count({ seq: null })).toBe(100)
    chain.wake()
    await sandbox.clock.advance(0)
    await sealed()
    await chain.stop()
  })

  it('leaves nothing unsealed and no timer behind when it stops, and then does nothing more', async () => {
    const chain = sandbox.chain()
    chain.start()
    await sandbox.write(2)
    chain.wake()
    await chain.stop()
    await chain.stop()
    expect(await sandbox.entries.count({ seq: null })).toBe(0)
    await sandbox.write(1)
    chain.wake()
    chain.start()
    expect(sandbox.clock.pending).toBe(0)
    expect(await sandbox.entries.count({ seq: null })).toBe(1)
  })

  it('seals nothing without a secret box, warns of it, and a verification says how many are not sealed', async () => {
    await sandbox.write(4)
    const chain = await live(sandbox.chain({ secrets: undefined }))
    expect(sandbox.log).toMatchObject([{ level: 'warn', message: expect.stringContaining('not sealed') }])
    expect(await chain.verify()).toEqual(whole(0, 4))
    expect(sandbox.checkpoint).toBeUndefined()
    await live()
    expect(await sandbox.chain().verify()).toEqual(whole(4))
    await expect(sandbox.chain({ secrets: undefined }).verify()).rejects.toMatchObject({
      code: 'SECRETS_UNAVAILABLE',
    })
  })

  it('takes a backlog of 5,000 entries in small bites', async () => {
    await sandbox.write(5_000)
    const updates: number[] = []
    const chain = sandbox.chain({
      onStep: (step) => {
        if (step === 'begin') updates.push(0)
        if (step === 'audit_log.updateWhere') updates[updates.length - 1]! += 1
      },
    })
    await live(chain)
    expect(await chain.verify()).toEqual(whole(5_000))
    expect(Math.max(...updates)).toBeLessThanOrEqual(100)
    expect(sandbox.log.length).toBeLessThan(20)
  })

  it('ends after the checkpoint in hand when a stop has no more time, and the next start goes on', async () => {
    await sandbox.write(2_500)
    const chain = sandbox.chain()
    chain.start()
    await chain.stop({ signal: AbortSignal.abort() })
    expect(await chain.verify()).toMatchObject({ valid: true, problems: [] })
    const { seq } = JSON.parse(sandbox.checkpoint!)
    expect(seq).toBeGreaterThan(0)
    expect(seq).toBeLessThanOrEqual(2_000)
    expect(await sandbox.entries.count({ seq: null })).toBe(2_500 - seq)
    expect(await (await live()).verify()).toEqual(whole(2_500))
  })

  it('seals no entry that gitferry did not write, says which, and goes on', async () => {
    const chain = sandbox.chain()
    await chain.open()
    await sandbox.write(1)
    const { id: _, version: __, ...entry } = entryRow(1)
    const { id } = await sandbox.entries.insert({ ...entry, operator: 'mallory' })
    await sandbox.write(1)
    await live(chain)
    expect(errors()).toMatchObject([{ fields: { entry_ids: [id] } }])
    const rows = await sandbox.entries.find()
    expect(rows.map(({ seq }) => seq)).toEqual([1, null, 2])
  })

  it('holds up no writer: entries that are written while it seals are sealed next', async () => {
    await sandbox.write(300)
    const chain = sandbox.chain()
    chain.start()
    const writers = Array.from({ length: 8 }, async () => {
      for (let count = 0; count < 25; count += 1) {
        await sandbox.write(1)
        chain.wake()
        await setImmediate()
      }
    })
    await Promise.all(writers)
    await chain.stop()
    expect(await chain.verify()).toEqual(whole(500))
    const rows = await sandbox.entries.find({ order: [{ by: 'seq' }] })
    expect(rows.map(({ id }) => id)).toEqual(rows.map((_, index) => index + 1))
  })

  it('tries again half a minute after a failure, which the log gets', async () => {
    let failing = true
    const chain = sandbox.chain({
      onStep: (step) => {
        if (failing && step === 'begin') throw new GitferryError('STORAGE_FAILED', 'The disk is away.')
      },
    })
    await sandbox.write(2)
    chain.start()
    while (errors().length === 0) await setImmediate()
    expect(errors()).toMatchObject([{ fields: { error: { code: 'STORAGE_FAILED' } } }])
    failing = false
    chain.wake()
    await sandbox.clock.advance(29_999)
    expect(await sandbox.entries.count({ seq: null })).toBe(2)
    await sandbox.clock.advance(1)
    await sealed()
    await chain.stop()
    expect(errors()).toHaveLength(1)
    expect(await chain.verify()).toEqual(whole(2))
  })

  it('ends also when the storage fails at the last moment, and says so', async () => {
    const chain = sandbox.chain({
      onStep: () => {
        throw new GitferryError('STORAGE_FAILED', 'The disk is away.')
      },
    })
    await sandbox.write(1)
    chain.start()
    await chain.stop()
    expect(errors().at(-1)?.message).toContain('the next start does it')
    expect(sandbox.clock.pending).toBe(0)
  })

  it('loses cleanly to another process that seals at the same time', async () => {
    await live()
    const other = sandbox.chain()
    other.start()
    let taken = false
    const chain = sandbox.chain({
      onStep: (step) => {
        if (taken || step !== 'audit_log.updateWhere') return
        taken = true
        throw new GitferryError('CONFLICT', 'audit_log: seq is taken.')
      },
    })
    await sandbox.write(150)
    chain.start()
    while (errors().length === 0) await setImmediate()
    await other.stop()
    await sandbox.write(150)
    await chain.stop()
    expect(await sandbox.chain().verify()).toEqual(whole(300))
  })
})

describe('a crash of the sealer', () => {
  class Died extends Error {}

  /** Runs one life that ends at the given step, counted from 1; answers the step, or undefined when it lived on. */
  async function dieAt(last: number): Promise<string | undefined> {
    let count = 0
    let died: string | undefined
    const chain = sandbox.chain({
      onStep: (step) => {
        count += 1
        if (count < last) return
        died ??= step
        throw new Died()
      },
    })
    chain.start()
    await chain.stop()
    return died
  }

  /** Crashes at every step in turn, each time in a fresh sandbox. */
  async function everyCrash(before: () => Promise<void>, after: (step: string) => Promise<void>) {
    const steps: string[] = []
    for (let last = 1; ; last += 1) {
      await sandbox.remove()
      sandbox = await createAuditSandbox()
      await before()
      const died = await dieAt(last)
      if (died === undefined) return steps
      steps.push(died)
      await after(`step ${last}, ${died}`)
    }
  }

  it('at any step of the first start leaves nothing that the next start does not take up', async () => {
    const steps = await everyCrash(
      () => sandbox.write(3),
      async (step) => {
        const chain = await live()
        expect(await chain.verify(), step).toEqual(whole(3))
        expect(JSON.parse(sandbox.checkpoint!).seq, step).toBe(3)
      },
    )
    expect(steps).toEqual(expect.arrayContaining(['settings.insert', 'committed', 'fs.rename', 'file.sync']))
  })

  it('at any step later on leaves nothing that the next start does not take up', async () => {
    const steps = await everyCrash(
      async () => {
        await sandbox.write(2)
        await live()
        await sandbox.write(3)
      },
      async (step) => {
        // whoever looks before the next start sees no damage either
        expect(await sandbox.chain().verify(), step).toMatchObject({ valid: true, problems: [] })
        await sandbox.write(1)
        const chain = await live()
        expect(await chain.verify(), step).toEqual(whole(6))
        expect(JSON.parse(sandbox.checkpoint!).seq, step).toBe(6)
      },
    )
    expect(steps).toEqual(
      expect.arrayContaining(['audit_log.updateWhere', 'committed', 'fs.rename', 'file.sync']),
    )
  })
})
