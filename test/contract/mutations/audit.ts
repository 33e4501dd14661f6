import type { Mutation } from '../mutation.ts'

const service = 'packages/core/src/services/audit.ts'
const entry = 'packages/core/src/contract/audit-entry.ts'

export const auditMutations: readonly Mutation[] = [
  {
    takesOut: ['an entry has the documented fields and no other'],
    file: service,
    find: 'function toEntry({ version: _, ',
    replace: 'function toEntry({ ',
  },
  {
    takesOut: ['an entry says who, what, from where, and with what result'],
    file: 'packages/server/src/routes/mount.ts',
    find: 'ip: options.clientAddress(c) ?? null,',
    replace: 'ip: null,',
  },
  {
    takesOut: ['times are RFC 3339 or YYYY-MM-DD[ HH:MM:SS]; anything else is 400'],
    file: 'packages/core/src/contract/time.ts',
    find: 'const at = shaped ? new Date(iso) : undefined',
    replace: 'const at = new Date(iso)',
  },
  {
    takesOut: ['a time range that is reversed is 400'],
    file: entry,
    find: 'query.start_time <= query.end_time',
    replace: 'true',
  },
  {
    takesOut: ['a type that there is not is 400'],
    file: entry,
    find: '    type: auditType.optional(),\n',
    replace: '    type: auditType.optional().catch(undefined),\n',
  },
  {
    takesOut: ['GET /api/v1/audit/logs/:id answers the entry'],
    file: 'packages/server/src/routes/audit.ts',
    find: 'gitferry.audit.get(id, { signal })',
    replace: 'gitferry.audit.get(1, { signal })',
  },
  {
    takesOut: ['entries are append-only'],
    file: 'packages/core/src/wire/endpoints.ts',
    find: "'audit.get': { method: 'GET',",
    replace: "'audit.get': { method: 'DELETE',",
  },
  {
    takesOut: ['GET /api/v1/audit/verify says that the chain holds, and how many are not sealed yet'],
    file: service,
    find: 'async verify(',
    replace: 'async verified(',
  },
  {
    takesOut: ['GET /api/v1/audit/export is NDJSON, oldest first'],
    file: 'packages/server/src/routes/json-lines.ts',
    find: 'application/x-ndjson',
    replace: 'application/json',
  },
  {
    takesOut: ['entries are hash-chained: each names the hash of the one before'],
    file: 'packages/core/src/services/audit-sealer.ts',
    find: '    last = { seq: place.seq, hash }\n',
    replace: '',
  },
  {
    takesOut: ['verify says how many entries are not sealed yet'],
    file: 'packages/core/src/services/audit-verifier.ts',
    find: 'check.result({ unsealed: await unsealed() })',
    replace: 'check.result({ unsealed: 0 })',
  },
  {
    takesOut: ['verify says where the chain breaks: an entry that was changed, one that is gone'],
    file: 'packages/core/src/audit/chain-hash.ts',
    find: 'return seq !== null && prev_hash !== null &&',
    replace: 'return seq !== null || prev_hash !== null ||',
  },
  {
    takesOut: ['verify says where the chain was cut off'],
    file: 'packages/core/src/services/audit-verifier.ts',
    find: 'new ChainCheck({ key: authority.key, checkpoint, problems })',
    replace: 'new ChainCheck({ key: authority.key, checkpoint: checkpoint && undefined, problems })',
  },
  {
    takesOut: ['a change that a crash cut short is an entry with the result unknown'],
    file: 'packages/core/src/runtime/core.ts',
    find: 'await audit.recover()',
    replace: '0',
  },
  {
    takesOut: ['a time without a zone is UTC'],
    file: 'packages/core/src/contract/time.ts',
    find: "?? '00:00:00'}Z`",
    replace: "?? '00:00:00'}-01:00`",
  },
]
