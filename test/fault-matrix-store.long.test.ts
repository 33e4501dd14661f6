/**
 * Fault matrix: a store that is locked or damaged. A store is gitferry’s own, and everything in it can be had again: the
 * run that meets the trouble makes it good, and a target never gets less than it had. Only a lock that somebody may hold
 * is waited out.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FaultWorld, faultWorld } from './faults/fault-world.ts'
import { endOf, expectHealed, expectTruth, outcomesOf, succeeded } from './faults/prove-fault.ts'

let world: FaultWorld
beforeEach(async () => {
  world = await faultWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

/** Where the store keeps the branch of the source. */
function trackingRef(): string {
  const refs = world.sandbox.git(world.store(), 'for-each-ref', '--format=%(refname)', 'refs/remotes/origin')
  const found = refs.split('\n').find((ref) => ref.endsWith('/main'))
  if (found === undefined) throw new Error(`no ref of the source among: ${refs}`)
  return found
}

/** Leaves a file in the store, as a git that was killed does; `age` in ms. */
function leave(name: string, age = 0): string {
  const path = join(world.store(), name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, '')
  const at = new Date(Date.now() - age)
  utimesSync(path, at, at)
  return path
}

const hours = 60 * 60_000

/** The trouble is over within the run, and nobody is the wiser. */
async function expectMended(): Promise<void> {
  const run = await world.run()
  expect(endOf(run), run.error_message ?? '').toEqual(succeeded)
  expect(outcomesOf(run)).toEqual([['refs/heads/main', 'updated']])
  expect(world.target()).toEqual(world.source())
  expectTruth(world, run)
}

describe('a lock that a killed git left in the store', () => {
  it('on the ref that is to be fetched, hours ago, is out of the way after one run', async () => {
    world.commit()
    const lock = leave(`${trackingRef()}.lock`, 2 * hours)
    await expectMended()
    expect(existsSync(lock)).toBe(false)
    await expectHealed(world)
  })

  it('on the ref that is to be fetched, just now, fails the run as long as it is held', async () => {
    const before = world.target()
    world.commit()
    const lock = leave(`${trackingRef()}.lock`)
    const run = await world.run()
    expect(endOf(run)).toEqual({ status: 'failed', error_code: 'GIT_FAILED', failure_class: 'local' })
    expect(run.error_message).toMatch(/main\.lock': File exists.*Try again/)
    // it fails before there is a plan
    expect(outcomesOf(run)).toEqual([])
    expect(world.target()).toEqual(before)
    // somebody may be at work there
    expect(existsSync(lock)).toBe(true)
    rmSync(lock)
    await expectHealed(world)
  })

  it.each([
    ['packed-refs.lock', 'hours ago', 2 * hours],
    ['packed-refs.lock', 'just now', 0],
    ['config.lock', 'hours ago', 2 * hours],
    ['config.lock', 'just now', 0],
    ['shallow.lock', 'hours ago', 2 * hours],
    ['shallow.lock', 'just now', 0],
    ['objects/pack/tmp_pack_Xy12Zw', 'hours ago', 2 * hours],
  ])('as %s, %s, holds up nothing, and is gone after the next start', async (name, _, age) => {
    world.commit()
    const path = leave(name, age)
    await expectMended()
    await world.restart()
    expect(existsSync(path)).toBe(false)
    world.commit()
    await expectHealed(world)
  })
})

/** The packs of the store, the largest one first. */
const packs = () => {
  const folder = join(world.store(), 'objects', 'pack')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.pack'))
    .map((name) => join(folder, name))
    .sort((a, b) => statSync(b).size - statSync(a).size)
}

/** Turns one bit of the commit that both sides have, in the pack where it is. */
function flipBit(): void {
  const tip = world.source()['refs/heads/main']
  for (const pack of packs()) {
    const objects = world.sandbox.git(world.store(), 'verify-pack', '-v', pack).split('\n')
    const entry = objects.find((line) => line.startsWith(`${tip} commit`))
    if (entry === undefined) continue
    const [, , , size = '', offset = ''] = entry.split(/ +/)
    const at = Number(offset) + Math.floor(Number(size) / 2)
    const file = openSync(pack, 'r+')
    const byte = Buffer.alloc(1)
    readSync(file, byte, 0, 1, at)
    byte[0]! ^= 0x10
    writeSync(file, byte, 0, 1, at)
    closeSync(file)
    return
  }
  throw new Error(`no pack of the store has ${tip}`)
}

const damages: readonly (readonly [what: string, () => void])[] = [
  ['a bit that is another one, in the commit that both sides have', flipBit],
  [
    'a pack that lacks its second half',
    () => truncateSync(packs()[0]!, Math.floor(statSync(packs()[0]!).size / 2)),
  ],
  [
    'packs that are empty',
    () => {
      for (const pack of packs()) truncateSync(pack, 0)
    },
  ],
  [
    'packs that are gone',
    () => {
      for (const pack of packs()) rmSync(pack)
    },
  ],
  ['a pack whose index is gone', () => rmSync(packs()[0]!.replace(/pack$/, 'idx'))],
  ['no objects any more', () => rmSync(join(world.store(), 'objects'), { recursive: true })],
  ['no HEAD', () => rmSync(join(world.store(), 'HEAD'))],
  ['a ref with nothing in it', () => writeFileSync(join(world.store(), trackingRef()), '')],
  [
    'a ref to an object that is not there',
    () => writeFileSync(join(world.store(), trackingRef()), `${'5'.repeat(40)}\n`),
  ],
]

describe('a store that has', () => {
  it.each(damages)(
    '%s is made good by the run that meets it, and the target gets everything',
    async (_, damage) => {
      // something that the clone lacks, from which a new store is seeded
      world.commit()
      await expectHealed(world)
      damage()
      world.commit()
      await expectMended()
      world.sandbox.git(world.sandbox.bareBackupPath, 'fsck', '--full', '--strict')
      // what was made good stays good
      world.commit()
      await expectHealed(world)
      world.sandbox.git(world.store(), 'fsck', '--full', '--connectivity-only')
    },
  )
})
