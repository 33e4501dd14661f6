import { headersOf, lfsMediaType } from './endpoint.ts'
import { lfsFailed } from './lfs-failed.ts'

/** One thing to be done at a server: fetch, store or confirm an object. */
export interface LfsAction {
  readonly kind: 'download' | 'upload' | 'verify'
  readonly oid: string
  readonly href: string
  readonly headers: Readonly<Record<string, string>>
}

/** What a server says of one object that it does not give or take. */
export interface LfsObjectError {
  readonly oid: string
  /** As an HTTP status: 404 unknown, 410 removed, 409, 422. */
  readonly code: number
  readonly message: string
}

export interface ReadBatch {
  /** What git-lfs is told instead of the server’s own words. */
  readonly answer: string
  readonly errors: readonly LfsObjectError[]
}

const kinds = ['download', 'upload', 'verify'] as const

/**
 * Reads a server’s answer to a batch request (docs/api/batch.md) and writes it anew, with an address of our own in the
 * place of every `href`, which may name any host: that is how LFS storage works. Its headers stay here. Pure, but for
 * `addressOf`, which is told every action.
 * @throws LFS_FAILED when it is no such answer, or wants a transfer that was not offered
 */
export function readBatch(text: string, addressOf: (action: LfsAction) => string): ReadBatch {
  const given = parse(text)
  if (!['basic', undefined, null, ''].includes(given.transfer as string)) {
    throw protocol('it wants a kind of transfer that was not offered')
  }
  if (!Array.isArray(given.objects)) throw protocol('its answer has no list of objects')
  const errors: LfsObjectError[] = []
  const objects = given.objects.map((object: Fields) => {
    const { oid, size, error } = object ?? {}
    if (typeof oid !== 'string') throw protocol('an object in its answer has no oid')
    if (isFields(error)) {
      const code = Number(error.code)
      errors.push({ oid, code, message: String(error.message ?? '') })
      return { oid, size, error: { code, message: 'refused by the server' } }
    }
    return { oid, size, authenticated: true, actions: rewrite(oid, object.actions, addressOf) }
  })
  return { answer: JSON.stringify({ transfer: 'basic', objects, hash_algo: 'sha256' }), errors }
}

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

function parse(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text)
    if (isFields(value)) return value
  } catch (cause) {
    throw protocol('its answer is not JSON', cause)
  }
  throw protocol('its answer is no object')
}

function rewrite(oid: string, actions: unknown, addressOf: (action: LfsAction) => string): Fields {
  if (!isFields(actions)) return {}
  return Object.fromEntries(
    kinds.flatMap((kind) => {
      const { [kind]: action } = actions
      if (!isFields(action) || typeof action.href !== 'string') return []
      const headers = headersOf(action.header)
      return [[kind, { href: addressOf({ kind, oid, href: action.href, headers }) }]]
    }),
  )
}

/** What a server says in an error: `{"message": …}`. Pure; one short line, or nothing. */
export function messageOf(body: string): string {
  try {
    const { message } = JSON.parse(body)
    return typeof message === 'string' ? message.replace(/[\p{C}\s]+/gu, ' ').slice(0, 200) : ''
  } catch {
    // a web page: of use to nobody here
    return ''
  }
}

const protocol = (why: string, cause?: unknown) =>
  lfsFailed(`the server breaks the rules of ${lfsMediaType}: ${why}`, { reason: 'protocol', cause })
