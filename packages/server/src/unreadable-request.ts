import { randomUUID } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { GitferryError } from '@gitferry/core/errors'
import type { Logger } from '@gitferry/core/ports'
import { plainAddress } from './address.ts'
import { errorEnvelope } from './middleware/errors.ts'

/** How many header lines a request may have. Node itself would leave the rest out without a word. */
export const maxHeaderLines = 100

/** What was answered without the application, as the request log calls it; `null`: nobody knows. */
export interface UnreadableRequest {
  readonly method: string | null
  /** Without its query, still encoded. */
  readonly path: string | null
  readonly status: number
  readonly ip: string | null
  readonly request_id: string
  readonly error_code: string
}

const tooManyHeaders = (): GitferryError =>
  new GitferryError(
    'HEADERS_TOO_LARGE',
    `The request has more than ${maxHeaderLines} header lines, or more than 16 KiB of them with its address. Send fewer.`,
  )

/** What Node’s parser calls a request that it gives up on, and what that is here. */
function errorOf(code: string | undefined): GitferryError {
  if (code === 'HPE_HEADER_OVERFLOW') return tooManyHeaders()
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new GitferryError(
      'REQUEST_TIMEOUT',
      'The request did not arrive in time: its headers, or its body, took too long. Send it again, faster.',
    )
  }
  return new GitferryError('INVALID_INPUT', 'What was sent is no HTTP request that can be read.')
}

/** Answers, in the envelope, what never became a request; then the connection ends. */
export function answerUnreadableRequest(error: NodeJS.ErrnoException, socket: Socket): UnreadableRequest {
  const { body, fields, headers } = answerOf(errorOf(error.code), socket)
  const head = Object.entries(headers).map((entry) => entry.join(': '))
  const { status } = fields
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('\r\n')}\r\n\r\n${body}`)
  return { ...fields, method: null, path: null }
}

/** Answers, in the envelope, a request with too many header lines; then the connection ends. */
export function answerTooManyHeaders(request: IncomingMessage, response: ServerResponse): UnreadableRequest {
  const { body, fields, headers } = answerOf(tooManyHeaders(), request.socket)
  response.writeHead(fields.status, headers).end(body)
  return { ...fields, method: request.method ?? null, path: request.url?.split('?', 1)[0] ?? null }
}

/** The answer, in the envelope, to a request whose address cannot be read, and what is to be told of it. */
export function answerUnreadableAddress(request: IncomingMessage): {
  readonly answer: Response
  readonly refused: UnreadableRequest
} {
  const error = new GitferryError('INVALID_INPUT', 'The address of the request cannot be read.')
  const { body, fields } = answerOf(error, request.socket)
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }
  return {
    answer: new Response(body, { status: error.status, headers }),
    refused: { ...fields, method: request.method ?? null, path: null },
  }
}

/** The answer for an application that throws instead of answering; the log gets the cause. */
export function answerFailed(cause: unknown, logger: Logger): Response {
  const error = new GitferryError('INTERNAL', 'An internal error happened; the log has its cause.', { cause })
  const request_id = randomUUID()
  logger.error('request failed', { request_id, error })
  return Response.json(errorEnvelope(error, request_id), { status: error.status })
}

function answerOf(error: GitferryError, socket: Socket) {
  const request_id = randomUUID()
  const body = JSON.stringify(errorEnvelope(error, request_id))
  return {
    body,
    headers: {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      'Cache-Control': 'no-store',
      Connection: 'close',
    },
    fields: { status: error.status, ip: addressOf(socket), request_id, error_code: error.code },
  }
}

/** `null`: the connection is gone. */
const addressOf = ({ remoteAddress }: Socket): string | null =>
  remoteAddress === undefined ? null : plainAddress(remoteAddress)
