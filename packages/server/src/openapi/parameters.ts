import { z } from 'zod'
import type { Components, JsonObject } from './components.ts'

/** The properties of an object schema as parameters: each with its description, required where the schema says so. */
export function parametersOf(
  place: 'path' | 'query' | 'header',
  fields: z.ZodType | Readonly<Record<string, z.ZodType>> | undefined,
  components: Components,
): JsonObject[] {
  if (fields === undefined) return []
  const object = fields instanceof z.ZodType ? fields : z.object(fields)
  const { properties = {}, required = [] } = components.schemaOf(object, 'input') as {
    properties?: Readonly<Record<string, JsonObject>>
    required?: readonly string[]
  }
  return Object.entries(properties).map(([name, { description, slashes, ...schema }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description !== undefined && { description }),
    // OpenAPI knows no path parameter that holds slashes
    ...(slashes !== undefined && { 'x-may-hold-slashes': true }),
    schema,
  }))
}
