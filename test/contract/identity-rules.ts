import assert from 'node:assert/strict'
import type { CreatedAccessKey, CreatedToken, Page, Token, User } from '@gitferry/core/contract'
import { rule } from './rule.ts'
import { data, refused, type World } from './world.ts'

const grantFields = [
  'created_at',
  'expires_at',
  'id',
  'last_used_at',
  'name',
  'repo_ids',
  'scope',
  'user',
  'user_id',
]
const tokenFields = [...grantFields, 'prefix'].sort()
const accessKeyFields = [...grantFields, 'access_key_id'].sort()

/** Makes a token; whatever is asked from then on shows it. */
async function signIn(world: World, fields: Readonly<Record<string, unknown>> = {}): Promise<CreatedToken> {
  const body = { name: 'deploys', scope: 'admin', ...fields }
  const made = data<CreatedToken>(await world.post('/tokens', body))
  world.signIn(made.token)
  return made
}

/** Two kinds of credentials of callers that are made in one way. */
const kinds = [
  { path: '/tokens', exists: 'TOKEN_EXISTS' },
  { path: '/access-keys', exists: 'ACCESS_KEY_EXISTS' },
]

export const identityRules = [
  rule('users are made and listed', async (world) => {
    const user = data<User>(await world.post('/users', { name: 'ann' }))
    assert.deepEqual(Object.keys(user).sort(), ['created_at', 'id', 'name'])
    assert.deepEqual(data<Page<User>>(await world.get('/users')).items, [user])
  }),
  rule('a taken name of a user is 409, one that cannot be is 400', async (world) => {
    data(await world.post('/users', { name: 'ann' }))
    refused(await world.post('/users', { name: 'ann' }), 409, { code: 'USER_EXISTS', field: 'name' })
    for (const name of ['system', 'anonymous', 'a b', '', '-x']) {
      refused(await world.post('/users', { name }), 400, { field: 'name' })
    }
  }),
  rule('deleting a user revokes their tokens', async (world) => {
    await signIn(world)
    const { id } = data<User>(await world.post('/users', { name: 'ann' }))
    const { token } = data<CreatedToken>(
      await world.post('/tokens', { name: 'x', scope: 'read', user_id: id }),
    )
    const headers = { Authorization: `Bearer ${token}` }
    data(await world.ask('GET', '/repos', { headers }))
    data(await world.delete(`/users/${id}`))
    refused(await world.ask('GET', '/repos', { headers }), 401, { code: 'UNAUTHENTICATED' })
    assert.equal(data<Page<Token>>(await world.get('/tokens')).total, 1)
  }),
  rule('the text of a token is shown when it is made, and never again', async (world) => {
    const { token, ...shown } = await signIn(world)
    assert.match(token, /^gitferry_[a-z0-9]{12}_[A-Za-z0-9_-]{43}$/)
    assert.deepEqual(Object.keys(shown).sort(), tokenFields)
    assert.equal(shown.prefix, token.slice(0, 21))
    const answers = [await world.get('/tokens'), await world.get('/audit/logs')]
    for (const { text } of answers) assert.equal(text.includes(token.slice(22)), false)
    const { items } = data<Page<Token>>(answers[0]!)
    assert.deepEqual(Object.keys(items[0]!).sort(), tokenFields)
  }),
  rule('the secret of an access key is shown when it is made, and never again', async (world) => {
    const body = { name: 'deploys', scope: 'write' }
    const { secret_access_key: secret, ...shown } = data<CreatedAccessKey>(
      await world.post('/access-keys', body),
    )
    assert.match(secret, /^[A-Za-z0-9_-]{40}$/)
    assert.match(shown.access_key_id, /^GF[A-Z0-9]{18}$/)
    assert.deepEqual(Object.keys(shown).sort(), accessKeyFields)
    assert.deepEqual(data<Page<unknown>>(await world.get('/access-keys')).items, [shown])
    assert.equal((await world.get('/audit/logs')).text.includes(secret), false)
  }),
  rule('a token is shown as Authorization: Bearer, or as X-Auth-Token', async (world) => {
    const { token } = data<CreatedToken>(await world.post('/tokens', { name: 'deploys', scope: 'read' }))
    for (const headers of [{ Authorization: `Bearer ${token}` }, { 'X-Auth-Token': token }]) {
      data(await world.ask('GET', '/repos', { headers }))
    }
  }),
  rule('from the first token on every caller is asked for one, also when all are revoked', async (world) => {
    data(await world.get('/repos'))
    const { id } = await signIn(world)
    const bare = { headers: { Authorization: '' } }
    const nothing = { headers: {} }
    data(await world.get('/repos'))
    data(await world.delete(`/tokens/${id}`))
    refused(await world.get('/repos'), 401, { code: 'UNAUTHENTICATED' })
    world.signIn(undefined)
    refused(await world.ask('GET', '/repos', nothing), 401, { code: 'UNAUTHENTICATED' })
    refused(await world.ask('GET', '/repos', bare), 401, { code: 'UNAUTHENTICATED' })
    await world.restart()
    refused(await world.get('/repos'), 401, { code: 'UNAUTHENTICATED' })
  }),
  rule(
    'an expired token is 401, and its owner is told since when',
    async (world) => {
      const { prefix, token } = await signIn(world, { expires_at: '2026-01-02' })
      data(await world.get('/repos'))
      await world.clock.advanceTo('2026-01-02T00:00:00.000Z')
      const message = refused(await world.get('/repos'), 401, { code: 'UNAUTHENTICATED' })
      assert.ok(message.includes(prefix) && message.includes('2026-01-02T00:00:00.000Z'), message)
      world.signIn(`${token.slice(0, 22)}${'A'.repeat(43)}`)
      const guessed = refused(await world.get('/repos'), 401, { code: 'UNAUTHENTICATED' })
      assert.equal(guessed.includes('2026'), false)
    },
    { stoppedClock: true },
  ),
  rule('DELETE /tokens/{id} answers { id, deleted: true }, and again 404', async (world) => {
    await signIn(world)
    const { id } = data<CreatedToken>(await world.post('/tokens', { name: 'other', scope: 'read' }))
    assert.deepEqual(data(await world.delete(`/tokens/${id}`)), { id, deleted: true })
    refused(await world.delete(`/tokens/${id}`), 404, { code: 'TOKEN_NOT_FOUND' })
  }),
  ...kinds.flatMap(({ path, exists }) => [
    rule(`POST ${path}: a name that its user has one of is 409`, async (world) => {
      const { user_id } = await signIn(world, { name: 'other' })
      const body = { name: 'x', scope: 'read', user_id }
      data(await world.post(path, body))
      refused(await world.post(path, body), 409, { code: exists, field: 'name' })
    }),
    rule(`POST ${path}: an unknown user or repository is 404, a time that is past 400`, async (world) => {
      const body = { name: 'x', scope: 'read' }
      refused(await world.post(path, { ...body, user_id: 9 }), 404, { field: 'user_id' })
      refused(await world.post(path, { ...body, repo_ids: [9] }), 404, { field: 'repo_ids' })
      refused(await world.post(path, { ...body, expires_at: '2020-01-01' }), 400, { field: 'expires_at' })
      assert.equal(data<Page<unknown>>(await world.get(path)).total, 0)
    }),
    rule(`POST ${path}: without a user it is that of the one of its name`, async (world) => {
      const { user } = data<CreatedToken>(await world.post(path, { name: 'ci', scope: 'read' }))
      assert.equal(user, 'ci')
      // the first token has closed the door, so what follows is asked in process
      const unnamed = world.gitferry[path === '/tokens' ? 'tokens' : 'accessKeys'].create({
        name: 'nightly build',
        scope: 'read',
      })
      const code = await unnamed.then(
        () => 'none',
        (error: { code: string }) => error.code,
      )
      assert.equal(code, 'INVALID_INPUT')
    }),
  ]),
]
