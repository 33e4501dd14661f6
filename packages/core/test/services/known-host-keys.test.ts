import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createTestClock, type TestClock } from '@gitferry/core/testing'
import ssh2 from 'ssh2'
import { beforeEach, describe, expect, it } from 'vitest'
import { system } from '../../src/contract/index.ts'
import { builtInHostKeys } from '../../src/git/ssh/built-in-host-keys.ts'
import { fingerprintOf, type KnownHostKey } from '../../src/git/ssh/host-key.ts'
import { silentLogger } from '../../src/ports/logger.ts'
import { ManagedStorage } from '../../src/runtime/managed-storage.ts'
import { AuditLog } from '../../src/services/audit-log.ts'
import type { ServiceContext } from '../../src/services/context.ts'
import { HostKeysService } from '../../src/services/host-keys.ts'
import { knownHostKeys, recordFirstContact } from '../../src/services/known-host-keys.ts'
import { offerHostKey } from '../../src/services/offered-host-keys.ts'
import { keyPairs } from '../git/ssh/keys.ts'

const at = '2026-01-01T00:00:00.000Z'
const github = { host: 'github.com', port: 22 }
const elsewhere = { host: 'git.example.org', port: 22 }
const keyOf = (line: string): KnownHostKey => {
  const [type = '', public_key = ''] = line.split(' ')
  return { type, public_key }
}
const [ed25519, rsa, ecdsa, , ecdsa521] = keyPairs.map(({ public: line }) => keyOf(line)) as [
  KnownHostKey,
  KnownHostKey,
  KnownHostKey,
  KnownHostKey,
  KnownHostKey,
]
const [changedEd25519] = builtInHostKeys('gitlab.com', 22) as [KnownHostKey]

let clock: TestClock
let context: ServiceContext
let hostKeys: HostKeysService
beforeEach(async () => {
  const storage = new ManagedStorage(memoryStorage())
  await storage.open()
  clock = createTestClock(at)
  const logger = silentLogger
  const audit = new AuditLog({ storage, clock, logger, wakeSealer() {} })
  audit.open()
  context = { storage, clock, logger, audit, principal: system } as unknown as ServiceContext
  hostKeys = new HostKeysService(context)
})

const knownOf = async (place: typeof github) =>
  (await knownHostKeys(context.storage, place)).map(({ type, public_key }) => ({ type, public_key }))
const pin = (host: string, { type, public_key }: KnownHostKey) =>
  hostKeys.create({ known_host: `${host} ${type} ${public_key}` })
const rows = async () => (await hostKeys.list()).items
const hour = 3_600_000
const entries = () => context.storage.collection('audit_log').count()

describe('a host whose key is built in', () => {
  const builtIn = builtInHostKeys('github.com', 22)

  it('that shows another is known by the built-in one until that is accepted, and again when it is forgotten', async () => {
    const offered = await offerHostKey(github, ed25519, context)
    expect(offered).toMatchObject({ ...github, status: 'offered', source: 'contact', created_at: at })
    expect(await knownOf(github)).toEqual(builtIn)
    await hostKeys.accept(offered.id)
    expect(await knownOf(github)).toEqual([ed25519])
    const accepted = await context.storage.collection('audit_log').find({ where: { type: 'accept' } })
    expect(accepted.map(({ details }) => details)).toEqual([
      {
        ...github,
        type: 'ssh-ed25519',
        fingerprint: fingerprintOf(ed25519.public_key),
        replaced: [{ type: 'ssh-ed25519', fingerprint: fingerprintOf(builtIn[0]!.public_key) }],
      },
    ])
    await hostKeys.delete(offered.id)
    expect(await knownOf(github)).toEqual(builtIn)
  })

  it('is known by what was pinned for it, and by nothing else: the entry names the built-in key that went', async () => {
    await pin('github.com', rsa)
    await pin('github.com', ecdsa)
    await pin('github.com', ecdsa)
    expect(await knownOf(github)).toEqual([ecdsa, rsa])
    const pinned = await context.storage.collection('audit_log').find()
    const builtInKey = { type: 'ssh-ed25519', fingerprint: fingerprintOf(builtIn[0]!.public_key) }
    expect(pinned.map(({ type, details }) => [type, details.replaced])).toEqual([
      ['create', [builtInKey]],
      ['create', []],
      ['update', []],
    ])
    expect(await knownOf({ ...github, port: 2222 })).toEqual([])
  })
})

