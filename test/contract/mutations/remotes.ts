import type { Mutation } from '../mutation.ts'

const refusals = 'packages/core/src/services/remote-refusals.ts'

export const remoteMutations: readonly Mutation[] = [
  {
    takesOut: ['a remote is added, changed and deleted without a change to the repository’s config'],
    file: 'packages/core/src/services/to-remote.ts',
    find: '    repo_id: __,\n',
    replace: '',
  },
  {
    takesOut: ['user and password in a URL leave it and become a sealed credential'],
    file: 'packages/core/src/services/write-remote.ts',
    find: 'credential_id: kept?.credential.id ??',
    replace: 'credential_id: null ??',
  },
  {
    takesOut: ['a remote of a private address, or over plain http, is 400'],
    file: 'packages/core/src/git/remote-url.ts',
    find: "if (!isAllowed && scheme === 'http') {",
    replace: 'if (!isAllowed && scheme === undefined) {',
  },
  {
    takesOut: ['a remote that a task uses is not deleted'],
    file: refusals,
    find: 'if (users.size === 0) return',
    replace: 'if (users.size >= 0) return',
  },
  {
    takesOut: ['tags are listed, made and deleted'],
    file: 'packages/core/src/services/tags.ts',
    find: 'deleted: true }',
    replace: 'deleted: true, gone: true } as DeletedTag',
  },
  {
    takesOut: ['a credential shows everything but its secret'],
    file: 'packages/core/src/services/to-credential.ts',
    find: 'sealed_secret: _, version',
    replace: 'version',
  },
]
