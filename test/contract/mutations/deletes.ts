import type { Mutation } from '../mutation.ts'

const withoutDeleted = (path: string, service: string): Mutation => ({
  takesOut: [`DELETE ${path}/{id} answers { id, deleted: true }, and again 404`],
  file: `packages/core/src/services/${service}.ts`,
  find: 'return { id, deleted: true }',
  replace: 'return { id } as Deleted',
})

export const deleteMutations: readonly Mutation[] = [
  withoutDeleted('/repos', 'repos'),
  withoutDeleted('/ssh-keys', 'ssh-keys'),
  withoutDeleted('/credentials', 'credentials'),
  withoutDeleted('/host-keys', 'host-keys'),
  withoutDeleted('/notification/channels', 'channels'),
  withoutDeleted('/users', 'users'),
  withoutDeleted('/access-keys', 'access-keys'),
]
