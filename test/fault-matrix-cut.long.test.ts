/**
 * Fault matrix, at length: the line is cut at hundreds of bytes instead of a chosen few. Wherever it is, the run says that it
 * was the network, or had all that it needed; the target has all or nothing of it, and the next run heals.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FaultWorld, faultWorld } from './faults/fault-world.ts'
import type { Fault, FaultRule } from './faults/faulty-proxy.ts'
import { endOf, expectHealed, expectTruth, succeeded } from './faults/prove-fault.ts'

let world: FaultWorld
beforeAll(async () => {
  world = await faultWorld({ task: { stall_timeout_ms: 1_000 }, options: { networkRetries: 0 } })
})
afterAll(() => world[Symbol.asyncDispose]())

const upTo = (end: number, step: number) => Array.from({ length: Math.ceil(end / step) }, (_, n) => n * step)

const places: readonly (readonly [
  what: string,
  where: Pick<FaultRule, 'repository' | 'on'>,
  bytes: readonly number[],
])[] = [
  ['the greeting of a listing', { repository: 'origin.git', on: 'greeting' }, upTo(150, 1)],
  ['a list of refs', { repository: 'origin.git', on: 'listing' }, upTo(70, 1)],
  [
    'the pack of a fetch',
    { repository: 'origin.git', on: 'pack' },
    [...upTo(700, 11), ...upTo(101_000, 997)],
  ],
  ['the greeting of a push', { repository: 'backup.git', on: 'push-greeting' }, upTo(220, 3)],
]

async function cutAt(rule: FaultRule): Promise<void> {
  const before = world.target()
  world.proxy.inject(rule)
  const run = await world.run()
  const said = `${JSON.stringify(rule.fault)}: ${run.error_message}`
  if (run.status === 'success') expect(world.target(), said).toEqual(world.source())
  else {
    expect(endOf(run), said).toMatchObject({ status: 'failed', failure_class: 'network' })
    expect(world.target(), said).toEqual(before)
  }
  expectTruth(world, run)
  expect(world.leftOvers(), said).toEqual([])
  // what came all the same would not be asked for again
  if (run.status === 'success') world.commit()
}

describe('a line that is cut at any byte', () => {
  it.each(
    places.flatMap((place) => (['length', 'close'] as const).map((framing) => [...place, framing] as const)),
  )('of %s', async (_, where, bytes, framing) => {
    world.commit()
    for (const cutAfter of bytes) await cutAt({ ...where, fault: { cutAfter, framing } })
    world.proxy.heal()
    await expectHealed(world)
  })

  it('of the pack of a push', async () => {
    world.commit()
    for (const cutRequestAfter of [...upTo(300, 7), ...upTo(100_000, 1_999)]) {
      await cutAt({ repository: 'backup.git', on: 'push', fault: { cutRequestAfter } })
    }
    world.proxy.heal()
    await expectHealed(world)
  })

  it('of the report of a push counts as landed', async () => {
    const faults: readonly Fault[] = [
      ...upTo(60, 5).map((cutAfter) => ({ cutAfter, framing: 'length' }) as const),
      ...upTo(60, 20).map((cutAfter) => ({ cutAfter, framing: 'close' }) as const),
    ]
    for (const fault of faults) {
      world.commit()
      world.proxy.inject({ repository: 'backup.git', on: 'push', fault, times: 1 })
      expect(endOf(await world.run())).toEqual(succeeded)
      expect(world.target()).toEqual(world.source())
      expect(world.leftOvers()).toEqual([])
    }
  })
})
