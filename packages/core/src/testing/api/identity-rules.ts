import assert from 'node:assert/strict'
import type { z } from 'zod'
import { type AccessKey, createdAccessKey } from '../../contract/access-key.ts'
import type { GitferryApi } from '../../contract/api/index.ts'
import type { Deleted } from '../../contract/deleted.ts'
import type { Page } from '../../contract/page.ts'
import { type CreateToken, createdToken, type Token } from '../../contract/token.ts'
import type { ErrorCode } from '../../wire/error-codes.ts'
import { entriesOf, failure, success } from './audit-rules.ts'
import { collect, isRecord, registerClone } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules } from './subject.ts'

/** What tokens and access keys have in common. */
interface Grants {
  create(api: GitferryApi, input: CreateToken): Promise<Token | AccessKey>
  list(api: GitferryApi): Promise<Page<Token | AccessKey>>
  all(api: GitferryApi): AsyncIterable<Token | AccessKey>
  delete(api: GitferryApi, id: number): Promise<Deleted>
  readonly schema: z.ZodObject
  /** The field that is shown once. */
  readonly shownOnce: 'token' | 'secret_access_key'
  readonly type: 'token' | 'access_key'
  readonly exists: ErrorCode
  readonly notFound: ErrorCode
}

const tokens: Grants = {
  create: (api, input) => api.tokens.create(input),
  list: (api) => api.tokens.list(),
  all: (api) => api.tokens.all(),
  delete: (api, id) => api.tokens.delete(id),
  schema: createdToken,
  shownOnce: 'token',
  type: 'token',
  exists: 'TOKEN_EXISTS',
  notFound: 'TOKEN_NOT_FOUND',
}

const accessKeys: Grants = {
  create: (api, input) => api.accessKeys.create(input),
  list: (api) => api.accessKeys.list(),
  all: (api) => api.accessKeys.all(),
  delete: (api, id) => api.accessKeys.delete(id),
  schema: createdAccessKey,
  shownOnce: 'secret_access_key',
  type: 'access_key',
  exists: 'ACCESS_KEY_EXISTS',
  notFound: 'ACCESS_KEY_NOT_FOUND',
}

const input = { name: 'deploys', scope: 'write' } as const

