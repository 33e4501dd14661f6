import { type ErrorCode, type ErrorEnvelope, errorCodes, errorTitles } from '@gitferry/core/wire'
import type { JsonObject } from './components.ts'

/** What everything under /api can answer: the request was not for this server, or the server is not well. */
export const commonErrors: readonly ErrorCode[] = ['INVALID_INPUT', 'HOST_NOT_ALLOWED', 'ABORTED', 'INTERNAL']

/** What whoever asks the storage can be answered. */
export const storageErrors: readonly ErrorCode[] = ['STORAGE_FAILED', 'CLOSED']

/** What only a caller who needs a credential can be answered; the storage knows which are good. */
export const credentialErrors: readonly ErrorCode[] = ['UNAUTHENTICATED', 'FORBIDDEN', ...storageErrors]

/** What a page of a foreign origin can be answered that would change something. */
export const originErrors: readonly ErrorCode[] = ['ORIGIN_NOT_ALLOWED']

/** What whoever changes the storage can be answered, besides. */
export const changeErrors: readonly ErrorCode[] = ['CONFLICT', 'DISK_FULL']

/** What a request with a body can be answered, besides. */
export const bodyErrors: readonly ErrorCode[] = ['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE']

/** The envelope of an error. */
export const errorSchema: JsonObject = {
  type: 'object',
  properties: {
    code: { type: 'integer', description: 'The HTTP status' },
    message: { type: 'string', description: 'What failed, on what, why, and what to do' },
    data: { type: 'null' },
    error: {
      type: 'object',
      properties: {
        code: { $ref: '#/components/schemas/ErrorCode' },
        details: {
          type: 'object',
          description: 'More, for a program; `field` names the field of the request that is wrong',
          additionalProperties: true,
        },
      },
      required: ['code', 'details'],
    },
    request_id: { type: 'string', description: 'Stands in the log and the audit entry too' },
  },
  required: ['code', 'message', 'data', 'error', 'request_id'],
}

const exampleOf = (code: ErrorCode): ErrorEnvelope => ({
  code: errorCodes[code].status,
  message: `${errorTitles[code]}.`,
  data: null,
  error: { code, details: {} },
  request_id: 'b9d0f5b2-0c1e-4a6d-8f39-1f6f0a2c3d4e',
})

/** The error responses that a document refers to, collected as they are met: many operations share them. */
export class ErrorResponses {
  readonly #responses = new Map<string, JsonObject>()

  /** References for these codes, one a status. Each is named after its codes, in the order of the error table. */
  for(codes: readonly ErrorCode[]): JsonObject {
    const wanted = (Object.keys(errorCodes) as ErrorCode[]).filter((code) => codes.includes(code))
    const byStatus = Map.groupBy(wanted, (code) => errorCodes[code].status)
    return Object.fromEntries(
      [...byStatus].map(([status, some]) => {
        const name = some.join('.')
        this.#responses.set(name, responseOf(status, some))
        return [String(status), { $ref: `#/components/responses/${name}` }]
      }),
    )
  }

  /** By name. */
  get responses(): JsonObject {
    return Object.fromEntries([...this.#responses].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}

const responseOf = (status: number, codes: readonly ErrorCode[]): JsonObject => ({
  description: codes.map((code) => `\`${code}\`: ${errorTitles[code]}`).join('\n\n'),
  content: {
    'application/json': {
      schema: {
        $ref: '#/components/schemas/Error',
        properties: { code: { const: status }, error: { properties: { code: { enum: codes } } } },
      },
      example: exampleOf(codes[0]!),
    },
  },
})
