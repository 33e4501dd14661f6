import { existsSync, readFileSync, statSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { createGitferry, type Gitferry } from '@gitferry/core'
import type { AuditEntry, AuditProblem } from '@gitferry/core/contract'
import { GitferryError } from '@gitferry/core/errors'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testSecrets } from './test-secrets.ts'

const length = 6

let sandbox: ApiSandbox
let open: () => Promise<Gitferry>
let gitferry: Gitferry | undefined

beforeEach(() => {
  sandbox = createApiSandbox()
  const { dataDir } = sandbox
  const secrets = testSecrets()
  open = async () => {
    const storage = sqliteStorage({ path: join(dataDir, 'gitferry.db') })
    gitferry = createGitferry({ storage, dataDir, secrets, forkServer: false })
    await gitferry.start()
    return gitferry
  }
})

afterEach(async () => {
  await gitferry?.stop()
  sandbox.remove()
})

const checkpointFile = () => join(sandbox.dataDir, 'audit.checkpoint')

/** Leaves entries in the log: every refused change is one. */
async function change(api: Gitferry, count: number): Promise<void> {
  const subject = { type: 'create', object_type: 'repo', object_id: null } as const
  for (let left = count; left > 0; left -= 1) {
    await api.as({ user: 'anna' }).refused(subject, new GitferryError('INVALID_INPUT', 'path: must be given'))
  }
}

/** A gitferry that left a sealed log, and has ended. */
async function sealedLog(): Promise<void> {
  const api = await open()
  await change(api, length)
  await api.stop()
}

/** Changes the table through a connection of its own. */
function tamper(sql: string): void {
  const database = new DatabaseSync(join(sandbox.dataDir, 'gitferry.db'))
  database.exec(sql)
  database.close()
}

const named = ({ problems }: { readonly problems: readonly AuditProblem[] }) =>
  problems.map(({ kind, seq, entry_id }) => [kind, seq, entry_id])

const verified = async () => named(await (await open()).audit.verify())

/** Every column of a row but some, as SQL names them. */
const columns =
  'type, object_type, object_id, operator, details, ip, user_agent, request_id, created_at, result, error_code, version'

