import { accessKey, createAccessKey, createdAccessKey } from '../access-key.ts'
import { deleted } from '../deleted.ts'
import { pageQuery } from '../page.ts'
import { createdToken, createToken, token } from '../token.ts'
import { createUser, user } from '../user.ts'
import { answers, type OperationGroup, sends } from './operation.ts'
import { idOf } from './path-parameters.ts'

/** Elsewhere unknown fields are ignored. */
const strict =
  'A field that is not known is refused, unlike elsewhere: a misspelt limit would otherwise be none.'

const created_at = '2026-01-02T03:04:05.678Z'
const exampleUser = { id: 1, name: 'ci', created_at }
const exampleGrant = {
  id: 1,
  name: 'deploys',
  user_id: 1,
  user: 'ci',
  scope: 'write',
  repo_ids: null,
  expires_at: null,
  last_used_at: null,
  created_at,
} as const
const exampleToken = { ...exampleGrant, prefix: 'gitferry_k3v9q2m7x1ab' } as const
const exampleAccessKey = { ...exampleGrant, access_key_id: 'GFAK3V9Q2M7X1ABCD5EF' } as const

export const userOperations = {
  name: 'users',
  description: 'In whose name requests are made.',
  operations: {
    'users.list': { summary: 'List users', query: pageQuery, answer: answers(user, exampleUser) },
    'users.create': {
      summary: 'Create a user',
      description: `The name is stored in lower case: Alice and alice are one user. ${strict}`,
      body: sends(createUser, { name: 'ci' }),
      answer: answers(user, exampleUser),
      errors: ['USER_EXISTS'],
    },
    'users.delete': {
      summary: 'Delete a user, and revoke every token and access key of theirs',
      path: idOf('user'),
      answer: answers(deleted, { id: 1, deleted: true }),
      errors: ['USER_NOT_FOUND'],
    },
  },
} as const satisfies OperationGroup

export const tokenOperations = {
  name: 'tokens',
  description: 'What callers show to be let in. The text of a token is shown once, when it is made.',
  operations: {
    'tokens.list': {
      summary: 'List tokens',
      query: pageQuery,
      answer: answers(token, { ...exampleToken, repo_ids: null }),
    },
    'tokens.create': {
      summary: 'Make a token',
      description: `From the first one on, every caller is asked for a credential. ${strict}`,
      body: sends(createToken, { name: 'deploys', scope: 'write' }),
      answer: answers(createdToken, {
        ...exampleToken,
        repo_ids: null,
        token: 'gitferry_k3v9q2m7x1ab_B3x1Qm0v8s2a7Lk9dT4yPzWc6UeRnHfJ5gIoXq1tV0A',
      }),
      errors: ['USER_NOT_FOUND', 'REPO_NOT_FOUND', 'TOKEN_EXISTS'],
    },
    'tokens.delete': {
      summary: 'Revoke a token',
      path: idOf('token'),
      answer: answers(deleted, { id: 1, deleted: true }),
      errors: ['TOKEN_NOT_FOUND'],
    },
  },
} as const satisfies OperationGroup

export const accessKeyOperations = {
  name: 'access keys',
  description: 'Pairs of keys with which requests are signed. The secret is shown once, when it is made.',
  operations: {
    'accessKeys.list': {
      summary: 'List access keys',
      query: pageQuery,
      answer: answers(accessKey, { ...exampleAccessKey, repo_ids: null }),
    },
    'accessKeys.create': {
      summary: 'Make an access key',
      description: strict,
      body: sends(createAccessKey, { name: 'deploys', scope: 'write' }),
      answer: answers(createdAccessKey, {
        ...exampleAccessKey,
        repo_ids: null,
        secret_access_key: 'c29tZSByYW5kb20gdGV4dCBvZiBmb3J0eSBjaGFyYWN0',
      }),
      errors: ['USER_NOT_FOUND', 'REPO_NOT_FOUND', 'ACCESS_KEY_EXISTS', 'SECRETS_UNAVAILABLE'],
    },
    'accessKeys.delete': {
      summary: 'Revoke an access key',
      path: idOf('access key'),
      answer: answers(deleted, { id: 1, deleted: true }),
      errors: ['ACCESS_KEY_NOT_FOUND'],
    },
  },
} as const satisfies OperationGroup
