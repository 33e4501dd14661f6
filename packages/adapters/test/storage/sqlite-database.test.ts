import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fromDatabase } from '../../src/storage/sql/errors.ts'
import { SqliteDatabase } from '../../src/storage/sqlite/database.ts'
import { sqliteDialect } from '../../src/storage/sqlite/dialect.ts'
import { prepareDatabase } from '../../src/storage/sqlite/prepare.ts'
import { temporaryFolder } from './temporary-folder.ts'

const inMemory = () => new SqliteDatabase(':memory:', { timeout: 0 })

describe('SqliteDatabase', () => {
  it('keeps statements prepared, and lets the ones go that were not used for longest', () => {
    const database = inMemory()
    const first = database.prepare('select 0')
    expect(database.prepare('select 0')).toBe(first)
    for (let number = 1; number < 300; number++) database.prepare(`select ${number}`)
    expect(database.prepare('select 0')).toBe(first)
    const second = database.prepare('select 2')
    database.prepare('select 300')
    expect(database.prepare('select 2')).toBe(second)
    for (let number = 301; number <= 600; number++) database.prepare(`select ${number}`)
    expect(database.prepare('select 0')).not.toBe(first)
    database.close()
  })

  it.each([new Date(0), {}, [1], true, undefined])('refuses to bind %j', (value) => {
    const database = inMemory()
    expect(() => database.prepare('select ? as value, ? as other').all([value, 'x'])).toThrow(TypeError)
    database.close()
  })

  it('writes ahead, waits for the disk, and checks foreign keys', async () => {
    using folder = temporaryFolder()
    const database = new SqliteDatabase(join(folder.path, 'a.db'), { timeout: 10 })
    await prepareDatabase(database)
    const pragma = (name: string) => Object.values(database.prepare(`pragma ${name}`).all()[0] ?? {})[0]
    expect(pragma('journal_mode')).toBe('wal')
    expect(pragma('synchronous')).toBe(2)
    expect(pragma('foreign_keys')).toBe(1)
    expect(pragma('busy_timeout')).toBe(10)
    database.close()
  })
})

describe('errors of SQLite', () => {
  function failure(...statements: string[]): unknown {
    const database = inMemory()
    try {
      for (const sql of statements) database.prepare(sql).run()
      return undefined
    } catch (error) {
      return error
    } finally {
      database.close()
    }
  }

  it.each([
    {
      what: 'a full disk',
      error: failure(
        'pragma max_page_count = 2',
        'create table a (b text)',
        'insert into a values (hex(zeroblob(100000)))',
      ),
      code: 'DISK_FULL',
      message: /no space/,
    },
    {
      what: 'a taken key',
      error: failure(
        'create table a (b text, c text, unique (b, c))',
        "insert into a values ('x', 'y'), ('x', 'y')",
      ),
      code: 'CONFLICT',
      message: /same b and c/,
    },
    {
      what: 'anything else',
      error: failure('create table a (b text not null)', 'insert into a values (null)'),
      code: 'STORAGE_FAILED',
      message: /^Adding to a failed/,
    },
  ])('$what is $code, with the cause', ({ error, code, message }) => {
    const seen = fromDatabase(sqliteDialect, 'Adding to a', 'a', error)
    expect(seen).toMatchObject({ code, message: expect.stringMatching(message) })
    expect(seen.cause).toBe(error)
    expect(error).toBeInstanceOf(Error)
  })
})
