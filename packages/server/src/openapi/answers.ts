import type { Operation } from '@gitferry/core/contract'
import type { Endpoint } from '@gitferry/core/wire'
import type { z } from 'zod'
import type { Components, JsonObject } from './components.ts'

const count: JsonObject = { type: 'integer', minimum: 0 }
const position: JsonObject = { type: 'integer', minimum: 1 }

const object = (properties: Readonly<Record<string, JsonObject>>): JsonObject => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
})

const enveloped = (data: JsonObject): JsonObject =>
  object({ code: { const: 0 }, message: { const: 'success' }, data })

/** One page, or of a documented list everything, when no page was asked for. */
function listOf(item: JsonObject, name: string | null): JsonObject {
  const items: JsonObject = { type: 'array', items: item }
  const paged = object({ items, total: count, page: position, page_size: position })
  if (name === null) return paged
  const whole = object({ [name]: items, total: count })
  return {
    oneOf: [
      { ...whole, description: 'Everything: without `page` and `page_size`' },
      { ...paged, description: 'With `page` or `page_size`' },
    ],
  }
}

/** Event → the schema of its data: what OpenAPI has no word for. */
const dataOf = (events: Readonly<Record<string, z.ZodType>>, components: Components): JsonObject =>
  Object.fromEntries(
    Object.entries(events).map(([name, schema]) => [name, components.schemaOf(schema, 'output')]),
  )

/** What a success holds, by media type. */
export function answerOf(endpoint: Endpoint, { answer }: Operation, components: Components): JsonObject {
  if ('texts' in answer) {
    return Object.fromEntries(
      Object.entries(answer.texts).map(([type, { description, events, example, line }]) => [
        type,
        {
          schema: { type: 'string', description },
          example,
          // what OpenAPI 3.2 calls itemSchema
          ...(line && { 'x-item-schema': components.schemaOf(line, 'output') }),
          ...(events && { 'x-events': dataOf(events, components) }),
        },
      ]),
    )
  }
  const schema = components.schemaOf(answer.schema, 'output')
  const { example } = answer
  if (answer.bare) return { 'application/json': { schema, example } }
  const { list } = endpoint
  if (list === undefined) {
    return {
      'application/json': {
        schema: enveloped(schema),
        example: { code: 0, message: 'success', data: example },
      },
    }
  }
  const paged = { items: [example], total: 1, page: 1, page_size: 20 }
  return {
    'application/json': {
      schema: enveloped(listOf(schema, list)),
      example: {
        code: 0,
        message: 'success',
        data: list === null ? paged : { [list]: [example], total: 1 },
      },
    },
  }
}
