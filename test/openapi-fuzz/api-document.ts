/** The part of OpenAPI that requests are made from. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: unknown
  readonly items?: Schema
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly pattern?: string
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: Schema
  readonly 'x-may-hold-slashes'?: true
}

export interface Operation {
  readonly operationId: string
  readonly method: string
  /** With `{name}` for each path parameter. */
  readonly path: string
  readonly parameters: readonly Parameter[]
  readonly body: Schema | undefined
  readonly example: unknown
}

interface Described {
  readonly operationId: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: Schema; readonly example?: unknown } }
  }
}

/** The description of an API, as far as somebody needs it who asks at every address. */
export class ApiDocument {
  readonly operations: readonly Operation[]
  readonly #schemas: Readonly<Record<string, Schema>>

  constructor(document: object) {
    const { components, paths } = document as {
      readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
      readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
    }
    this.#schemas = components.schemas
    this.operations = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, { operationId, parameters = [], requestBody }]) => {
        const content = requestBody?.content['application/json']
        return {
          operationId,
          method: method.toUpperCase(),
          path,
          parameters,
          body: content?.schema,
          example: content?.example,
        }
      }),
    )
  }

  /** The schema itself, where it is named elsewhere. */
  resolve(schema: Schema): Schema {
    const name = schema.$ref?.split('/').at(-1)
    return name === undefined ? schema : (this.#schemas[name] ?? {})
  }
}
