import { z } from 'zod'

/**
 * Accepts values that `read` turns into what `schema` takes. `also` says which, as JSON Schema, for the API’s
 * description: a function cannot be shown.
 */
export const accepting = <Schema extends z.ZodType>(
  also: z.core.JSONSchema.BaseSchema,
  read: (value: unknown) => unknown,
  schema: Schema,
) => z.preprocess(read, schema).meta({ accepts: also })

/** An empty text, and null, count as `meaning`; a union would hide which rule a value breaks. */
export const emptyAs = <Schema extends z.ZodType>(meaning: string | null, schema: Schema) =>
  accepting({ enum: ['', null] }, (value) => (value === '' || value === null ? meaning : value), schema)
