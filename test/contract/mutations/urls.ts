import type { Mutation } from '../mutation.ts'

export const urlMutations: readonly Mutation[] = [
  {
    takesOut: ['a remote that was allowed when it was written is refused when it is used'],
    file: 'packages/core/src/git/outgoing-rules.ts',
    find: "return family === 4 ? blocked4.check(address, 'ipv4') :",
    replace: 'return family === 4 ? false :',
  },
  {
    takesOut: ['a remote that was allowed over plain http is refused when it is used'],
    file: 'packages/core/src/git/remote-url.ts',
    find: "if (!isAllowed && scheme === 'http') {",
    replace: 'if (!isAllowed && scheme === undefined) {',
  },
  {
    takesOut: ['a channel that was allowed when it was written is refused when it is used'],
    file: 'packages/core/src/runtime/parts.ts',
    find: 'createGuardedFetch({ lookup, allowOutgoing: settings.allowOutgoing })',
    replace: "createGuardedFetch({ lookup, allowOutgoing: [parseAllowOutgoing('127.0.0.0/8')] })",
  },
]
