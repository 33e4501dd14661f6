import type { CreateToken, Deleted, GitferryApi } from '@gitferry/core/contract'
import { GitferryError } from '@gitferry/core/errors'
import type { Break, Breaks, BreakTable } from './broken-api.ts'

/** The methods of tokens, or of access keys, as far as they are alike. */
interface Grants {
  readonly create: (input: CreateToken) => Promise<{ readonly id: number }>
  readonly list: () => Promise<{ readonly items: readonly object[] }>
  readonly delete: (id: number) => Promise<Deleted>
}

/** How each rule that tokens and access keys have in common is broken: methods, made of the right ones. */
const grantBreaks: readonly [
  what: string,
  rule: string,
  breaks: (grants: Grants, api: GitferryApi) => object,
][] = [
  [
    'that shows its secret again',
    'its secret is in the answer that makes it, and nowhere else',
    (grants) => ({
      list: async () => {
        const page = await grants.list()
        return { ...page, items: page.items.map((item) => ({ ...item, secret_hash: 'x' })) }
      },
    }),
  ],
  [
    'that reaches every repository',
    'it reaches as far as was asked for, and lasts as long',
    (grants) => ({ create: ({ repo_ids: _, ...input }: CreateToken) => grants.create(input) }),
  ],
  [
    'of a user of another name',
    'without a user it is that of the user of its name, who is made if need be',
    (grants, api) => ({
      create: async (input: CreateToken) => {
        const { id } = await api.users.create({ name: 'somebody' })
        return grants.create({ user_id: id, ...input })
      },
    }),
  ],
  [
    'whose name is made another',
    'a user has one of a name',
    (grants) => ({
      create: (input: CreateToken) =>
        grants.create(input).catch(() => grants.create({ ...input, name: `${input.name}-2` })),
    }),
  ],
  [
    'whose end is forgotten',
    'what cannot be is refused, and nothing of it stored',
    (grants) => ({ create: ({ expires_at: _, ...input }: CreateToken) => grants.create(input) }),
  ],
  [
    'that stays',
    'delete takes it away, once, and its name is free again',
    () => ({ delete: async (id: number) => ({ id, deleted: true }) }),
  ],
  [
    'that is deleted twice',
    'making and deleting it leave one entry each, also when they are refused',
    (grants) => ({
      delete: async (id: number) => {
        const gone = await grants.delete(id)
        await grants.delete(id).catch(() => undefined)
        return gone
      },
    }),
  ],
]

const of = (about: 'tokens' | 'access keys', noun: string): BreakTable =>
  Object.fromEntries(
    grantBreaks.map(([what, rule, breaks]): [string, Break] => [
      `${noun} ${what}`,
      [
        about,
        rule,
        ({ api }): Breaks =>
          about === 'tokens'
            ? { tokens: breaks(api.tokens, api) }
            : { accessKeys: breaks(api.accessKeys, api) },
      ],
    ]),
  )

export const identityBreaks: BreakTable = {
  ...of('tokens', 'a token'),
  ...of('access keys', 'an access key'),
  'a token that is good for ever': [
    'tokens',
    'whoever shows it acts in the name of its user, until it is revoked',
    () => ({ tokens: { delete: async (id) => ({ id, deleted: true }) } }),
  ],
  'a refusal that tells which half of a token is wrong': [
    'tokens',
    'what is no token of here is refused, and nothing of it told',
    ({ signedIn }) => ({
      signedIn: (token) =>
        signedIn(token).catch(() => {
          const half = token.startsWith('gitferry_') ? 'secret' : 'id'
          throw new GitferryError('UNAUTHENTICATED', `The ${half} is wrong.`)
        }),
    }),
  ],
  'a user who is answered under another name': [
    'users',
    'a user is answered as it is listed',
    ({ api }) => ({
      users: {
        create: async (input) => ({ ...(await api.users.create(input)), name: input.name.toUpperCase() }),
      },
    }),
  ],
  'the name of a user that is tidied up': [
    'users',
    'what cannot be the name of a user is refused, and a taken one',
    ({ api }) => ({
      users: { create: ({ name }) => api.users.create({ name: String(name).replaceAll(/\W/g, '') || 'x' }) },
    }),
  ],
  'a user who leaves their tokens behind': [
    'users',
    'delete takes every token and access key of the user along, and nobody else’s',
    () => ({ users: { delete: async (id) => ({ id, deleted: true }) } }),
  ],
  'a user who is made twice': [
    'users',
    'making and deleting a user leave one entry each, also when they are refused',
    ({ api }) => ({
      users: {
        create: async (input) => {
          const user = await api.users.create(input)
          await api.users.create(input).catch(() => undefined)
          return user
        },
      },
    }),
  ],
}
