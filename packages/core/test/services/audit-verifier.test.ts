import { createSecretKey, randomBytes } from 'node:crypto'
import { aesGcmSecrets } from '@gitferry/adapters/secrets/aes-gcm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chainHash, formatCheckpoint } from '../../src/audit/index.ts'
import type { AuditEntryRow, AuditProblem } from '../../src/contract/index.ts'
import type { AuditChain } from '../../src/services/audit-chain.ts'
import { entryRow } from '../audit/entries.ts'
import { type AuditSandbox, createAuditSandbox } from './audit-sandbox.ts'

let sandbox: AuditSandbox

beforeEach(async () => {
  sandbox = await createAuditSandbox()
})

afterEach(() => sandbox.remove())

/** Writes entries, seals them, and ends: one life of a process. */
async function live(count: number, chain: AuditChain = sandbox.chain()): Promise<AuditChain> {
  await chain.open().catch(() => {})
  await sandbox.write(count)
  chain.start()
  await chain.stop()
  return chain
}

const short = ({ kind, seq, entry_id }: AuditProblem) => [kind, seq, entry_id]
const found = async (chain = sandbox.chain()) => (await chain.verify()).problems.map(short)

/** An entry as somebody without the key puts it in. */
async function forge(seq: number): Promise<AuditEntryRow> {
  const { id: _, version: __, ...entry } = entryRow(1)
  const key = createSecretKey(randomBytes(32))
  const row = { ...entry, seq, prev_hash: '1'.repeat(64) }
  return sandbox.entries.insert({ ...row, hash: chainHash(key, { ...row, id: 1 }) })
}

describe('tampering with the table', () => {
  it('that cuts entries off is found, also after the chain went on and after further starts', async () => {
    await live(5)
    sandbox.sql('delete from audit_log where seq >= 4')
    expect(await found()).toEqual([['cut_off', 4, null]])
    const chain = await live(1)
    expect(await found(chain)).toEqual([['removed', 4, null]])
    expect((await chain.verify()).head_seq).toBe(6)
    expect(await found(await live(2))).toEqual([['removed', 4, null]])
  })

  it('that empties it is found at once, while gitferry runs', async () => {
    const chain = await live(5)
    sandbox.sql('delete from audit_log')
    expect(await found(chain)).toEqual([['cut_off', 1, null]])
  })

  it('that puts entries in at the end names them, and does not stop the chain', async () => {
    await live(3)
    const near = await forge(4)
    const far = await forge(20)
    const both = [
      ['inserted', 4, near.id],
      ['inserted', 20, far.id],
    ]
    expect(await found()).toEqual(both)
    const chain = await live(2)
    expect(await chain.verify()).toMatchObject({ sealed: 7, unsealed: 0, head_seq: 6 })
    expect(await found(chain)).toEqual(both)
    sandbox.sql(`delete from audit_log where id in (${near.id}, ${far.id})`)
    expect(await found()).toEqual([])
  })

  it.each([2, 5])(
    'that takes an entry out of the chain, at place %i of 5, is not sealed over',
    async (place) => {
      await live(5)
      sandbox.sql(
        `update audit_log set seq = null, prev_hash = null, hash = null, operator = 'x' where seq = ${place}`,
      )
      const chain = await live(1)
      const problems = await found(chain)
      expect(problems).toContainEqual(['removed', place, null])
      if (place === 2) expect(problems).toContainEqual(['changed', null, 2])
    },
  )

  it.each([
    ['text that is no JSON', "details = 'x'"],
    ['a number that JavaScript does not have', 'object_id = 9007199254740993'],
  ])(
    'that leaves an entry unreadable names it, and what lies behind is still checked: %s',
    async (_, change) => {
      await live(700)
      sandbox.sql(
        `update audit_log set ${change} where id in (3, 4, 650); update audit_log set ip = 'x' where id = 660`,
      )
      expect(await found()).toEqual([
        ['changed', 3, 3],
        ['changed', 4, 4],
        ['changed', 650, 650],
        ['changed', 660, 660],
      ])
      expect(await sandbox.chain().verify()).toMatchObject({ sealed: 700, head_seq: 700 })
    },
  )

  it('that gives two entries one place, in a table made anew without its rules, names the one that was put in', async () => {
    await live(3)
    sandbox.sql(`
      alter table audit_log rename to former;
      create table audit_log as select * from former;
      insert into audit_log select * from former where id = 2;
      update audit_log set id = 9 where rowid = 4;
    `)
    expect(await found()).toEqual([['inserted', 2, 9]])
  })
})

