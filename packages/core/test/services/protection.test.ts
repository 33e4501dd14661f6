import { type GitferryError, isGitferryError } from '@gitferry/core'
import type { Repo, SetProtectedRef } from '@gitferry/core/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type KeyWorld, keyWorld } from './key-world.ts'

let world: KeyWorld
let repo: Repo
beforeAll(async () => {
  world = await keyWorld()
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(async () => {
  for (const { id } of (await world.api.repos.list()).items) await world.api.repos.delete(id)
  repo = await world.api.repos.register({ path: world.sandbox.secondBarePath })
  await world.takeEntries()
})

async function refusal(work: Promise<unknown>): Promise<GitferryError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (isGitferryError(error)) return error
  throw error ?? new Error('nothing was refused')
}

const set = (input: SetProtectedRef) => world.api.protection.set(repo.id, input)

describe('protection', () => {
  it('of a branch is answered, listed and audited', async () => {
    const rule = await set({ kind: 'branch', name: 'main', push_level: 30, merge_level: 40 })
    expect(rule).toMatchObject({
      repo_id: repo.id,
      kind: 'branch',
      name: 'main',
      push_level: 30,
      merge_level: 40,
    })
    expect(await world.api.protection.list(repo.id)).toMatchObject({ items: [rule], total: 1 })
    expect(await world.takeEntries()).toMatchObject([
      {
        ...{ type: 'update', object_type: 'protected_ref', object_id: repo.id, result: 'success' },
        details: { kind: 'branch', name: 'main', push_level: 30, merge_level: 40, rule_id: rule.id },
      },
    ])
  })

  it('defaults to admins; of tags nobody merges', async () => {
    expect(await set({ kind: 'branch', name: 'main' })).toMatchObject({ push_level: 40, merge_level: 40 })
    expect(await set({ kind: 'branch', name: 'develop', push_level: 0 })).toMatchObject({ merge_level: 0 })
    expect(await set({ kind: 'tag', name: 'v*', push_level: 30 })).toMatchObject({
      push_level: 30,
      merge_level: null,
    })
  })

  it('set again changes the levels of the same rule', async () => {
    const before = await set({ kind: 'branch', name: 'main' })
    const after = await set({ kind: 'branch', name: 'main', push_level: 0 })
    expect(after).toEqual({ ...before, push_level: 0, merge_level: 0, updated_at: expect.any(String) })
    expect((await world.api.protection.list(repo.id)).total).toBe(1)
  })

  it('is listed by kind and name, a page at a time, and whole', async () => {
    for (const name of ['v*', 'a*']) await set({ kind: 'tag', name })
    for (const name of ['x/*', 'main']) await set({ kind: 'branch', name })
    const names = (items: readonly { kind: string; name: string }[]) =>
      items.map(({ kind, name }) => `${kind} ${name}`)
    const all = ['branch main', 'branch x/*', 'tag a*', 'tag v*']
    expect(names((await world.api.protection.list(repo.id)).items)).toEqual(all)
    expect(names(await Array.fromAsync(world.api.protection.all(repo.id)))).toEqual(all)
    expect(names((await world.api.protection.list(repo.id, { kind: 'tag' })).items)).toEqual(all.slice(2))
    expect(await world.api.protection.list(repo.id, { page: 2, page_size: 3 })).toMatchObject({
      items: [{ name: 'v*' }],
      total: 4,
    })
  })

  it('that is deleted is gone, and audited by name', async () => {
    const { id } = await set({ kind: 'tag', name: 'v*' })
    await world.takeEntries()
    expect(await world.api.protection.delete(repo.id, id)).toEqual({ id, deleted: true })
    expect((await world.api.protection.list(repo.id)).total).toBe(0)
    expect(await world.takeEntries()).toMatchObject([
      {
        type: 'delete',
        object_type: 'protected_ref',
        result: 'success',
        details: { kind: 'tag', name: 'v*', rule_id: id },
      },
    ])
    expect((await refusal(world.api.protection.delete(repo.id, id))).code).toBe('PROTECTED_REF_NOT_FOUND')
  })

  it('of another repository is not found', async () => {
    const other = await world.api.repos.create({ name: 'other' })
    const { id } = await set({ kind: 'tag', name: 'v*' })
    expect((await refusal(world.api.protection.delete(other.id, id))).code).toBe('PROTECTED_REF_NOT_FOUND')
    expect((await world.api.protection.list(other.id)).items).toEqual([])
    expect((await world.api.protection.list(repo.id)).total).toBe(1)
  })

  it.each<[string, SetProtectedRef, string, string]>([
    ['a branch that is not there', { kind: 'branch', name: 'none' }, 'BRANCH_NOT_FOUND', 'name'],
    ['a remote’s branch', { kind: 'branch', name: 'refs/heads/main' }, 'INVALID_INPUT', 'name'],
    ['a name that no ref can have', { kind: 'tag', name: 'a b' }, 'INVALID_INPUT', 'name'],
    ['no name', { kind: 'tag', name: '' }, 'INVALID_INPUT', 'name'],
    ['a level between', { kind: 'tag', name: 'v*', push_level: 20 as never }, 'INVALID_INPUT', 'push_level'],
    ['another kind', { kind: 'note' as never, name: 'x' }, 'INVALID_INPUT', 'kind'],
  ])('refuses %s, with one entry', async (_, input, code, field) => {
    const error = await refusal(set(input))
    expect([error.code, error.details.field]).toEqual([code, field])
    expect(await world.takeEntries()).toMatchObject([{ result: 'failure', error_code: code }])
    expect((await world.api.protection.list(repo.id)).total).toBe(0)
  })

  it('is an admin’s to change, and a reader’s to see', async () => {
    const { id } = await set({ kind: 'branch', name: 'main' })
    const as = (scope: 'member' | 'read' | 'write') => world.api.as({ user: 'ana', scope }).protection
    for (const scope of ['read', 'write'] as const) {
      expect((await as(scope).list(repo.id)).total).toBe(1)
    }
    expect((await refusal(as('member').list(repo.id))).code).toBe('ROLE_MISSING')
    for (const work of [
      as('write').set(repo.id, { kind: 'tag', name: 'x' }),
      as('write').delete(repo.id, id),
    ]) {
      expect(['ROLE_MISSING', 'FORBIDDEN']).toContain((await refusal(work)).code)
    }
    expect((await world.api.protection.list(repo.id)).total).toBe(1)
  })

  it('goes with its repository', async () => {
    await set({ kind: 'branch', name: 'main' })
    await world.api.repos.delete(repo.id)
    expect(await world.storage.collection('protected_refs').count()).toBe(0)
  })
})
