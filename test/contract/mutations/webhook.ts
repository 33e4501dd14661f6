import type { Mutation } from '../mutation.ts'

const gate = 'packages/core/src/webhooks/webhook-gate.ts'
const service = 'packages/core/src/services/webhooks.ts'
const deliveries = 'packages/core/src/services/webhook-deliveries.ts'
const signature = 'packages/core/src/webhooks/signature.ts'

export const webhookMutations: readonly Mutation[] = [
  {
    takesOut: ['success is flat: message, task_id and run_id, without an envelope'],
    file: service,
    find: 'answer: { message, task_id, run_id }',
    replace: 'answer: { message, task_id, run_id, code: 0 } as TaskSyncAnswer',
  },
  {
    takesOut: ['task_id may be a string of digits'],
    file: 'packages/core/src/contract/webhook.ts',
    find: "typeof value === 'string' &&",
    replace: "typeof value === 'bigint' &&",
  },
  {
    takesOut: ['a wrong, missing, malformed, upper-case or sha1 signature is 401'],
    file: signature,
    find: 'const grammar = /^sha256=([0-9a-f]{64})$/',
    replace: 'const grammar = /^sha256=([0-9a-f]{64})$/i',
  },
  {
    takesOut: ['the signature is over the raw bytes'],
    file: service,
    find: 'webhookGate.verify(bytes, headers',
    replace: 'webhookGate.verify(new TextEncoder().encode(new TextDecoder().decode(bytes)), headers',
  },
  {
    takesOut: ['without a configured secret every webhook is refused'],
    file: gate,
    find: "if (problem !== undefined) throw new GitferryError('SIGNATURE_INVALID', refusals[problem])",
    replace:
      "if (problem && this.#secrets.length) throw new GitferryError('SIGNATURE_INVALID', refusals[problem])",
  },
  {
    takesOut: ['one of several secrets is enough, so that they can be changed'],
    file: signature,
    find: 'for (const secret of secrets) {',
    replace: 'for (const secret of secrets.slice(0, 1)) {',
  },
  {
    takesOut: ['a signed body that is not valid is 400, an unknown task 404'],
    file: service,
    find: "await findTask(session, task_id, 'task_id')",
    replace: "await findTask(session, 1, 'task_id')",
  },
  {
    takesOut: ['the signature is looked at before the body, the body before the task'],
    file: service,
    find: 'webhookGate.admit(ip)',
    replace: 'webhookGate.admit(ip)\n    parseJsonBody(body as Uint8Array, headers)',
  },
  {
    takesOut: ['the address is looked at first: one that is not allowed is 403'],
    file: gate,
    find: 'if (this.#allowed !== undefined && (',
    replace: 'if (this.#allowed === null && (',
  },
  {
    takesOut: ['the 101st in a minute from one caller is 429 with Retry-After, before the signature'],
    file: 'packages/core/src/webhooks/rate-limiter.ts',
    find: 'count >= this.#perMinute',
    replace: 'count > this.#perMinute',
  },
  {
    takesOut: ['rate_limit is per minute and per caller'],
    file: gate,
    find: 'perMinute: rateLimit,',
    replace: 'perMinute: 100,',
  },
  {
    takesOut: ['these routes need no token, and answer callers from elsewhere'],
    file: 'packages/server/src/middleware/access.ts',
    find: "path.startsWith('/api/webhooks/')",
    replace: "path.startsWith('/api/hooks/')",
  },
  {
    takesOut: ['a repeated delivery id answers its run with "duplicate": true'],
    file: service,
    find: 'if (known !== undefined) {',
    replace: 'if (known === -1) {',
  },
  {
    takesOut: ['a repeated delivery whose run failed starts a new one'],
    file: 'packages/core/src/services/webhook-deliveries.ts',
    find: "return run.status === 'success' || ",
    replace: 'return true || ',
  },
  {
    takesOut: ['X-Request-Id is a delivery id too'],
    file: deliveries,
    find: "['X-GitHub-Delivery', 'X-Request-Id']",
    replace: "['X-GitHub-Delivery']",
  },
  {
    takesOut: ['a delivery without an id starts a run every time'],
    file: deliveries,
    find: 'if (!id) return undefined',
    replace: "if (!id) return 'none'",
  },
  {
    takesOut: ['a repetition within 3 days answers the first run, one after them starts a new one'],
    file: deliveries,
    find: '{ where: { ...key, received_at: { gte: this.#keptSince } } }',
    replace: '{ where: { ...key } }',
  },
  {
    takesOut: ['a repetition within 3 days answers the first run, one after them starts a new one'],
    file: deliveries,
    find: 'const keptMs = 3 *',
    replace: 'const keptMs = 2 *',
  },
  {
    takesOut: ['a repetition while the run goes on answers its run_id'],
    file: deliveries,
    find: ' || !isFinished(run.status)',
    replace: ' || (isFinished(run.status) && !run)',
  },
  {
    takesOut: ['a webhook for a disabled task is 409 and starts nothing'],
    file: service,
    find: 'refuseIdle(task)\n',
    replace: '',
  },
  {
    takesOut: ['the limit of a caller is over after a minute'],
    file: 'packages/core/src/webhooks/rate-limiter.ts',
    find: 'const windowMs = 60_000',
    replace: 'const windowMs = 61_000',
  },
]
