import type { Mutation } from '../mutation.ts'

const services = 'packages/core/src/services'
const refusals = `${services}/refuse-taken-grant.ts`
const newGrant = `${services}/new-grant.ts`
const codes = 'packages/core/src/wire/error-codes.ts'

const notFound = (path: string, code: string): Mutation => ({
  takesOut: [`${path}/{id}, every method: an unknown id is 404`],
  file: codes,
  find: `  ${code}: entry(404)`,
  replace: `  ${code}: entry(400)`,
})

export const identityMutations: readonly Mutation[] = [
  {
    takesOut: ['users are made and listed'],
    file: `${services}/users.ts`,
    find: '({ version: _, ...shown }: UserRow)',
    replace: '(shown: UserRow)',
  },
  {
    takesOut: ['a taken name of a user is 409, one that cannot be is 400'],
    file: 'packages/core/src/contract/user.ts',
    find: "new Set(['system', 'anonymous'])",
    replace: "new Set(['system'])",
  },
  {
    takesOut: ['deleting a user revokes their tokens'],
    file: `${services}/users.ts`,
    find: "session.collection('tokens').deleteWhere({ user_id: id })",
    replace: "session.collection('tokens').deleteWhere({ user_id: 0 })",
  },
  {
    takesOut: ['the text of a token is shown when it is made, and never again'],
    file: `${services}/to-token.ts`,
    find: 'secret_hash: _, version',
    replace: 'version',
  },
  {
    takesOut: ['the secret of an access key is shown when it is made, and never again'],
    file: `${services}/to-access-key.ts`,
    find: 'sealed_secret: _, version',
    replace: 'version',
  },
  {
    takesOut: ['a token is shown as Authorization: Bearer, or as X-Auth-Token'],
    file: 'packages/server/src/shown-token.ts',
    find: "headers.get('X-Auth-Token')",
    replace: "headers.get('X-Token')",
  },
  {
    takesOut: ['from the first token on every caller is asked for one, also when all are revoked'],
    file: `${services}/credentials-asked.ts`,
    find: "session.collection('settings').count({ name })",
    replace: "session.collection('tokens').count()",
  },
  {
    takesOut: ['an expired token is 401, and its owner is told since when'],
    file: `${services}/authenticator.ts`,
    find: 'Date.parse(expires_at) <= this.#deps.clock.now()',
    replace: 'Date.parse(expires_at) < this.#deps.clock.now()',
  },
  {
    takesOut: ['DELETE /tokens/{id} answers { id, deleted: true }, and again 404'],
    file: `${services}/tokens.ts`,
    find: 'return { id, deleted: true }',
    replace: 'return { id } as Deleted',
  },
  {
    takesOut: [
      'POST /tokens: a name that its user has one of is 409',
      'POST /access-keys: a name that its user has one of is 409',
    ],
    file: refusals,
    find: 'if (!taken) return',
    replace: 'if (!taken || taken) return',
  },
  {
    takesOut: [/^POST \/(?:tokens|access-keys): an unknown user or repository is 404/],
    file: newGrant,
    find: 'if (missing === undefined) return ids',
    replace: 'if (missing !== 0) return ids',
  },
  {
    takesOut: [/^POST \/(?:tokens|access-keys): without a user it is that of the one of its name$/],
    file: newGrant,
    find: 'insert({ name: asName.data, created_at })',
    replace: "insert({ name: 'somebody', created_at })",
  },
  notFound('/users', 'USER_NOT_FOUND'),
  notFound('/tokens', 'TOKEN_NOT_FOUND'),
  notFound('/access-keys', 'ACCESS_KEY_NOT_FOUND'),
]
