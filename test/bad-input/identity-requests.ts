import type { BadRequest } from './bad-request.ts'

const badIds = ['0', '-1', '1.5', 'abc', '9007199254740992']
const bad = { status: 400, code: 'INVALID_INPUT' }

const badUserNames: readonly [rule: string, name: unknown][] = [
  ['that is empty', ''],
  ['that holds a space', 'a b'],
  ['that holds a line break', 'a\nb'],
  ['that holds NUL', 'a\u0000b'],
  ['that turns the writing round', 'a\u202eb'],
  ['that is an option', '--help'],
  ['that is a path', '../a'],
  ['that is quoted', '"; DROP TABLE users'],
  ['of 65 characters', 'n'.repeat(65)],
  ['that is gitferry’s own', 'system'],
  ['that is nobody’s, in capitals', 'ANONYMOUS'],
  ['that is no text', 7],
  ['that is missing', undefined],
]

/** What no token and no access key can be made of. */
const badGrants: readonly [rule: string, field: string, fields: object][] = [
  ['without a name', 'name', { name: undefined }],
  ['under a name of two lines', 'name', { name: 'a\nb' }],
  ['under a name of 101 characters', 'name', { name: 'n'.repeat(101) }],
  ['without a scope', 'scope', { scope: undefined }],
  ['of an unknown scope', 'scope', { scope: 'root' }],
  ['of a scope in capitals', 'scope', { scope: 'ADMIN' }],
  ['of a list of scopes', 'scope', { scope: ['admin'] }],
  ['of a user that is no id', 'user_id', { user_id: 'ann' }],
  ['of the user 0', 'user_id', { user_id: 0 }],
  ['for no repository', 'repo_ids', { repo_ids: [] }],
  ['for repositories that are no list', 'repo_ids', { repo_ids: 1 }],
  ['for a repository that is no id', 'repo_ids.0', { repo_ids: ['1'] }],
  ['for 1001 repositories', 'repo_ids', { repo_ids: Array.from({ length: 1_001 }, (_, index) => index + 1) }],
  ['until a time that is none', 'expires_at', { expires_at: 'tomorrow' }],
  ['until a day that does not exist', 'expires_at', { expires_at: '2999-02-30' }],
  ['until a number', 'expires_at', { expires_at: 32503680000 }],
]

/** Bad requests to what makes users, tokens and access keys. */
export function identityRequests(): BadRequest[] {
  const create = (
    rule: string,
    path: string,
    field: string,
    fields: object,
    refusal: { readonly status: number; readonly code: string } = bad,
  ): BadRequest => ({
    rule: `POST ${path} ${rule}`,
    method: 'POST',
    path: `/api/v1${path}`,
    body: { name: 'deploys', scope: 'read', ...fields },
    field,
    ...refusal,
  })
  return [
    ...badUserNames.map(([rule, name]) => create(`with a name ${rule}`, '/users', 'name', { name })),
    ...badGrants.map(([rule, field, fields]) => create(rule, '/tokens', field, fields)),
    // they are made of the same fields
    ...badGrants.slice(0, 3).map(([rule, field, fields]) => create(rule, '/access-keys', field, fields)),
    create('until yesterday', '/tokens', 'expires_at', { expires_at: '2020-01-01' }),
    create('whose name can be no user’s', '/tokens', 'user_id', { name: 'nightly build' }),
    create(
      'of an unknown user',
      '/tokens',
      'user_id',
      { user_id: 99 },
      { status: 404, code: 'USER_NOT_FOUND' },
    ),
    create(
      'for an unknown repository',
      '/tokens',
      'repo_ids',
      { repo_ids: [1, 99] },
      { status: 404, code: 'REPO_NOT_FOUND' },
    ),
    ...['/users', '/tokens', '/access-keys'].flatMap((path) =>
      badIds.map(
        (id): BadRequest => ({
          rule: `DELETE ${path}/${id}`,
          method: 'DELETE',
          path: `/api/v1${path}/${id}`,
          field: 'id',
          ...bad,
        }),
      ),
    ),
  ]
}