describe('the sealed audit log', () => {
  it('is sealed by a clean stop, with its checkpoint beside it for the owner alone', async () => {
    await sealedLog()
    const checkpoint = JSON.parse(readFileSync(checkpointFile(), 'utf8'))
    expect(checkpoint.seq).toBe(length)
    expect(statSync(checkpointFile()).mode & 0o777).toBe(0o600)
    expect(existsSync(`${checkpointFile()}.next`)).toBe(false)
    const api = await open()
    const { items } = await api.audit.list()
    expect(items.map(({ seq }) => seq)).toEqual([6, 5, 4, 3, 2, 1])
    expect(items[0]!.hash).toBe(checkpoint.hash)
    expect(await api.audit.verify()).toEqual({
      valid: true,
      sealed: length,
      unsealed: 0,
      head_seq: length,
      problems: [],
    })
  })

  it('keeps its key under seal: nothing on disk opens or forges it', async () => {
    await sealedLog()
    const database = new DatabaseSync(join(sandbox.dataDir, 'gitferry.db'))
    const [setting] = database.prepare("select value from settings where name = 'audit_key'").all()
    database.close()
    expect(String(setting?.value)).not.toMatch(/^[A-Za-z0-9+/]{43}=$/)
    expect(String(setting?.value).length).toBeGreaterThan(60)
  })

  it.each<[what: string, sql: string, problems: unknown[][]]>([
    ['its type', "update audit_log set type = 'delete' where id = 3", [['changed', 3, 3]]],
    ['its object', 'update audit_log set object_id = 7 where id = 3', [['changed', 3, 3]]],
    ['its kind of object', "update audit_log set object_type = 'task' where id = 3", [['changed', 3, 3]]],
    ['who did it', "update audit_log set operator = 'mallory' where id = 3", [['changed', 3, 3]]],
    ['its result', "update audit_log set result = 'success' where id = 3", [['changed', 3, 3]]],
    ['its error code', 'update audit_log set error_code = null where id = 3', [['changed', 3, 3]]],
    ['its details', `update audit_log set details = '{"a":{"b":1}}' where id = 3`, [['changed', 3, 3]]],
    ['from where', "update audit_log set ip = '10.0.0.1' where id = 3", [['changed', 3, 3]]],
    ['with what', "update audit_log set user_agent = 'x' where id = 3", [['changed', 3, 3]]],
    ['its request', "update audit_log set request_id = 'x' where id = 3", [['changed', 3, 3]]],
    [
      'when',
      "update audit_log set created_at = '2020-01-01T00:00:00.000Z' where id = 3",
      [['changed', 3, 3]],
    ],
    ['its hash', `update audit_log set hash = '${'0'.repeat(64)}' where id = 3`, [['changed', 3, 3]]],
    [
      'the hash before',
      `update audit_log set prev_hash = '${'0'.repeat(64)}' where id = 3`,
      [['changed', 3, 3]],
    ],
    ['its id', 'update audit_log set id = 300 where id = 3', [['changed', 3, 300]]],
    ['the first one', "update audit_log set operator = 'x' where id = 1", [['changed', 1, 1]]],
    ['the last one', `update audit_log set operator = 'x' where id = ${length}`, [['changed', 6, 6]]],
  ])('names an entry that was changed: %s', async (_, sql, problems) => {
    await sealedLog()
    tamper(sql)
    expect(await verified()).toEqual(problems)
  })

  it.each<[what: string, sql: string, problems: unknown[][]]>([
    ['one in the middle is removed', 'delete from audit_log where id = 3', [['removed', 3, null]]],
    ['the first is removed', 'delete from audit_log where id = 1', [['removed', 1, null]]],
    ['the newest are removed', 'delete from audit_log where id >= 5', [['cut_off', 5, null]]],
    ['all are removed', 'delete from audit_log', [['cut_off', 1, null]]],
    [
      'one is removed and put back under another id',
      `insert into audit_log (${columns}, seq, prev_hash, hash) select ${columns}, 1000, prev_hash, hash from audit_log where id = 3;
       delete from audit_log where id = 3; update audit_log set seq = 3 where seq = 1000`,
      [['changed', 3, 7]],
    ],
    [
      'one is put in at the end, with copied hashes',
      `insert into audit_log (${columns}, seq, prev_hash, hash) select ${columns}, 7, prev_hash, hash from audit_log where id = 6`,
      [['inserted', 7, 7]],
    ],
    [
      'one is put in between, the others renumbered',
      `update audit_log set seq = -seq where seq > 2; update audit_log set seq = 1 - seq where seq < 0;
       insert into audit_log (${columns}, seq, prev_hash, hash) select ${columns}, 3, prev_hash, hash from audit_log where id = 3`,
      [['inserted', 3, 7]],
    ],
    [
      'two are swapped',
      'update audit_log set seq = -1 where id = 2; update audit_log set seq = 2 where id = 5; update audit_log set seq = 5 where id = 2',
      [
        ['changed', 2, 5],
        ['changed', 5, 2],
      ],
    ],
    [
      'one is taken out of the chain',
      'update audit_log set seq = null, prev_hash = null, hash = null where id = 3',
      [
        ['removed', 3, null],
        ['changed', null, 3],
      ],
    ],
    [
      'several things are done at once',
      "update audit_log set operator = 'x' where id = 2; delete from audit_log where id in (4, 6)",
      [
        ['changed', 2, 2],
        ['removed', 4, null],
        ['cut_off', 6, null],
      ],
    ],
  ])('names what was done when %s, also after it went on', async (_, sql, problems) => {
    await sealedLog()
    tamper(sql)
    expect(await verified()).toEqual(problems)
    await change(gitferry!, 2)
    await gitferry!.stop()
    const api = await open()
    const { valid, unsealed } = await api.audit.verify()
    expect(valid).toBe(false)
    expect(unsealed).toBe(problems.some(([, seq]) => seq === null) ? 1 : 0)
  })

  it('misses its checkpoint', async () => {
    await sealedLog()
    unlinkSync(checkpointFile())
    expect(await verified()).toEqual([['checkpoint_missing', length, null]])
  })

  it('goes on after a restart where it stood', async () => {
    await sealedLog()
    await change(await open(), 3)
    await gitferry!.stop()
    expect(await (await open()).audit.verify()).toMatchObject({
      valid: true,
      sealed: length + 3,
      unsealed: 0,
    })
  })

  it('seals soon after a change, while gitferry runs', async () => {
    const api = await open()
    await change(api, 1)
    await expect.poll(async () => (await api.audit.list()).items[0]?.seq, { timeout: 20_000 }).toBe(1)
  })

  it('starts anew with a storage that forgets, and leaves no file', async () => {
    const { dataDir } = sandbox
    for (let life = 0; life < 2; life += 1) {
      const secrets = testSecrets()
      gitferry = createGitferry({ storage: memoryStorage(), dataDir, secrets, forkServer: false })
      await gitferry.start()
      await change(gitferry, 2)
      expect(await gitferry.audit.verify()).toMatchObject({ valid: true, problems: [] })
      await gitferry.stop()
    }
    expect(existsSync(checkpointFile())).toBe(false)
  })
})

