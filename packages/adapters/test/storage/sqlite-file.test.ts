import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { isGitferryError } from '@gitferry/core/errors'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

const mode = (path: string) => statSync(path).mode & 0o777

const opening = (path: string) =>
  sqliteStorage({ path })
    .open()
    .catch((error: unknown) => error)

describe('the file of sqliteStorage', () => {
  it('is made for its owner alone, in a folder for its owner alone', async () => {
    using folder = temporaryFolder()
    const data = join(folder.path, 'new', 'data')
    const storage = sqliteStorage({ path: join(data, 'gitferry.db') })
    await storage.open()
    expect(mode(data)).toBe(0o700)
    expect(readdirSync(data).sort()).toEqual(['gitferry.db', 'gitferry.db-shm', 'gitferry.db-wal'])
    for (const name of readdirSync(data)) expect(mode(join(data, name)), name).toBe(0o600)
    await storage.close()
    expect(readdirSync(data)).toEqual(['gitferry.db'])
  })

  it('leaves the mode of a folder that exists', async () => {
    using folder = temporaryFolder()
    chmodSync(folder.path, 0o750)
    const storage = sqliteStorage({ path: join(folder.path, 'gitferry.db') })
    await storage.open()
    await storage.close()
    expect(mode(folder.path)).toBe(0o750)
  })

  it.each([
    {
      rule: 'that is no database',
      make: (path: string) => writeFileSync(path, 'no database at all\n'.repeat(500)),
      says: /damaged: put back a copy/,
    },
    {
      rule: 'whose tables are damaged',
      make: (path: string) => {
        const database = new DatabaseSync(path)
        database.exec('create table migrations (name text)')
        database.close()
        // page 1 begins with a header of 100 bytes; what follows is the list of the tables
        writeFileSync(path, Buffer.alloc(3_000, 0xff), { flag: 'r+' })
      },
      says: /damaged: put back a copy/,
    },
    {
      rule: 'of another program',
      make: (path: string) => {
        const database = new DatabaseSync(path)
        database.exec('create table migrations (id integer primary key)')
        database.close()
      },
      says: /belongs to another program/,
    },
    {
      rule: 'that is a folder',
      make: (path: string) => mkdirSync(path),
      says: /cannot be made or written to/,
    },
  ])('a file $rule is refused, and told why', async ({ make, says }) => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'gitferry.db')
    make(path)
    const error = await opening(path)
    expect(isGitferryError(error, 'STORAGE_FAILED') && error.message).toMatch(says)
  })

  it('opens once what stood in the way is gone', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'gitferry.db')
    writeFileSync(path, 'no database at all\n'.repeat(500))
    const storage = sqliteStorage({ path })
    await expect(storage.open()).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    rmSync(path)
    await storage.open()
    expect(await storage.collection('repos').count()).toBe(0)
    await storage.close()
  })

  it('is refused when a newer gitferry has used it', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'gitferry.db')
    const storage = sqliteStorage({ path })
    await storage.open()
    await storage.close()
    const database = new DatabaseSync(path)
    database.exec("insert into migrations values ('9999-from-the-future', '2030-01-01T00:00:00.000Z')")
    database.close()
    const error = await opening(path)
    expect(isGitferryError(error, 'STORAGE_FAILED') && error.message).toMatch(
      /newer gitferry.*9999-from-the-future/,
    )
  })
})
