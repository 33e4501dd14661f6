import { apiDocument } from '../../packages/server/src/openapi/document.ts'

/** One value that an endpoint takes from its caller. */
export interface InputField {
  /** The endpoint, by the operation’s id (`syncTasksCreate`). */
  readonly operationId: string
  /** `path.id`, `query.page`, `body.refs[]`, `body.config.*`, `header.X-Request-Id`. */
  readonly place: string
  /** Whether any text may stand there; else it is a number, a word of a list, or a yes or no. */
  readonly isText: boolean
}

export interface Schema {
  readonly $ref?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly additionalProperties?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
}

export interface Place {
  readonly at: string
  readonly isText: boolean
}

interface Operation {
  readonly operationId: string
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
}

const isText = ({ type, enum: words, const: word }: Schema): boolean =>
  words === undefined && word === undefined && (type === undefined || [type].flat().includes('string'))

/** The places of a schema where a single value stands: through properties, lists, records and alternatives. */
export function placesOf(schema: Schema, at: string, named: (reference: string) => Schema): Place[] {
  if (schema.$ref !== undefined) return placesOf(named(schema.$ref), at, named)
  const { properties = {}, items, additionalProperties, anyOf = [], oneOf = [], allOf = [] } = schema
  const inner = [
    ...Object.entries(properties).flatMap(([name, each]) => placesOf(each, `${at}.${name}`, named)),
    ...(items === undefined ? [] : placesOf(items, `${at}[]`, named)),
    // a record: any name, any value
    ...(additionalProperties === undefined || additionalProperties === false
      ? []
      : [{ at: `${at}.*`, isText: true }]),
    ...[...anyOf, ...oneOf, ...allOf].flatMap((each) => placesOf(each, at, named)),
  ]
  if (inner.length > 0) return inner
  // part of an alternative that names what is required, and takes nothing by itself
  return at.includes('.') && !('required' in schema) ? [{ at, isText: isText(schema) }] : []
}

/** Every value that any endpoint of the API takes, once. Made of the contract’s schemas, other names of fields included. */
export function inputFields(): readonly InputField[] {
  const { paths, components } = apiDocument() as unknown as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
    readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
  }
  const named = (reference: string): Schema => components.schemas[reference.split('/').at(-1) ?? ''] ?? {}
  return Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .flatMap(({ operationId, parameters = [], requestBody }) => {
      const body = requestBody?.content['application/json']?.schema
      const places = [
        ...parameters.flatMap(({ name, in: where, schema }) => placesOf(schema, `${where}.${name}`, named)),
        ...(body === undefined ? [] : placesOf(body, 'body', named)),
      ]
      return [...new Set(places.map(({ at }) => at))].map((place) => ({
        operationId,
        place,
        isText: places.some(({ at, isText }) => at === place && isText),
      }))
    })
}
