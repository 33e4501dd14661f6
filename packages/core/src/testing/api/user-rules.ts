import assert from 'node:assert/strict'
import { type CreateUser, user as userSchema } from '../../contract/user.ts'
import { entriesOf, failure, success } from './audit-rules.ts'
import { isRecord } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules } from './subject.ts'

const badNames = ['', ' ', 'a b', '-x', '.x', 'a/b', 'a\nb', 'a\u0000', 'ä', 'n'.repeat(65), 7, null]
const reservedNames = ['system', 'anonymous', 'System', 'ANONYMOUS']

export const userRules: ApiRules = {
  'a user is answered as it is listed': async ({ api }) => {
    const ann = await api.users.create({ name: 'ann' })
    isRecord(userSchema, ann)
    assert.equal(ann.name, 'ann')
    const others = ['a', '7', 'ci-1', 'ann@example.org', 'a_b.c', 'n'.repeat(64)]
    const made = [ann]
    for (const name of others) made.push(await api.users.create({ name }))
    assert.deepEqual((await api.users.list()).items, made)
  },

  'a name of any case is the same user, in lower case': async ({ api }) => {
    assert.equal((await api.users.create({ name: ' Ann.B@Example.ORG' })).name, 'ann.b@example.org')
    await refuses(api.users.create({ name: 'ann.B@example.org' }), 'USER_EXISTS', { field: 'name' })
    const token = await api.tokens.create({ name: 'CI', scope: 'read' })
    const key = await api.accessKeys.create({ name: 'cI', scope: 'read' })
    assert.deepEqual([token.name, token.user, key.name, key.user], ['CI', 'ci', 'cI', 'ci'])
    assert.equal(token.user_id, key.user_id)
  },

  'a field that is not known is refused: a user has no limits': async ({ api }) => {
    const named = { name: 'ann', scope: 'read' }
    const error = await refuses(api.users.create(named), 'INVALID_INPUT', { field: 'scope' })
    assert.equal(error.message, 'scope: is not known')
    assert.equal((await api.users.list()).total, 0)
  },

  'what cannot be the name of a user is refused, and a taken one': async ({ api }) => {
    for (const name of [...badNames, ...reservedNames]) {
      await refuses(api.users.create({ name } as CreateUser), 'INVALID_INPUT', { field: 'name', of: name })
    }
    assert.equal((await api.users.list()).total, 0)
    await api.users.create({ name: 'ann' })
    await refuses(api.users.create({ name: 'ann' }), 'USER_EXISTS', { field: 'name' })
    assert.equal((await api.users.list()).total, 1)
  },

  'delete takes every token and access key of the user along, and nobody else’s': async (subject) => {
    const { api } = subject
    const [ann, bob] = [await api.users.create({ name: 'ann' }), await api.users.create({ name: 'bob' })]
    const fields = { scope: 'admin', user_id: ann.id } as const
    const { token } = await api.tokens.create({ ...fields, name: 'one' })
    await api.tokens.create({ ...fields, name: 'two' })
    await api.accessKeys.create({ ...fields, name: 'one' })
    const kept = await api.tokens.create({ ...fields, name: 'one', user_id: bob.id })
    const keptKey = await api.accessKeys.create({ ...fields, name: 'one', user_id: bob.id })
    const key = { title: 'laptop', key: subject.sandbox.sshKey().publicKey }
    await api.publicKeys.add({ ...key, user_id: ann.id })
    const { id: project } = await api.projects.create({ name: 'shop' })
    for (const { id } of [ann, bob]) await api.projects.members.set(project, id, { role: 20 })
    assert.deepEqual(await api.users.delete(ann.id), { id: ann.id, deleted: true })
    const [entry] = (await api.audit.list()).items
    const gone = { tokens: 2, access_keys: 1, members: 1, public_keys: 1 }
    assert.deepEqual(entry?.details, { name: 'ann', ...gone })
    assert.equal((await api.projects.members.list(project)).items[0]?.name, 'bob')
    await api.publicKeys.add({ ...key, user_id: bob.id })
    const ids = (items: readonly { readonly id: number }[]) => items.map(({ id }) => id)
    assert.deepEqual(ids((await api.tokens.list()).items), [kept.id])
    assert.deepEqual(ids((await api.accessKeys.list()).items), [keptKey.id])
    assert.deepEqual(ids((await api.users.list()).items), [bob.id])
    await refuses(
      subject.signedIn(token).then((gone) => gone.users.list()),
      'UNAUTHENTICATED',
    )
    await refuses(api.users.delete(ann.id), 'USER_NOT_FOUND')
  },

  'making and deleting a user leave one entry each, also when they are refused': async ({ api }) => {
    const { id } = await api.users.create({ name: 'ann' })
    await refuses(api.users.create({ name: 'ann' }), 'USER_EXISTS')
    await api.users.delete(id)
    await refuses(api.users.delete(id), 'USER_NOT_FOUND')
    assert.deepEqual(await entriesOf(api), [
      failure('delete', 'user', id, 'USER_NOT_FOUND'),
      success('delete', 'user', id),
      failure('create', 'user', null, 'USER_EXISTS'),
      success('create', 'user', id),
    ])
  },
}
