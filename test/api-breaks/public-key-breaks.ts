import type { GitferryApi } from '@gitferry/core/contract'
import type { ApiSubject } from '@gitferry/core/testing'
import { type Breaks, type BreakTable, broken } from './broken-api.ts'

type PublicKeys = GitferryApi['publicKeys']

/** Breaks the public keys of whoever signs in. */
const ofEverybody = (
  { signedIn }: ApiSubject,
  breaks: (publicKeys: PublicKeys) => Partial<PublicKeys>,
): Breaks => ({
  signedIn: async (token) => {
    const api = await signedIn(token)
    return broken(api, { publicKeys: breaks(api.publicKeys) })
  },
})

export const publicKeyBreaks: BreakTable = {
  'a key that everybody is shown': [
    'public keys',
    'a key of a user is shown to them as it was added, and to nobody else',
    (subject) => {
      const lists: PublicKeys['list'][] = []
      return ofEverybody(subject, (publicKeys) => {
        lists.push((query) => publicKeys.list(query))
        return { list: (query) => lists[0]!(query) }
      })
    },
  ],
  'a key that somebody else takes over': [
    'public keys',
    'a key belongs to one user, or is a deploy key, once at each repository',
    (subject) =>
      ofEverybody(subject, (publicKeys) => ({
        add: (input) =>
          publicKeys.add(input).catch(async () => {
            await subject.api.publicKeys.delete(1)
            return publicKeys.add(input)
          }),
      })),
  ],
  'options before a key that are passed over': [
    'public keys',
    'what is no public key is refused, with what is wrong with it and nothing of what was given',
    (subject) =>
      ofEverybody(subject, (publicKeys) => ({
        add: (input) => publicKeys.add({ ...input, key: String(input.key).replace(/^restrict /, '') }),
      })),
  ],
  'keys that anybody deletes': [
    'public keys',
    'a key of somebody else is for whoever may do everything to add and to delete',
    (subject) => ofEverybody(subject, () => ({ delete: (id) => subject.api.publicKeys.delete(id) })),
  ],
  'a deploy key that forgets where it is from': [
    'public keys',
    'a deploy key is for the admins of its repository, and goes with it',
    ({ signedIn }) => ({
      signedIn: async (token) => {
        const own = await signedIn(token)
        const deployKeys: Breaks['deployKeys'] = {
          add: (id, { application: _, ...input }) => own.deployKeys.add(id, input),
        }
        return broken(own, { deployKeys })
      },
    }),
  ],
  'a key that opens everything': [
    'public keys',
    'a private key opens what its user may, what its deploy key may, and what everybody may read',
    ({ api }) => ({
      publicKeys: {
        verify: async (...given) => ({ ...(await api.publicKeys.verify(...given)), can_read: true }),
      },
    }),
  ],
  'a key that is verified twice': [
    'public keys',
    'keys that are added, deleted and verified leave one entry each, also when that is refused',
    ({ api }) => ({
      publicKeys: {
        verify: async (...given) => {
          await api.publicKeys.verify(...given)
          return api.publicKeys.verify(...given)
        },
      },
    }),
  ],
  'a fork with what its original knew of remotes': [
    'forks',
    'a fork has the branches, the tags and the main branch of its original, and nothing else',
    ({ api, sandbox }) => ({
      repos: {
        fork: async (...given) => {
          const copy = await api.repos.fork(...given)
          sandbox.git(copy.path, 'update-ref', 'refs/heads/origin/main', 'refs/heads/main')
          return copy
        },
      },
    }),
  ],
  'a fork of another main branch': [
    'forks',
    'a fork of an empty repository is empty, with the same main branch and object format',
    ({ api }) => ({
      repos: {
        fork: async (...given) => ({ ...(await api.repos.fork(...given)), current_branch: 'main' }),
      },
    }),
  ],
  'a fork that a stranger makes': [
    'forks',
    'a fork takes a reader of the original and a developer of the project that it goes into',
    ({ api, signedIn }) => ({
      signedIn: async (token) =>
        broken(await signedIn(token), { repos: { fork: (...given) => api.repos.fork(...given) } }),
    }),
  ],
  'a fork with the members of its original': [
    'forks',
    'a fork takes none of the members, keys and protection of its original',
    ({ api, signedIn }) => ({
      signedIn: async (token) => {
        const own = await signedIn(token)
        return broken(own, {
          repos: {
            fork: async (id, input) => {
              const copy = await own.repos.fork(id, input)
              for (const { user_id, role } of (await api.members.list(id)).items) {
                await api.members.set(copy.id, user_id, { role })
              }
              return copy
            },
          },
        })
      },
    }),
  ],
  'a fork under another name than was taken': [
    'forks',
    'a fork that cannot be is refused with one entry, and leaves nothing',
    ({ api }) => ({
      repos: {
        fork: (id, input = {}) =>
          api.repos.fork(id, input).catch(() => api.repos.fork(id, { ...input, name: 'another' })),
      },
    }),
  ],
}
