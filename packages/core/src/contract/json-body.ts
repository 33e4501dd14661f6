import { GitferryError } from '../wire/gitferry-error.ts'

/** The headers of a request: those of `fetch`, or anything that can be asked like them. */
export interface RequestHeaders {
  get(name: string): string | null | undefined
}

const json = /^application\/json(?:\s*;\s*charset=(?:utf-8|"utf-8"))?\s*;?$/i
const maxDepth = 100

/** Names through which a careless merge would reach the prototype of every object. */
const forbidden = new Set(['__proto__', 'constructor', 'prototype'])

/** Strings (with the colon, where one is a key) and brackets: all that nesting and keys depend on. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[[\]{}]/g

/**
 * The fields of a request’s body, read strictly: one JSON object in UTF-8 without a byte order mark, no field given
 * twice, at most 100 levels deep. A field through which a prototype could be reached is left out. What the fields mean
 * is for the services to check.
 * @throws UNSUPPORTED_MEDIA_TYPE when it is not declared as application/json, or compressed; INVALID_INPUT naming `body`
 */
export function parseJsonBody(bytes: Uint8Array, headers: RequestHeaders): Record<string, unknown> {
  const contentType = headers.get('Content-Type') ?? null
  if (contentType !== null && !json.test(contentType.trim())) throw unsupported()
  if ((headers.get('Content-Encoding') ?? null) !== null) throw unsupported()
  if (bytes.byteLength === 0) throw invalid('is missing; send a JSON object')
  // a page may send a body without a type to any address, and with application/json to none (CORS)
  if (contentType === null) throw unsupported()
  const text = decode(bytes)
  const parsed = parse(text)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw invalid('must be a JSON object')
  }
  checkStructure(text)
  return JSON.parse(text, (key, inner: unknown) => (forbidden.has(key) ? undefined : inner))
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw invalid('must be UTF-8')
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid('must be valid JSON')
  }
}

function checkStructure(text: string): void {
  // one entry for each open bracket: the keys of an object, undefined for an array
  const open: (Set<string> | undefined)[] = []
  for (const [piece, colon] of text.matchAll(token)) {
    if (piece === '{' || piece === '[') {
      open.push(piece === '{' ? new Set() : undefined)
      if (open.length > maxDepth) throw invalid(`must not nest deeper than ${maxDepth} levels`)
    } else if (piece === '}' || piece === ']') {
      open.pop()
    } else if (colon !== undefined) {
      const key = JSON.parse(piece.slice(0, -colon.length)) as string
      const keys = open.at(-1)
      if (keys?.has(key)) throw invalid('must not hold a field twice')
      keys?.add(key)
    }
  }
}

function invalid(problem: string): GitferryError {
  return new GitferryError('INVALID_INPUT', `body: ${problem}`, {
    details: { field: 'body', fields: [{ field: 'body', message: problem }] },
  })
}

function unsupported(): GitferryError {
  return new GitferryError(
    'UNSUPPORTED_MEDIA_TYPE',
    'The request body must be application/json in UTF-8, not compressed.',
    { details: { field: 'body' } },
  )
}
