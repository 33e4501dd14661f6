import type { ErrorCode, GitferryError } from '@gitferry/core/errors'
import { type SentFields, sentMessage } from './sent-fields.ts'

/** A refusal as CodeArts Repo words it: `{"error":{code,message},"status":"failed"}` under an HTTP status. */
export interface Failure {
  readonly status: 400 | 401 | 403 | 404 | 409 | 500 | 504
  /** One of the codes that are published: https://support.huaweicloud.com/api-codeartsrepo/ErrorCode.html */
  readonly code: string
  readonly message: string
  /** When the same request may do, where that is known. */
  readonly retryAfterSeconds?: number | undefined
}

type Kind = Pick<Failure, 'status' | 'code'>

/** What is published for one operation and no other; nothing where it is as everywhere. */
export type OwnFailures = (error: GitferryError) => Kind | undefined

const invalid: Kind = { status: 400, code: 'CH.010001' }
const noPermission: Kind = { status: 401, code: 'CH.080401' }
const forbidden: Kind = { status: 403, code: 'CH.080403' }
const notFound: Kind = { status: 404, code: 'CH.000404' }
/** Published for AddSshKey alone; every other duplicate is a parameter that cannot be taken. */
const keyExists: Kind = { status: 409, code: 'CH.080002' }
const unknown: Kind = { status: 500, code: 'CH.000001' }
const timedOut: Kind = { status: 504, code: 'CH.080504' }

const byCode: Readonly<Partial<Record<ErrorCode, Kind>>> = {
  ROLE_MISSING: noPermission,
  REF_PROTECTED: noPermission,
  UNAUTHENTICATED: noPermission,
  METHOD_NOT_ALLOWED: notFound,
  PUBLIC_KEY_EXISTS: keyExists,
  // nobody names a path of this machine here: the repository itself is at fault
  NOT_A_REPOSITORY: unknown,
  PATH_OUTSIDE_ROOTS: unknown,
  PATH_NOT_OWNED: unknown,
  // what was named is out of reach just now; every other 502 is what a remote said of what was sent
  GIT_UNREACHABLE: timedOut,
  NOTIFIER_UNREACHABLE: timedOut,
}

/** By gitferry’s own status, where a code has no line of its own: what the caller sent, or who they are. */
const byStatus: Readonly<Partial<Record<number, Kind>>> = {
  400: invalid,
  401: noPermission,
  403: forbidden,
  404: notFound,
  // what may do a moment later has no code of its own but this one
  408: timedOut,
  409: invalid,
  413: invalid,
  415: invalid,
  429: timedOut,
  431: invalid,
  499: timedOut,
  502: invalid,
  503: timedOut,
  504: timedOut,
}

/** What a message may not tell, because it is about this server and not about the request. */
const hidden: Readonly<Partial<Record<number, string>>> = { 500: 'Unknown error', 504: 'Gateway Timeout' }

const bare = 'No Permission. Ask an admin of the repository or project for a role in it.'

interface Told {
  readonly failures?: OwnFailures | undefined
  readonly fields?: SentFields | undefined
}

/**
 * How a failure of gitferry’s is told to a client of CodeArts Repo: the published code and HTTP status. What is published
 * for one operation alone stands with the operation: what is its `failures`, and what its request calls the `fields` of
 * the services. Pure.
 */
export function failureOf(error: GitferryError, { failures, fields }: Told = {}): Failure {
  const kind = failures?.(error) ?? byCode[error.code] ?? byStatus[error.status] ?? unknown
  const { held, retry_after_seconds: after } = error.details
  return {
    ...kind,
    // whoever has no role is told nothing of what is there
    message: held === null ? bare : (hidden[kind.status] ?? sentMessage(error, fields)),
    ...(typeof after === 'number' && { retryAfterSeconds: after }),
  }
}
