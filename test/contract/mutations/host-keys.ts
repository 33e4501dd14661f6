import type { Mutation } from '../mutation.ts'

const accept = 'packages/core/src/services/accept-host-key.ts'

export const hostKeyMutations: readonly Mutation[] = [
  {
    takesOut: ['POST /host-keys pins a line of known_hosts, GET /host-keys shows it'],
    file: 'packages/core/src/services/pin-host-key.ts',
    find: "source: 'import'",
    replace: "source: 'contact'",
  },
  {
    takesOut: ['a line that is not the key of one host is 400 and names known_host'],
    file: 'packages/core/src/services/host-keys.ts',
    find: "details: { field: 'known_host' }",
    replace: "details: { field: 'line' }",
  },
  {
    takesOut: ['POST /host-keys/{id}/accept believes the key that was shown instead'],
    file: accept,
    find: 'row.offered ?? row',
    replace: 'row',
  },
  {
    takesOut: ['POST /host-keys/{id}/accept believes the first key of a server'],
    file: accept,
    find: "if (status === 'accepted' && row.offered === null)",
    replace: 'if (row.offered === null)',
  },
  {
    takesOut: ['POST /host-keys/{id}/accept of another fingerprint than the offered one is 409'],
    file: 'packages/server/src/routes/credentials.ts',
    find: "query<AcceptHostKeyQuery>('fingerprint')",
    replace: '{}',
  },
  {
    takesOut: ['POST /host-keys/{id}/accept without fingerprint is 409 where one offer followed another'],
    file: accept,
    find: 'row.offers > 1',
    replace: 'row.offers > 2',
  },
]
