import type { Operation } from '@gitferry/core/contract'
import { type Endpoint, type EndpointName, endpointRights } from '@gitferry/core/wire'
import { answerOf } from './answers.ts'
import type { Components, JsonObject } from './components.ts'
import {
  bodyErrors,
  changeErrors,
  commonErrors,
  credentialErrors,
  type ErrorResponses,
  originErrors,
  storageErrors,
} from './errors.ts'
import { parametersOf } from './parameters.ts'
import { securityOf } from './security.ts'

/** `sync.tasks.create` → `syncTasksCreate`. */
export const operationIdOf = (name: string): string =>
  name.replace(/\.(\w)/g, (_, letter: string) => letter.toUpperCase())

/** One endpoint as OpenAPI describes it. */
export function operationObject(
  name: EndpointName,
  endpoint: Endpoint,
  operation: Operation,
  shared: {
    readonly components: Components
    readonly errorResponses: ErrorResponses
    readonly tag: string
  },
): JsonObject {
  const { components, errorResponses, tag } = shared
  const { body, description, errors = [], headers, path, query, summary, withoutStorage } = operation
  const right = endpointRights[name]
  const isHarmless = endpoint.method === 'GET'
  const parameters = [
    ...parametersOf('path', path, components),
    ...parametersOf('query', query, components),
    ...parametersOf('header', headers, components),
  ]
  return {
    operationId: operationIdOf(name),
    tags: [tag],
    summary,
    ...securityOf(right, description),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: components.schemaOf(body.schema, 'input'),
            example: body.example,
          },
        },
      },
    }),
    responses: {
      200: { description: 'Success', content: answerOf(endpoint, operation, components) },
      ...errorResponses.for([
        ...commonErrors,
        ...(withoutStorage ? [] : storageErrors),
        ...(right.scope === 'open' ? [] : credentialErrors),
        ...(isHarmless ? [] : originErrors),
        ...(isHarmless || withoutStorage ? [] : changeErrors),
        ...(body === undefined ? [] : bodyErrors),
        ...errors,
      ]),
    },
  }
}
