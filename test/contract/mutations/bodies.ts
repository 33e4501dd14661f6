import type { Mutation } from '../mutation.ts'

const body = 'packages/core/src/contract/json-body.ts'
const errors = 'packages/server/src/middleware/errors.ts'
const auditLog = 'packages/core/src/services/audit-log.ts'

export const bodyMutations: readonly Mutation[] = [
  {
    takesOut: ['a missing body is 400'],
    file: body,
    find: "if (bytes.byteLength === 0) throw invalid('is missing; send a JSON object')",
    replace: 'if (bytes.byteLength === 0) throw unsupported()',
  },
  {
    takesOut: ['a body that is no JSON is 400'],
    file: body,
    find: "throw invalid('must be valid JSON')",
    replace: 'return {}',
  },
  {
    takesOut: ['another content type is 415'],
    file: body,
    find: 'if (contentType !== null && !json.test(contentType.trim())) throw unsupported()',
    replace: '',
  },
  {
    takesOut: ['a body of more than 1 MiB is 413'],
    file: 'packages/server/src/body/read-bytes.ts',
    find: "new GitferryError('PAYLOAD_TOO_LARGE'",
    replace: "new GitferryError('INVALID_INPUT'",
  },
  {
    takesOut: ['the offending field stands in error.details'],
    file: errors,
    find: 'details: error.details }',
    replace: 'details: {} }',
  },
  {
    takesOut: ['actions without fields take no body'],
    file: 'packages/server/src/routes/sync-tasks.ts',
    find: "'sync.tasks.run': ({ gitferry, id, query, signal }) =>",
    replace: "'sync.tasks.run': async ({ gitferry, id, query, signal, body }) =>\n    (await body()) &&",
  },
  {
    takesOut: ['unknown fields are ignored'],
    file: 'packages/core/src/contract/sync-task.ts',
    find: 'export const createSyncTask = aliases(\n  inputAliases,\n  z\n    .object({',
    replace: 'export const createSyncTask = aliases(\n  inputAliases,\n  z\n    .strictObject({',
  },
  {
    takesOut: ['__proto__ and friends never reach an object'],
    file: body,
    find: 'checkStructure(text)\n',
    replace:
      "if (JSON.parse(text).__proto__.polluted) Object.defineProperty(Object.prototype, 'polluted', { value: 1 })\n",
  },
  {
    takesOut: ['an error carries code, message and data: null, and says the request'],
    file: errors,
    find: '    data: null,\n',
    replace: '',
  },
  {
    takesOut: ['deletes answer { id, deleted: true }'],
    file: 'packages/core/src/services/sync-tasks.ts',
    find: 'return { id, deleted: true }',
    replace: 'return { id } as Deleted',
  },
  {
    takesOut: ['every change leaves one audit entry, a refused one too'],
    file: auditLog,
    find: 'await this.#recordFailure(draft, error)\n      throw error',
    replace: 'throw error',
  },
  {
    takesOut: ['times are RFC 3339 in UTC, ids integers, absent values null'],
    file: 'packages/core/src/services/new-repo.ts',
    find: 'const now = new Date(clock.now()).toISOString()',
    replace: 'const now = new Date(clock.now()).toUTCString()',
  },
]