const rulesOf = (grants: Grants): ApiRules => ({
  'its secret is in the answer that makes it, and nowhere else': async ({ api }) => {
    const created = await grants.create(api, input)
    isRecord(grants.schema, created)
    const { [grants.shownOnce]: secret, ...shown } = created as unknown as Record<string, unknown>
    const another = (await grants.create(api, { ...input, name: 'other' })) as unknown as typeof shown
    assert.notEqual(another[grants.shownOnce], secret)
    const { items } = await grants.list(api)
    assert.deepEqual(items[0], shown)
    assert.deepEqual(await collect(grants.all(api)), items)
    const proof = String(secret).split('_').slice(2).join('_') || String(secret)
    assert.ok(!JSON.stringify([items, await api.audit.list()]).includes(proof))
  },

  'a limit that is misspelt is refused, and nothing is made': async ({ api }) => {
    for (const misspelt of ['repo_id', 'repoIds', 'expiresAt', 'expires', 'scopes', 'userId']) {
      const given = { ...input, [misspelt]: 3 }
      const error = await refuses(grants.create(api, given), 'INVALID_INPUT', { field: misspelt })
      assert.equal(error.message, `${misspelt}: is not known`)
    }
    assert.equal((await grants.list(api)).total, 0)
    assert.equal((await api.users.list()).total, 0)
  },

  'it reaches as far as was asked for, and lasts as long': async (subject) => {
    const { api, sandbox } = subject
    const clone = await registerClone(subject)
    const second = await api.repos.register({ path: sandbox.secondBarePath })
    for (const scope of ['member', 'read', 'write', 'admin'] as const) {
      const made = await grants.create(api, { name: scope, scope })
      const { name, user, repo_ids, expires_at, last_used_at } = made
      assert.deepEqual(
        { name, scope: made.scope, user, repo_ids, expires_at, last_used_at },
        { name: scope, scope, user: scope, repo_ids: null, expires_at: null, last_used_at: null },
      )
    }
    const repo_ids = [second.id, clone.id, second.id]
    const made = await grants.create(api, { ...input, repo_ids, expires_at: '2999-01-01 12:00:00' })
    assert.deepEqual(made.repo_ids, [second.id, clone.id])
    assert.equal(made.expires_at, '2999-01-01T12:00:00.000Z')
  },

  'without a user it is that of the user of its name, who is made if need be': async ({ api }) => {
    const made = await grants.create(api, input)
    const { items } = await api.users.list()
    assert.deepEqual(
      items.map(({ id, name }) => ({ id, name })),
      [{ id: made.user_id, name: 'deploys' }],
    )
    const bob = await api.users.create({ name: 'bob' })
    const [found, given] = [
      await grants.create(api, { ...input, name: 'bob' }),
      await grants.create(api, { ...input, name: 'nightly build', user_id: bob.id }),
    ]
    assert.deepEqual([found.user_id, found.user], [bob.id, 'bob'])
    assert.deepEqual([given.user_id, given.user, given.name], [bob.id, 'bob', 'nightly build'])
    for (const name of ['nightly build', 'system', 'Anonymous']) {
      await refuses(grants.create(api, { ...input, name }), 'INVALID_INPUT', { field: 'user_id', of: name })
    }
    assert.equal((await api.users.list()).total, 2)
  },

  'a user has one of a name': async ({ api }) => {
    const { id, user_id } = await grants.create(api, input)
    const error = await refuses(grants.create(api, { ...input, user_id }), grants.exists, { field: 'name' })
    assert.equal(error.details.id, id)
    const bob = await api.users.create({ name: 'bob' })
    await grants.create(api, { ...input, user_id: bob.id })
    assert.equal((await grants.list(api)).total, 2)
  },

  'what cannot be is refused, and nothing of it stored': async ({ api }) => {
    const create = (fields: object) => grants.create(api, { ...input, ...fields } as CreateToken)
    const table: [string, object][] = [
      ['name', { name: '' }],
      ['name', { name: 'a\nb' }],
      ['name', { name: 'n'.repeat(101) }],
      ['scope', { scope: 'root' }],
      ['scope', { scope: undefined }],
      ['user_id', { user_id: 0 }],
      ['repo_ids', { repo_ids: [] }],
      ['repo_ids', { repo_ids: 1 }],
      ['repo_ids.0', { repo_ids: ['1'] }],
      ['expires_at', { expires_at: 'tomorrow' }],
      ['expires_at', { expires_at: '2000-01-01' }],
      ['expires_at', { expires_at: new Date(Date.now() - 1_000).toISOString() }],
    ]
    for (const [field, fields] of table) {
      await refuses(create(fields), 'INVALID_INPUT', { field, of: fields })
    }
    await refuses(create({ user_id: 99 }), 'USER_NOT_FOUND', { field: 'user_id' })
    const error = await refuses(create({ repo_ids: [99] }), 'REPO_NOT_FOUND', { field: 'repo_ids' })
    assert.match(error.message, /99/)
    assert.equal((await grants.list(api)).total, 0)
    assert.equal((await api.users.list()).total, 0)
  },

  'delete takes it away, once, and its name is free again': async ({ api }) => {
    const { id } = await grants.create(api, input)
    assert.deepEqual(await grants.delete(api, id), { id, deleted: true })
    assert.equal((await grants.list(api)).total, 0)
    await refuses(grants.delete(api, id), grants.notFound)
    assert.ok((await grants.create(api, input)).id > id)
  },

  'making and deleting it leave one entry each, also when they are refused': async ({ api }) => {
    const { id } = await grants.create(api, input)
    const [entry] = (await api.audit.list()).items
    const { name, user, scope, repo_ids, expires_at } = entry!.details
    assert.deepEqual(
      { name, user, scope, repo_ids, expires_at },
      { name: 'deploys', user: 'deploys', scope: 'write', repo_ids: null, expires_at: null },
    )
    await refuses(grants.create(api, input), grants.exists)
    await grants.delete(api, id)
    await refuses(grants.delete(api, id), grants.notFound)
    assert.deepEqual(await entriesOf(api), [
      failure('delete', grants.type, id, grants.notFound),
      success('delete', grants.type, id),
      failure('create', grants.type, null, grants.exists),
      success('create', grants.type, id),
    ])
  },
})

export const accessKeyRules: ApiRules = rulesOf(accessKeys)

export const tokenRules: ApiRules = {
  ...rulesOf(tokens),

  'whoever shows it acts in the name of its user, until it is revoked': async ({ api, signedIn }) => {
    const ann = await api.users.create({ name: 'ann' })
    const { id, token } = await api.tokens.create({ name: 'laptop', scope: 'admin', user_id: ann.id })
    const asAnn = await signedIn(token)
    const bob = await asAnn.users.create({ name: 'bob' })
    const [entry] = (await api.audit.list()).items
    assert.deepEqual([entry?.operator, entry?.object_id], ['ann', bob.id])
    const own = await asAnn.tokens.create({ name: 'of the laptop', scope: 'read' })
    assert.deepEqual([own.user_id, own.user], [ann.id, 'ann'])
    const used = (await api.tokens.list()).items.map(({ last_used_at }) => last_used_at !== null)
    assert.deepEqual(used, [true, false])
    await api.tokens.delete(id)
    const revoked = signedIn(token).then((gone) => gone.users.list())
    await refuses(revoked, 'UNAUTHENTICATED')
  },

  'what is no token of here is refused, and nothing of it told': async ({ api, signedIn }) => {
    const { token } = await api.tokens.create(input)
    const wrong = [
      `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`,
      token.toUpperCase(),
      `${token}x`,
    ]
    const unknown = `gitferry_${'a'.repeat(12)}_${'b'.repeat(43)}`
    const messages = new Set<string>()
    for (const text of [...wrong, unknown, 'hunter2']) {
      const error = await refuses(
        signedIn(text).then((nobody) => nobody.users.list()),
        'UNAUTHENTICATED',
        { of: text },
      )
      messages.add(error.message)
      assert.ok(!error.message.includes(text))
    }
    assert.equal(messages.size, 1)
  },
}