describe('tampering with entries that are not sealed yet', () => {
  const columns = 'version, type, object_type, object_id, operator, result, details, ip, created_at'

  it.each([
    ['puts one in', `insert into audit_log (${columns}) select ${columns} from audit_log where id = 2`, 6],
    [
      'puts one in with the MAC of another',
      `drop index audit_log_mac_key;
       insert into audit_log (${columns}, mac) select ${columns}, mac from audit_log where id = 2`,
      6,
    ],
    ['changes one', "update audit_log set operator = 'mallory' where id = 5", 5],
    ['takes the MAC of one', 'update audit_log set mac = null where id = 5', 5],
  ])('that %s names it, before and after the chain went on', async (_, sql, id) => {
    const chain = await live(3)
    await sandbox.write(2)
    sandbox.sql(sql)
    expect(await found(chain)).toEqual([['inserted', null, id]])
    for (let start = 0; start < 2; start += 1) {
      const later = await live(1)
      expect(await found(later)).toEqual([['inserted', null, id]])
      expect(await later.verify()).toMatchObject({ unsealed: 1 })
    }
  })

  it('that takes the newest out of the chain and changes them seals none of them anew', async () => {
    await live(5)
    sandbox.sql(
      "update audit_log set seq = null, prev_hash = null, hash = null, operator = 'me' where seq >= 4",
    )
    const changed = [
      ['changed', null, 4],
      ['changed', null, 5],
    ]
    expect(await found(await live(0))).toEqual([['cut_off', 4, null], ...changed])
    expect(await found(await live(1))).toEqual([['removed', 4, null], ...changed])
  })
})

describe('tampering with the checkpoint', () => {
  const missing = (problems: unknown[][]) => problems.filter(([kind]) => kind === 'checkpoint_missing')

  it('that removes it is found at once, and after every later start', async () => {
    const chain = await live(5)
    sandbox.checkpoint = undefined
    expect(await found(chain)).toEqual([['checkpoint_missing', null, null]])
    expect(await found()).toEqual([['checkpoint_missing', null, null]])
    sandbox.sql('delete from audit_log where seq >= 4')
    expect(await found(await live(0))).toEqual([['checkpoint_missing', 3, null]])
    expect(sandbox.log.at(-1)).toMatchObject({ level: 'error', fields: { head_seq: 3 } })
    expect(await found(await live(2))).toEqual([['checkpoint_missing', 3, null]])
    expect((await sandbox.chain().verify()).head_seq).toBe(5)
  })

  it('that forges it is found at once, and after every later start', async () => {
    await live(5)
    const line = JSON.parse(sandbox.checkpoint!)
    sandbox.sql('delete from audit_log where seq >= 4')
    sandbox.checkpoint = JSON.stringify({ ...line, seq: 3 })
    expect(missing(await found())).toHaveLength(1)
    sandbox.checkpoint = formatCheckpoint(createSecretKey(randomBytes(32)), { ...line, seq: 3 })
    expect(missing(await found())).toHaveLength(1)
    expect(await found(await live(1))).toEqual([['checkpoint_missing', 3, null]])
  })

  it('that puts an older one in its place is found while gitferry runs', async () => {
    await live(3)
    const older = sandbox.checkpoint
    const chain = await live(3)
    sandbox.checkpoint = older
    sandbox.sql('delete from audit_log where seq >= 4')
    expect(await found(chain)).toEqual([
      ['checkpoint_missing', 3, null],
      ['cut_off', 4, null],
    ])
  })
})

