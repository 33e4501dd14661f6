import type { EndpointRight } from '@gitferry/core/wire'
import type { JsonObject } from './components.ts'

/** How a token is shown. */
export const securitySchemes: JsonObject = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A token of gitferry’s' },
  authToken: { type: 'apiKey', in: 'header', name: 'X-Auth-Token', description: 'The same token' },
}

/** What an operation asks of its caller, for programs and, in the description, for people. */
export function securityOf({ scope, within, byRole }: EndpointRight, description?: string): JsonObject {
  if (scope === 'open') return { ...(description !== undefined && { description }), security: [] }
  const orRole = byRole ? ', or a role in the repository or project that gives as much' : ''
  const needs = `Needs the scope \`${scope}\`${orRole}${within ? '' : ', and a token that is not restricted to some repositories'}.`
  return {
    description: description === undefined ? needs : `${description}\n\n${needs}`,
    security: [{ bearer: [] }, { authToken: [] }],
    'x-scope': scope,
  }
}
