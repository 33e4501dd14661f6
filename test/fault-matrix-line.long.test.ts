/**
 * Fault matrix: a line that stalls or is cut, in what a listing, a fetch and a push send and get. Cut at byte N: where the
 * length was told, curl itself misses the rest; where the answer ends with the connection, git has to.
 */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { type FaultWorld, faultWorld } from './faults/fault-world.ts'
import type { Fault, FaultRule, Framing, RequestKind } from './faults/faulty-proxy.ts'
import { type FaultRow, named, proveFault, type RunEnd, succeeded } from './faults/prove-fault.ts'

let world: FaultWorld
/** One whose runs have a single try: where three end as one does, one is enough. */
let single: FaultWorld
beforeAll(async () => {
  world = await faultWorld()
  single = await faultWorld({ options: { networkRetries: 0 } })
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await single[Symbol.asyncDispose]()
})

/** As little as a task may be told: every row that waits for it costs a second. */
const stallMs = 1_000

const unreachable: RunEnd = { status: 'failed', error_code: 'GIT_UNREACHABLE', failure_class: 'network' }
const stalled: RunEnd = { status: 'failed', error_code: 'GIT_STALLED', failure_class: 'network' }

const fetching = ['greeting', 'listing', 'pack']
const at = (on: RequestKind, fault: Fault): FaultRule => ({
  repository: fetching.includes(on) ? 'origin.git' : 'backup.git',
  on,
  fault,
})

/** A listing and a fetch come before there is a plan. */
const outcomesAt = (on: RequestKind): FaultRow['outcomes'] => (fetching.includes(on) ? [] : 'failed')

const cut = (cutAfter: number, framing: Framing): Fault => ({ cutAfter, framing })
const where = (bytes: number) => (bytes < 0 ? `${-bytes} bytes before its end` : `at byte ${bytes}`)
const how = (framing: Framing) => (framing === 'length' ? 'whose length was told' : 'that ends with the line')

/** The bytes at which an answer is cut, by what is sent; below zero counted from the end. */
const cuts: readonly (readonly [what: string, RequestKind, Framing, readonly number[]])[] = [
  ['the greeting of a listing', 'greeting', 'close', [0, 40, -4]],
  // within the length of the first line, in an oid, between the last line and what ends the list
  ['a list of refs', 'listing', 'close', [0, 2, 30, -4]],
  ['a list of refs', 'listing', 'length', [-1]],
  // nothing at all, in the first length, in the oid of an ACK, in the packet that begins the pack, in the pack
  ['the pack of a fetch', 'pack', 'close', [0, 2, 66, 4_000, 50_000, 90_000]],
  ['the pack of a fetch', 'pack', 'length', [50_000]],
  ['the greeting of a push', 'push-greeting', 'close', [0, -4]],
]

const broken: readonly FaultRow[] = [
  ...cuts.flatMap(([what, on, framing, bytes]) =>
    bytes.map((byte) => ({
      fault: `in ${what} ${how(framing)}, ${where(byte)}`,
      proves: 'half an answer is none',
      rule: at(on, cut(byte, framing)),
      ends: unreachable,
      outcomes: outcomesAt(on),
    })),
  ),
  ...[0, 30, 50_000, -1].map((cutRequestAfter) => ({
    fault: `in the pack of a push, ${where(cutRequestAfter)}`,
    proves: 'a target takes half a pack for nothing',
    rule: at('push', { cutRequestAfter }),
    ends: unreachable,
    outcomes: 'failed' as const,
  })),
]

/** The first row of each kind of request, at length. */
const thrice = [...new Map([...broken].reverse().map((row) => [row.rule.on, row])).values()]

describe('a line that is cut every time', () => {
  it.each(named(broken))('%s', async (_, row) => {
    await proveFault(single, row)
  })

  it.each(named(thrice))('%s, though it is tried three times', async (_, row) => {
    await proveFault(world, { ...row, met: 3 })
  })
})