describe('tampering with the key', () => {
  it('that removes it with every entry is found: the checkpoint knows that there was a chain', async () => {
    const chain = await live(3)
    sandbox.sql('delete from audit_log; delete from settings')
    expect(await found(chain)).toEqual([['cut_off', 1, null]])
    await expect(sandbox.chain().verify()).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' })
    expect(await found(await live(2))).toEqual([['checkpoint_missing', 0, null]])
  })

  it('that removes it alone leaves a chain that nothing vouches for, and a new one behind it', async () => {
    await live(3)
    sandbox.sql('delete from settings')
    const chain = await live(2)
    expect(await found(chain)).toEqual([
      ['checkpoint_missing', 0, null],
      ['inserted', 1, 1],
      ['inserted', 2, 2],
      ['inserted', 3, 3],
    ])
  })

  it('that removes it, the checkpoint and all seals does not make a new log of a rewritten one', async () => {
    await live(3)
    sandbox.sql(`
      delete from settings;
      update audit_log set seq = null, prev_hash = null, hash = null, mac = null, operator = 'me';
    `)
    sandbox.checkpoint = undefined
    await expect(sandbox.chain().verify()).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' })
    const lost = [
      ['checkpoint_missing', 0, null],
      ['inserted', null, 1],
      ['inserted', null, 2],
      ['inserted', null, 3],
    ]
    expect(await found(await live(0))).toEqual(lost)
    expect(sandbox.log.at(-1)).toMatchObject({ level: 'error' })
    expect(sandbox.log.some(({ message }) => message.includes('key of the audit log is gone'))).toBe(true)
    expect(await found(await live(1))).toEqual(lost)
  })

  it('that removes it is not covered up by a start without a secret box', async () => {
    await live(3)
    sandbox.sql(
      'delete from settings; update audit_log set seq = null, prev_hash = null, hash = null, mac = null',
    )
    sandbox.checkpoint = undefined
    expect(await sandbox.chain({ secrets: undefined }).open()).toBe(0)
    expect((await found(await live(0)))[0]).toEqual(['checkpoint_missing', 0, null])
  })

  it('is told from a log that never had one: its entries are taken as they are, and their number is told', async () => {
    const boxless = sandbox.chain({ secrets: undefined })
    await boxless.open()
    await sandbox.write(3)
    const chain = sandbox.chain()
    expect(await chain.open()).toBe(3)
    expect(await sandbox.chain().open()).toBe(0)
    await sandbox.write(2)
    chain.start()
    await chain.stop()
    expect(await chain.verify()).toMatchObject({ valid: true, sealed: 5, unsealed: 0 })
  })

  it('is told from a secret key that is another one: nothing is sealed, and nothing is taken for damage', async () => {
    await live(3)
    const box = aesGcmSecrets({ key: randomBytes(32) })
    await box.open()
    const line = sandbox.checkpoint
    const chain = await live(2, sandbox.chain({ secrets: box }))
    await expect(chain.verify()).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' })
    expect(await sandbox.entries.count({ seq: null })).toBe(2)
    expect(sandbox.checkpoint).toBe(line)
    expect(await found(await live(0))).toEqual([])
  })
})

describe('verifying', () => {
  it('asks for no more than a few hundred entries at a time, and leaves others their turn', async () => {
    const chain = await live(2_000)
    let turns = 0
    const counting = setInterval(() => {
      turns += 1
    }, 0)
    const { sealed } = await chain.verify()
    clearInterval(counting)
    expect(sealed).toBe(2_000)
    expect(turns).toBeGreaterThan(0)
  })

  it('ends when its caller gives it up', async () => {
    const chain = await live(3)
    const controller = new AbortController()
    controller.abort()
    await expect(chain.verify({ signal: controller.signal })).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it('takes what is sealed meanwhile for what it is', async () => {
    const chain = sandbox.chain()
    await sandbox.write(1_000)
    chain.start()
    const results = await Promise.all(Array.from({ length: 5 }, () => chain.verify()))
    await chain.stop()
    expect(results.flatMap(({ problems }) => problems)).toEqual([])
    expect(await found(chain)).toEqual([])
  })

  it('changes nothing', async () => {
    const chain = await live(3)
    const before = [await sandbox.entries.find(), sandbox.checkpoint]
    await chain.verify()
    expect([await sandbox.entries.find(), sandbox.checkpoint]).toEqual(before)
  })
})
