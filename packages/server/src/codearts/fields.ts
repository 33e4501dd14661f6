import { z } from 'zod'

/** Ids, counts and pages are 32-bit in the vendor’s clients. */
export const maxInteger = 2_147_483_647

const written = /^(?:0|[1-9]\d{0,9})$/

const rangeText = (min: number, max: number): string =>
  max === maxInteger && min === 1 ? 'must be a positive integer' : `must be an integer from ${min} to ${max}`

/** An integer in a path or query: one spelling a number, so that `01` is none. */
export function integerText(min: number, max: number = maxInteger) {
  const message = rangeText(min, max)
  return z
    .string({ error: message })
    .refine((text) => written.test(text) && Number(text) >= min && Number(text) <= max, message)
    .transform(Number)
}

/** An integer in a body. */
export const integer = (min: number, max: number = maxInteger) => {
  const message = rangeText(min, max)
  return z.int({ error: message }).min(min, message).max(max, message)
}

/** One that the published examples send as text and the tables call a number. */
export const integerOrText = (min: number, max: number = maxInteger) =>
  z.union([integer(min, max), integerText(min, max)], { error: rangeText(min, max) })

export function oneOfIntegers<Value extends number>(...values: readonly [Value, ...Value[]]) {
  return z.literal(values, { error: `must be one of ${values.join(', ')}` })
}

/** As `integerOrText`, of a few values. */
export function oneOfIntegersOrTexts<Value extends number>(...values: readonly [Value, ...Value[]]) {
  const message = `must be one of ${values.join(', ')}`
  return z.union([z.number(), z.string()], { error: message }).transform((given, context) => {
    const found = values.find((value) => given === value || given === String(value))
    if (found !== undefined) return found
    context.issues.push({ code: 'custom', input: given, message })
    return z.NEVER
  })
}

export function text(min: number, max: number) {
  const schema = z.string({ error: 'must be text' }).max(max, `must have at most ${max} characters`)
  if (min === 0) return schema
  return schema.min(min, min === 1 ? 'must not be empty' : `must have at least ${min} characters`)
}

/** An absent field, and one that is null. */
export const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined)

/** 32 digits and letters; gitferry’s are hexadecimal, so that no other is found. */
export const uuid = z
  .string({ error: 'must be 32 digits and letters' })
  .regex(/^[0-9a-z]{32}$/, 'must be 32 digits and letters')

/** The short id of a repository, or of another record. */
export const shortId = integerText(1)

/** The id of a key, in digits. */
export const keyId = z
  .string({ error: 'must be 1 to 40 digits' })
  .regex(/^\d{1,40}$/, 'must be 1 to 40 digits')

/** In a query, a repeated parameter arrives as a list. */
export const flagText = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .transform((given) => given === 'true')