const onceCut: readonly FaultRow[] = (
  [
    ['a list of refs', 'listing', cut(30, 'close')],
    ['the pack of a fetch', 'pack', cut(50_000, 'close')],
    ['the pack of a push', 'push', { cutRequestAfter: 50_000 }],
  ] as const
).map(([what, on, fault]) => ({
  fault: `in ${what}`,
  proves: 'the run tries again by itself',
  rule: { ...at(on, fault), times: 1 },
  ends: succeeded,
  outcomes: 'updated',
}))

/** After the last object, before what ends the answer. */
const atTheEnd: readonly FaultRow[] = (['close', 'length'] as const).flatMap((framing) =>
  [-4, -1].map((byte) => ({
    fault: `in the pack of a fetch ${how(framing)}, ${where(byte)}`,
    proves: 'what has come is not fetched again',
    rule: at('pack', cut(byte, framing)),
    ends: succeeded,
    outcomes: 'updated',
  })),
)

describe('a line that is cut when all objects have come', () => {
  it.each(named(atTheEnd))('%s', async (_, row) => {
    await proveFault(world, row)
  })
})

describe('a line that is cut once', () => {
  it.each(named(onceCut))('%s', async (_, row) => {
    await proveFault(world, row)
  })
})

const reported: readonly FaultRow[] = (
  [
    [0, 'length', {}],
    [-1, 'length', {}],
    [0, 'close', {}],
    // git waits here for what will never come, until the task's limit for a stall
    [1, 'close', { stallMs }],
    [-5, 'close', { stallMs }],
  ] as const
).map(([byte, framing, waits]) => ({
  ...waits,
  fault: `in a report ${how(framing)}, ${where(byte)}`,
  proves: 'the target is asked what it has, and has it',
  rule: { ...at('push', cut(byte, framing)), times: 1 },
  ends: succeeded,
  outcomes: 'updated',
  reason: /broke off after the target took it/,
}))

describe('a line that is cut after the target took the push', () => {
  it.each(named(reported))('%s', async (_, row) => {
    await proveFault(world, row)
  })

  it('counts as landed for each of ten branches', async () => {
    await using mirror = await faultWorld({ mode: 'mirror' })
    await proveFault(mirror, { ...reported[0]!, fault: 'in a report of ten branches' })
  })
})

const silences: readonly FaultRow[] = (
  [
    ['nothing of a listing', 'greeting', { silent: true }],
    ['half a list of refs', 'listing', { stallAfter: 30 }],
    ['nothing of a pack', 'pack', { silent: true }],
    ['half a pack', 'pack', { stallAfter: 50_000 }],
    ['nothing of what a push asks first', 'push-greeting', { silent: true }],
    ['no answer to the pack of a push', 'push', { silent: true }],
  ] as const
).map(([what, on, fault]) => ({
  fault: what,
  proves: 'no run waits longer than its task allows, and its gits are ended',
  rule: at(on, fault),
  stallMs,
  ends: stalled,
  outcomes: outcomesAt(on),
}))

describe('a server that accepts the connection and sends', () => {
  it.each(named(silences))('%s', async (_, row) => {
    await proveFault(single, row)
  })

  it('half a pack, three times in one run, is what the run fails with', async () => {
    await proveFault(world, { ...silences[3]!, met: 3 })
  })

  it('half a pack, once: the run tries again by itself', async () => {
    const { fault, proves, rule } = silences[3]!
    await proveFault(world, {
      fault,
      proves,
      stallMs,
      rule: { ...rule, times: 1 },
      ends: succeeded,
      outcomes: 'updated',
    })
  })

  it('half a report and nothing more: what the target took counts as landed', async () => {
    await proveFault(world, {
      ...reported[0]!,
      fault: 'half a report',
      stallMs,
      rule: { ...at('push', { stallAfter: 5 }), times: 1 },
    })
  })
})
