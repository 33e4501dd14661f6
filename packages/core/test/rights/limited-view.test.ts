import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry, type Gitferry } from '@gitferry/core'
import type { StorageAdapter } from '@gitferry/core/ports'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Principal } from '../../src/contract/index.ts'
import { GitferryError } from '../../src/errors/index.ts'

let folder: string
let storage: StorageAdapter
let gitferry: Gitferry
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gitferry-view-'))
  storage = memoryStorage()
  gitferry = createGitferry({ storage, dataDir: join(folder, 'data'), forkServer: false })
  await gitferry.start()
})
afterAll(async () => {
  await gitferry.stop()
  rmSync(folder, { recursive: true, force: true })
})

const reader = { user: 'plugin', scope: 'read' } as const
const ofTwo = { user: 'plugin', repoIds: [1, 2] } as const
const member = { user: 'plugin', scope: 'member' } as const
const deployer = { user: 'plugin', scope: 'member', repoIds: [1], role: 20 } as const
const forbidden = expect.objectContaining({ code: 'FORBIDDEN' })

describe('the view of a limited principal', () => {
  it.each<[string, Principal, Principal]>([
    ['gitferry itself', reader, { user: 'system' }],
    ['the same user without a limit', reader, { user: 'plugin' }],
    ['a further scope', reader, { user: 'plugin', scope: 'write' }],
    ['what the user may write as a member', reader, member],
    ['a role that nobody gave', member, { ...deployer, role: 40 }],
    ['a role that the scope does not give', { ...reader, scope: 'write' }, { ...deployer, role: 40 }],
    ['a further role', deployer, { ...deployer, role: 30 }],
    ['what the user may where a role is given', deployer, { ...member, repoIds: [1] }],
    ['everything of one whose role is given', deployer, { user: 'plugin' }],
    ['somebody else', reader, { user: 'anna', scope: 'read' }],
    ['every repository', ofTwo, { user: 'plugin' }],
    ['every repository, said so', ofTwo, { user: 'plugin', repoIds: null }],
    ['one repository more', ofTwo, { user: 'plugin', repoIds: [1, 3] }],
  ])('answers no view of %s', (_, own, asked) => {
    expect(() => gitferry.as(own).as(asked)).toThrow(forbidden)
  })

  it('answers those that reach no further, and they are limited in turn', async () => {
    const same = gitferry.as(reader).as({ ...reader, requestId: 'r-1' })
    await expect(same.repos.create({ name: 'x' })).rejects.toEqual(forbidden)
    const narrower = gitferry.as(ofTwo).as({ user: 'plugin', scope: 'read', repoIds: [2] })
    expect(() => narrower.as(ofTwo)).toThrow(forbidden)
    expect(() => narrower.as({ user: 'plugin', scope: 'write', repoIds: [2] })).toThrow(forbidden)
    expect((await narrower.repos.list()).total).toBe(0)
    expect(() => gitferry.as({ user: 'plugin', scope: 'write' }).as(member)).not.toThrow()
    expect(() => gitferry.as({ ...deployer, role: 30 }).as(deployer)).not.toThrow()
  })

  it('neither starts nor stops gitferry, nor does its end', async () => {
    const view = gitferry.as(reader)
    await expect(view.start()).rejects.toEqual(forbidden)
    await expect(view.stop()).rejects.toEqual(forbidden)
    await view[Symbol.asyncDispose]()
    expect(gitferry.ready).toBe(true)
  })

  it('tells of failures in its own name, and takes webhooks as any other', async () => {
    const view = gitferry.as(reader)
    const subject = { type: 'update', object_type: 'repo', object_id: null } as const
    await view.refused(subject, new GitferryError('INVALID_INPUT', 'path: must be given'))
    const entries = await storage.collection('audit_log').find({ where: { operator: 'plugin' } })
    expect(entries.at(-1)).toMatchObject({ result: 'failure', error_code: 'INVALID_INPUT' })
    const unsigned = { body: new Uint8Array(), headers: new Headers(), ip: null }
    await expect(view.webhooks.taskSync(unsigned)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' })
  })
})

it('the view of a principal who may do everything answers a view of anybody', () => {
  expect(() => gitferry.as({ user: 'anna' }).as({ user: 'system' })).not.toThrow()
})