describe('the keys of a server', () => {
  it('are those that were accepted, in the order in which it is asked for them', async () => {
    for (const key of [rsa, ecdsa521, ecdsa, ed25519]) await pin('git.example.org', key)
    expect(await knownOf(elsewhere)).toEqual([ed25519, ecdsa, ecdsa521, rsa])
    expect(await knownOf({ ...elsewhere, port: 2222 })).toEqual([])
  })

  it('are not what it has merely offered; its first contact then takes the place of that', async () => {
    const { id } = await offerHostKey(elsewhere, rsa, context)
    expect(await knownOf(elsewhere)).toEqual([])
    expect(await recordFirstContact(elsewhere, ed25519, context)).toEqual({ known: [ed25519], isFirst: true })
    expect(await knownOf(elsewhere)).toEqual([ed25519])
    expect((await rows()).map((row) => row.id)).not.toContain(id)
  })

  it('stay when another contact was first, and only that one was', async () => {
    const known = [ed25519]
    const contacts = await Promise.all([1, 2].map(() => recordFirstContact(elsewhere, ed25519, context)))
    expect(contacts).toMatchObject([
      { known, isFirst: true },
      { known, isFirst: false },
    ])
    expect(await entries()).toBe(1)
    expect(await recordFirstContact(elsewhere, rsa, context)).toMatchObject({ known, isFirst: false })
    expect(await knownOf(elsewhere)).toEqual([ed25519])
  })
})

describe('a key that a server offers', () => {
  it('stands beside the known one of its type, else beside another, and only the last', async () => {
    await pin('git.example.org', rsa)
    await pin('git.example.org', ed25519)
    const changed = keyOf(ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 }).public)
    const offers = async () => (await rows()).map(({ type, offered }) => [type, offered?.type ?? null])
    await offerHostKey(elsewhere, changed, context)
    expect(await offers()).toEqual([
      ['ssh-rsa', 'ssh-rsa'],
      ['ssh-ed25519', null],
    ])
    await clock.advance(hour)
    await offerHostKey(elsewhere, changedEd25519, context)
    expect(await offers()).toEqual([
      ['ssh-rsa', null],
      ['ssh-ed25519', 'ssh-ed25519'],
    ])
    await clock.advance(hour)
    await offerHostKey(elsewhere, ecdsa, context)
    expect(await offers()).toEqual([
      ['ssh-rsa', ecdsa.type],
      ['ssh-ed25519', null],
    ])
    expect(await entries()).toBe(5)
    await offerHostKey(elsewhere, ecdsa, context)
    await offerHostKey(elsewhere, rsa, context)
    expect(await entries()).toBe(5)
  })

  it.each([
    ['a server that is known', () => pin('git.example.org', rsa)],
    ['one that is not', () => {}],
  ])('stays for an hour, whatever else is shown: %s', async (_, know) => {
    await know()
    const { id } = await offerHostKey(elsewhere, ed25519, context)
    const before = await rows()
    await clock.advance(hour - 1)
    for (const shown of [ecdsa, ecdsa521]) {
      expect(await offerHostKey(elsewhere, shown, context)).toMatchObject({ id })
    }
    expect(await rows()).toEqual(before)
    const count = await entries()
    await clock.advance(1)
    await offerHostKey(elsewhere, ecdsa, context)
    const [row] = await rows()
    expect((row!.offered ?? row)!.type).toBe(ecdsa.type)
    expect(await entries()).toBe(count + 1)
  })

  it.each([
    ['a server that is known', () => pin('git.example.org', rsa)],
    ['one that is not', () => {}],
  ])('in the place of another is accepted by its fingerprint alone: %s', async (_, know) => {
    await know()
    const { id } = await offerHostKey(elsewhere, ed25519, context)
    await clock.advance(hour)
    await offerHostKey(elsewhere, changedEd25519, context)
    const fingerprint = fingerprintOf(changedEd25519.public_key)
    await expect(hostKeys.accept(id)).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { field: 'fingerprint', fingerprint },
    })
    expect(await knownOf(elsewhere)).not.toContainEqual(changedEd25519)
    await hostKeys.accept(id, { fingerprint })
    expect(await knownOf(elsewhere)).toEqual([changedEd25519])
    // the next is a first one again
    await offerHostKey(elsewhere, ed25519, context)
    await hostKeys.accept(id)
    expect(await knownOf(elsewhere)).toEqual([ed25519])
  })

  it('or shows at the first contact is not stored if it could not be pinned either', async () => {
    const weak = keyOf(ssh2.utils.generateKeyPairSync('rsa', { bits: 1024 }).public)
    for (const store of [offerHostKey, recordFirstContact]) {
      await expect(store(elsewhere, weak, context)).rejects.toMatchObject({ code: 'HOST_KEY_MISMATCH' })
    }
    expect(await rows()).toEqual([])
  })

  it('is offered no more once it is pinned', async () => {
    await pin('git.example.org', ed25519)
    await offerHostKey(elsewhere, rsa, context)
    await pin('git.example.org', rsa)
    expect((await rows()).map(({ offered, status }) => [offered, status])).toEqual([
      [null, 'accepted'],
      [null, 'accepted'],
    ])
  })
})
