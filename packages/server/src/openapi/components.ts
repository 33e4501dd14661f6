import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'

/** A JSON Schema, and any other part of an OpenAPI document. */
export interface JsonObject {
  readonly [key: string]: unknown
}

type Aliases = Readonly<Record<string, string>>

/**
 * Leaves out what zod says that tells a reader nothing, or forbids what is accepted: a field that a later version
 * adds, spaces that are trimmed before a text is counted. Adds what is accepted before the rules of the schema
 * (`accepting`).
 */
const tidy: NonNullable<z.core.ToJSONSchemaParams['override']> = ({ jsonSchema, zodSchema }) => {
  if (jsonSchema.additionalProperties === false && !isStrict(zodSchema))
    delete jsonSchema.additionalProperties
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  delete jsonSchema.propertyNames
  if (isTrimmed(zodSchema) && jsonSchema.maxLength !== undefined) {
    jsonSchema.description ??= `At most ${jsonSchema.maxLength} characters, without the spaces around them`
    delete jsonSchema.maxLength
  }
  const { accepts, default: value, description, ...own } = jsonSchema
  if (accepts === undefined) return
  for (const key of Object.keys(jsonSchema)) delete jsonSchema[key]
  Object.assign(jsonSchema, {
    ...(description !== undefined && { description }),
    ...(value !== undefined && { default: value }),
    anyOf: [own, accepts],
  })
}

const isStrict = ({ _zod: { def } }: z.core.$ZodTypes): boolean =>
  def.type === 'object' && def.catchall?._zod.def.type === 'never'

const isTrimmed = ({ _zod: { def } }: z.core.$ZodTypes): boolean =>
  def.type === 'string' && (def.checks ?? []).some((check) => check._zod.def.check === 'overwrite')

/** The schemas that a document refers to by their names (`.meta({ id })`), collected as they are met. */
export class Components {
  readonly #schemas = new Map<string, JsonObject>()
  readonly #aliases = new Map<string, Aliases>()

  /**
   * The schema as JSON Schema: of what is sent (`input`) or answered (`output`). A named one, and what it holds of
   * such, is a reference.
   */
  schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
    const { $defs = {}, $schema: _, ...shown } = z.toJSONSchema(schema, { io, override: tidy })
    for (const [name, named] of Object.entries($defs)) {
      if (!isJsonValue(`#/$defs/${name}`)) this.#add(name, this.#pointed(named) as JsonObject)
    }
    return this.#pointed(shown) as JsonObject
  }

  /** By name; fields that are accepted under another name too are there under both. */
  get schemas(): JsonObject {
    const byName = [...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(
      byName.map(([name, schema]) => [name, withAliases(schema, this.#aliases.get(name) ?? {})]),
    )
  }

  /**
   * The same, its references pointing to where OpenAPI keeps schemas, and other names of fields among the properties;
   * of a named schema they are kept until it is shown.
   */
  #pointed(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((inner) => this.#pointed(inner))
    if (typeof value !== 'object' || value === null) return value
    const { aliases, ...schema } = value as { readonly aliases?: Aliases; readonly $ref?: string }
    const { $ref, ...rest } = Object.fromEntries(
      Object.entries(schema).map(([key, inner]) => [key, this.#pointed(inner)]),
    )
    if (typeof $ref !== 'string' || isJsonValue($ref)) return withAliases(rest, aliases ?? {})
    const name = $ref.slice('#/$defs/'.length)
    if (aliases !== undefined) this.#aliases.set(name, aliases)
    return { $ref: `#/components/schemas/${name}`, ...rest }
  }

  #add(name: string, schema: JsonObject): void {
    const known = this.#schemas.get(name)
    if (known !== undefined && !isDeepStrictEqual(known, schema)) {
      throw new Error(`two schemas are named ${name}; what is sent and what is answered differ`)
    }
    this.#schemas.set(name, schema)
  }
}

/** A field that is required may come under either of its names. */
function withAliases(schema: JsonObject, aliases: Aliases): JsonObject {
  const names = Object.entries(aliases)
  if (names.length === 0) return schema
  const {
    properties = {},
    required = [],
    ...rest
  } = schema as {
    readonly properties?: Readonly<Record<string, JsonObject>>
    readonly required?: readonly string[]
  }
  const others = names.map(([alias, field]) => [
    alias,
    { ...properties[field], deprecated: true, description: `Another name of \`${field}\`` },
  ])
  const either = names.filter(([, field]) => required.includes(field))
  const always = required.filter((field) => !either.some(([, other]) => other === field))
  return {
    ...rest,
    properties: { ...properties, ...Object.fromEntries(others) },
    ...(always.length > 0 && { required: always }),
    ...(either.length > 0 && {
      allOf: either.map(([alias, field]) => ({ anyOf: [{ required: [field] }, { required: [alias] }] })),
    }),
  }
}

/** zod names a recursive schema that has no name: `z.json()`, which is any JSON value. */
const isJsonValue = (reference: unknown): boolean => String(reference).startsWith('#/$defs/__')
