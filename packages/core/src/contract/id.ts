import { z } from 'zod'

const message = 'must be a positive integer'

/** The id of a record: a positive integer up to 2^53 − 1. Never reused. */
export const id = z.int({ error: message }).min(1, message)

/** RFC 3339 in UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
export const timestamp = z.iso.datetime()

/** A full object name: 40 hexadecimal digits (SHA-1) or 64 (SHA-256). */
export const oid = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'must be a full object name')
