import type { z } from 'zod'
import { GitferryError } from '../wire/gitferry-error.ts'

/**
 * A zod failure as the error that callers see: the message names every field, `details.field` the first one,
 * `details.fields` all of them. What the caller sent is not echoed.
 */
export function invalidInput(error: z.ZodError): GitferryError {
  const fields = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((field) => ({ field, message: 'is not known' }))
      : [{ field: issue.path.map(String).join('.') || 'body', message: issue.message }],
  )
  const message = fields.map(({ field, message }) => `${field}: ${message}`).join('; ')
  const code = error.issues.every((issue) => issue.code === 'custom' && issue.params?.code === 'REF_INVALID')
    ? 'REF_INVALID'
    : 'INVALID_INPUT'
  return new GitferryError(code, message, { details: { field: fields[0]?.field, fields } })
}

/** Checks `input` against `schema`. @throws INVALID_INPUT, or REF_INVALID when nothing but a ref name is wrong. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input)
  if (!result.success) throw invalidInput(result.error)
  return result.data
}