describe('reading the audit log', () => {
  it('shows one entry, and refuses what is none', async () => {
    const api = await open()
    await change(api, 2)
    expect(await api.audit.get(2)).toMatchObject({ id: 2, operator: 'anna', error_code: 'INVALID_INPUT' })
    expect(await api.audit.get(2)).not.toHaveProperty('version')
    await expect(api.audit.get(3)).rejects.toMatchObject({ code: 'AUDIT_ENTRY_NOT_FOUND' })
    await expect(api.audit.get(0)).rejects.toMatchObject({ code: 'INVALID_INPUT', details: { field: 'id' } })
  })

  const all = async (entries: AsyncIterable<AuditEntry>) => {
    const ids: number[] = []
    for await (const { id } of entries) ids.push(id)
    return ids
  }

  it('exports every entry that a query matches, oldest first', async () => {
    const api = await open()
    await change(api, 250)
    const subject = { type: 'delete', object_type: 'task', object_id: 4 } as const
    await api.refused(subject, new GitferryError('TASK_NOT_FOUND', 'id: there is none'))
    expect(await all(api.audit.export())).toEqual(Array.from({ length: 251 }, (_, index) => index + 1))
    expect(await all(api.audit.export({ type: 'delete' }))).toEqual([251])
    expect(await all(api.audit.export({ object_type: 'task', object_id: 4 }))).toEqual([251])
    expect(await all(api.audit.export({ end_time: '2020-01-01' }))).toEqual([])
    expect(await all(api.audit.export({ start_time: '2020-01-01', type: 'delete' }))).toEqual([251])
  })

  it('refuses an export that cannot be, and ends one that is given up', async () => {
    const api = await open()
    await change(api, 2)
    const reversed = { start_time: '2026-01-02', end_time: '2026-01-01' }
    const refusal = { code: 'INVALID_INPUT', details: { field: 'start_time' } }
    await expect(all(api.audit.export(reversed))).rejects.toMatchObject(refusal)
    await expect(all(api.audit.export({ start_time: 'yesterday' }))).rejects.toMatchObject(refusal)
    const controller = new AbortController()
    controller.abort()
    const given = all(api.audit.export({}, { signal: controller.signal }))
    await expect(given).rejects.toMatchObject({ code: 'ABORTED' })
  })
})
