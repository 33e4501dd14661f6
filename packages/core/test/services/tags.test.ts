import { type GitferryError, isGitferryError } from '@gitferry/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type KeyWorld, keyWorld } from './key-world.ts'

let world: KeyWorld
let repoId: number
let told: { name: string; data: unknown }[]
beforeEach(async () => {
  world = await keyWorld()
  repoId = (await world.api.repos.register({ path: world.sandbox.secondBarePath })).id
  await world.takeEntries()
  told = []
  for (const name of ['tag.created', 'tag.deleted'] as const) {
    world.api.on(name, (data) => told.push({ name, data }))
  }
})
afterEach(() => world[Symbol.asyncDispose]())

const git = (...args: string[]) => world.sandbox.git(world.sandbox.secondBarePath, ...args)

async function refusal(work: Promise<unknown>): Promise<GitferryError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (isGitferryError(error)) return error
  throw error ?? new Error('nothing was refused')
}

describe('a tag', () => {
  it('that is made is answered, told and audited', async () => {
    const tag = await world.api.tags.create(repoId, { name: 'v1', ref: 'develop', message: 'First' })
    expect(tag).toMatchObject({ name: 'v1', is_annotated: true, message: 'First' })
    expect(git('rev-parse', 'v1^{commit}')).toBe(git('rev-parse', 'develop'))
    expect(git('cat-file', 'tag', 'v1')).toContain('tagger gitferry <gitferry@localhost> ')
    expect(told).toEqual([{ name: 'tag.created', data: { repo_id: repoId, tag } }])
    expect(await world.takeEntries()).toMatchObject([
      { type: 'create', object_type: 'tag', object_id: repoId, result: 'success', details: { tag: 'v1' } },
    ])
    expect(await world.storage.collection('audit_intents').count()).toBe(0)
    expect(await world.api.tags.get(repoId, 'v1')).toEqual(tag)
  })

  it('says which principal made it', async () => {
    await world.api.as({ user: 'ana' }).tags.create(repoId, { name: 'v1', message: 'First' })
    expect(git('cat-file', 'tag', 'v1')).toContain('tagger ana <gitferry@localhost> ')
  })

  it('without a message is a lightweight one of HEAD', async () => {
    for (const [name, ref] of [
      ['a', undefined],
      ['b', null],
      ['c', ''],
    ] as const) {
      expect(await world.api.tags.create(repoId, { name, ref })).toMatchObject({
        is_annotated: false,
        oid: git('rev-parse', 'HEAD'),
      })
    }
  })

  it('that is deleted is told and audited', async () => {
    await world.api.tags.create(repoId, { name: 'team/v1' })
    await world.takeEntries()
    told = []
    expect(await world.api.tags.delete(repoId, 'team/v1')).toEqual({ name: 'team/v1', deleted: true })
    expect(told).toEqual([{ name: 'tag.deleted', data: { repo_id: repoId, name: 'team/v1' } }])
    expect(await world.takeEntries()).toMatchObject([
      {
        type: 'delete',
        object_type: 'tag',
        object_id: repoId,
        result: 'success',
        details: { tag: 'team/v1' },
      },
    ])
    expect(git('tag')).toBe('')
  })

  it.each<[string, unknown, string, string]>([
    ['that is there', { name: 'taken' }, 'TAG_EXISTS', 'name'],
    ['of what is not there', { name: 'x', ref: 'nothing' }, 'BRANCH_NOT_FOUND', 'ref'],
    ['of a revision', { name: 'x', ref: 'HEAD~1' }, 'REF_INVALID', 'ref'],
    ['with an option for a name', { name: '-d' }, 'REF_INVALID', 'name'],
    ['with a full ref for a name', { name: 'refs/tags/x' }, 'REF_INVALID', 'name'],
    ['with an empty message', { name: 'x', message: '' }, 'INVALID_INPUT', 'message'],
    ['with a blank message', { name: 'x', message: ' \n ' }, 'INVALID_INPUT', 'message'],
    ['with a NUL in its message', { name: 'x', message: 'a\0b' }, 'INVALID_INPUT', 'message'],
    ['with half a character in its message', { name: 'x', message: 'a\ud800' }, 'INVALID_INPUT', 'message'],
    ['with an endless message', { name: 'x', message: 'm'.repeat(65_537) }, 'INVALID_INPUT', 'message'],
  ])('%s is refused with one entry', async (_, input, code, field) => {
    git('tag', 'taken')
    const error = await refusal(world.api.tags.create(repoId, input as { name: string }))
    expect(error).toMatchObject({ code, details: { field } })
    expect(git('tag')).toBe('taken')
    expect(await world.takeEntries()).toMatchObject([
      { type: 'create', object_type: 'tag', object_id: repoId, result: 'failure', error_code: code },
    ])
    expect(told).toEqual([])
  })

  it('that is not there, or in no repository, is not found', async () => {
    const { tags } = world.api
    for (const work of [() => tags.get(repoId, 'x'), () => tags.delete(repoId, 'x')]) {
      expect(await refusal(work())).toMatchObject({ code: 'TAG_NOT_FOUND' })
    }
    expect(await refusal(tags.get(repoId, '--x'))).toMatchObject({ code: 'REF_INVALID' })
    for (const work of [
      () => tags.list(99),
      () => tags.get(99, 'x'),
      () => tags.create(99, { name: 'x' }),
      () => tags.delete(99, 'x'),
    ]) {
      expect(await refusal(work())).toMatchObject({ code: 'REPO_NOT_FOUND' })
    }
  })
})

describe('a list of tags', () => {
  it('is always in pages, by name', async () => {
    for (const name of ['v2', 'v10', 'v1', 'a/b']) git('tag', name)
    const { tags } = world.api
    const all = await tags.list(repoId)
    expect(all).toMatchObject({ total: 4, page: 1, page_size: 20 })
    expect(all.items.map(({ name }) => name)).toEqual(['a/b', 'v1', 'v10', 'v2'])
    expect(await tags.list(repoId, { page: 2, page_size: 3 })).toMatchObject({
      items: [{ name: 'v2' }],
      total: 4,
      page: 2,
      page_size: 3,
    })
    expect(await tags.list(repoId, { page: 9 })).toMatchObject({ items: [], total: 4, page: 9 })
    expect(await refusal(tags.list(repoId, { page_size: 101 }))).toMatchObject({ code: 'INVALID_INPUT' })
  })
})
