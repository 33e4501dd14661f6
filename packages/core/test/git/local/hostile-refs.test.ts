import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LocalRepository } from '../../../src/git/local/local-repository.ts'
import { Sandbox } from './sandbox.ts'

interface Vector {
  readonly id: string
  readonly field: string
  readonly value: string | null
  readonly expect: string
  readonly gen?: { readonly repeat: string; readonly times: number; readonly suffix: string }
}

const vectors = (
  JSON.parse(readFileSync(new URL('../../fixtures/hostile-inputs.json', import.meta.url), 'utf8')) as Vector[]
).map(({ gen, value, ...vector }) => ({
  ...vector,
  value: value ?? (gen ? gen.repeat.repeat(gen.times) + gen.suffix : ''),
}))

const named = (field: string, expected: string) =>
  vectors
    .filter((vector) => vector.field === field && vector.expect === expected)
    .map(({ id, value }) => [id, value] as const)

let box: Sandbox
let path: string
let repository: LocalRepository

beforeAll(async () => {
  box = new Sandbox()
  path = box.repository()
  box.run(path, 'branch', 'other')
  repository = await box.open(path)
})
afterAll(() => {
  box[Symbol.dispose]()
})

const refs = (): string => box.run(path, 'for-each-ref') + readFileSync(join(path, '.git/HEAD'), 'utf8')

describe('a name that a person may not give', () => {
  it.each(named('ref', 'reject'))('%s is refused everywhere: %j', async (_, value) => {
    const before = refs()
    const error = expect.objectContaining({ code: 'REF_INVALID', status: 400 })
    await expect(repository.create({ name: value })).rejects.toEqual(error)
    await expect(repository.create({ name: 'new', base_branch: value })).rejects.toEqual(error)
    await expect(repository.delete(value, { force: true })).rejects.toEqual(error)
    await expect(repository.checkout({ branch: value })).rejects.toEqual(error)
    expect(refs()).toBe(before)
    expect(existsSync('/etc/cron.d/x')).toBe(false)
  })

  it('has its error told without the name', async () => {
    await expect(repository.create({ name: 'a\u001b[31mb' })).rejects.not.toThrow(/\u001b/)
  })
})

describe('a name that only looks dangerous', () => {
  it.each(named('ref', 'accept'))('%s is created, checked out, listed and deleted: %j', async (_, value) => {
    await repository.create({ name: value })
    expect(await repository.checkout({ branch: value })).toMatchObject({ name: value, is_current: true })
    expect((await repository.list()).filter((branch) => branch.is_current)).toMatchObject([{ name: value }])
    await repository.checkout({ branch: 'main' })
    expect(await repository.delete(value)).toEqual({ name: value, deleted: true })
  })
})

describe('a ref that is found', () => {
  it.each(named('observed_ref', 'handle'))('%s is listed by its full name: %j', async (_, ref) => {
    const oid = box.oid(path, 'HEAD')
    const isNew = ref !== 'refs/heads/main'
    if (isNew) box.run(path, 'update-ref', ref, oid)
    const names = (await repository.list('all')).map(({ name }) => name)
    const short = ref.startsWith('refs/heads/') ? [ref.slice('refs/heads/'.length)] : []
    expect(names.toSorted()).toEqual([...new Set(['main', 'other', ...short])].toSorted())
    expect((await repository.list()).filter((branch) => branch.is_current)).toMatchObject([{ name: 'main' }])
    await repository.create({ name: 'beside' })
    await repository.checkout({ branch: 'beside' })
    await repository.checkout({ branch: 'main' })
    await repository.delete('beside')
    if (isNew) box.run(path, 'update-ref', '-d', ref)
    expect(existsSync(join(path, 'x'))).toBe(false)
  })
})
