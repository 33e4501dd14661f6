import type { Mutation } from '../mutation.ts'

const access = 'packages/server/src/middleware/access.ts'

export const serviceMutations: readonly Mutation[] = [
  {
    takesOut: [/^\/.* is open to all$/],
    file: access,
    find: 'if (!isOpen(c.req.path)) {',
    replace: 'if (c.req.path) {',
  },
  {
    takesOut: ['without a token only loopback callers are answered'],
    file: access,
    find: 'if (address === undefined || !isLoopback(address)) {',
    replace: 'if (address === undefined) {',
  },
  {
    takesOut: ['the version is always texts, "v" before the number'],
    file: 'packages/core/src/runtime/options.ts',
    find: "build_time: 'unknown', git_commit",
    replace: "build_time: '', git_commit",
  },
  {
    takesOut: ['an address that nothing answers at is 404 in the envelope'],
    file: 'packages/server/src/app.ts',
    find: 'app.notFound(answerNothing)',
    replace: '',
  },
  {
    takesOut: ['the version is "v" and that of the package'],
    file: 'packages/core/src/runtime/options.ts',
    find: "version: 'v0.1.0'",
    replace: "version: 'v0.1.1'",
  },
]
