import { isGitferryError } from '@gitferry/core/errors'
import type { BreakTable } from './broken-api.ts'

export const hostKeyBreaks: BreakTable = {
  'a pin that keeps the host as it was written': [
    'host keys',
    'a host key that is pinned is known by its host as remote URLs have it, and by its fingerprint',
    ({ api }) => ({
      hostKeys: {
        create: async (input) => ({
          ...(await api.hostKeys.create(input)),
          host: input.known_host.split(' ')[0]!,
        }),
      },
    }),
  ],
  'a pin that drops the keys of other types': [
    'host keys',
    'a pin takes the place of the known key of its type, and of no other',
    ({ api }) => ({
      hostKeys: {
        create: async (input) => {
          const pinned = await api.hostKeys.create(input)
          const { items } = await api.hostKeys.list()
          const others = items.filter(({ host, type }) => host === pinned.host && type !== pinned.type)
          for (const { id } of others) await api.hostKeys.delete(id)
          return pinned
        },
      },
    }),
  ],
  'a line of which the first host is taken': [
    'host keys',
    'what is not the key of one host is refused, and the field named',
    ({ api }) => ({
      hostKeys: {
        create: (input) =>
          api.hostKeys.create({ known_host: String(input.known_host).replace(/^([\w.]+),\S+/, '$1') }),
      },
    }),
  ],
  'a fingerprint that nobody looks at': [
    'host keys',
    'a key that is accepted already is answered as it is, unless another one was compared',
    ({ api }) => ({
      hostKeys: {
        accept: (id, query) =>
          api.hostKeys.accept(id, query).catch((error: unknown) => {
            if (!isGitferryError(error, 'CONFLICT')) throw error
            return api.hostKeys.accept(id)
          }),
      },
    }),
  ],
  'a key that is accepted twice': [
    'host keys',
    'every change of host keys leaves one entry',
    ({ api }) => ({
      hostKeys: {
        accept: async (id, query) => {
          await api.hostKeys.accept(id, query)
          return api.hostKeys.accept(id, query)
        },
      },
    }),
  ],
}
