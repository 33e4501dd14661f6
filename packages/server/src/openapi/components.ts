import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'

/** A JSON Schema, and any other part of an OpenAPI document. */
export interface JsonObject {
  readonly [key: string]: unknown
}

type Aliases = Readonly<Record<string, string>>

/** Leaves out what zod says that tells a reader nothing, or forbids a field that a later version adds. */
const tidy: NonNullable<z.core.ToJSONSchemaParams['override']> = ({ jsonSchema }) => {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  delete jsonSchema.propertyNames
}

/** The schemas that a document refers to by their names (`.meta({ id })`), collected as they are met. */
export class Components {
  readonly #schemas = new Map<string, JsonObject>()
  readonly #aliases = new Map<string, Aliases>()

  /**
   * The schema as JSON Schema: of what is sent (`input`) or answered (`output`). A named one, and what it holds of
   * such, is a reference.
   */
  schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
    const { $defs = {}, $schema: _, aliases, ...shown } = z.toJSONSchema(schema, { io, override: tidy })
    for (const [name, named] of Object.entries($defs)) {
      if (!isJsonValue(`#/$defs/${name}`)) this.#add(name, pointed(named) as JsonObject)
    }
    if (aliases !== undefined) this.#aliases.set(shown.$ref?.split('/').at(-1) ?? '', aliases as Aliases)
    return pointed(shown) as JsonObject
  }

  /** By name; fields that are accepted under another name too are there under both. */
  get schemas(): JsonObject {
    const byName = [...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(
      byName.map(([name, schema]) => [name, withAliases(schema, this.#aliases.get(name) ?? {})]),
    )
  }

  #add(name: string, schema: JsonObject): void {
    const known = this.#schemas.get(name)
    if (known !== undefined && !isDeepStrictEqual(known, schema)) {
      throw new Error(`two schemas are named ${name}; what is sent and what is answered differ`)
    }
    this.#schemas.set(name, schema)
  }
}

function withAliases(schema: JsonObject, aliases: Aliases): JsonObject {
  const names = Object.entries(aliases)
  if (names.length === 0) return schema
  const properties = schema.properties as Readonly<Record<string, JsonObject>>
  const others = names.map(([alias, field]) => [
    alias,
    { ...properties[field], deprecated: true, description: `Another name of \`${field}\`` },
  ])
  return { ...schema, properties: { ...properties, ...Object.fromEntries(others) } }
}

/** zod names a recursive schema that has no name: `z.json()`, which is any JSON value. */
const isJsonValue = (reference: unknown): boolean => String(reference).startsWith('#/$defs/__')

/** The same, its references pointing to where OpenAPI keeps schemas. */
function pointed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pointed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !(key === '$ref' && isJsonValue(inner)))
      .map(([key, inner]) => [
        key,
        key === '$ref' ? String(inner).replace('#/$defs/', '#/components/schemas/') : pointed(inner),
      ]),
  )
}
