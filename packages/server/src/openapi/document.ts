import { errorCode, type Operation, operationGroups } from '@gitferry/core/contract'
import { type Endpoint, type EndpointName, endpoints } from '@gitferry/core/wire'
import { type PageAddress, pageAddresses } from '../pages/addresses.ts'
import { packageVersion } from '../version.ts'
import { Components, type JsonObject } from './components.ts'
import { ErrorResponses, errorSchema } from './errors.ts'
import { operationIdOf, operationObject } from './operation-object.ts'
import { pageNames, pageOperations } from './page-operations.ts'
import { securityOf, securitySchemes } from './security.ts'

const description = `Keeps git repositories in step between remotes.

Answers are \`{ "code": 0, "message": "success", "data": … }\`; errors have their HTTP status as \`code\`, \`data: null\`,
and \`error.code\` for a program. Ids are positive integers, times RFC 3339 in UTC, absent values \`null\`.

Lists take \`page\` (from 1) and \`page_size\` (1 to 100, default 20). The documented lists answer everything, under the
noun's own name, when neither is given; all others are always paged.

Callers show a token: \`Authorization: Bearer …\`, or \`X-Auth-Token: …\`. Make the first one where the server runs, with
\`gitferry token create --name … --scope member|read|write|admin\`, and others there or at \`POST /api/v1/tokens\`; the text of a
token is shown once. Until the first one is made, callers on the server’s own machine are answered without; from then
on every caller is asked for one. Each operation tells by \`x-scope\` which scope it needs: \`write\` holds \`read\`, and
\`admin\` holds both. A token of the scope \`member\` does what the roles of its user in repositories and projects give, at
the operations that say so; where the role does not reach, that is 403 \`ROLE_MISSING\`. A token may be restricted to some
repositories. What is not a good token is 401 \`UNAUTHENTICATED\`, what a token does not reach 403 \`FORBIDDEN\`. An event
stream breaks off within 30 s after its token was revoked.

Of an event stream, \`x-events\` tells each event by its name with the JSON Schema of its data; of lines of JSON,
\`x-item-schema\` tells the schema of one.`

const serverTag = { name: 'server', description: 'The server itself; without an envelope.' }

/**
 * The description of the HTTP API, an OpenAPI 3.1 document, made of the contract's own schemas by zod's own
 * `toJSONSchema`. (@hono/zod-openapi would describe as well, but validates in the routes; here the services validate,
 * in process and behind HTTP alike, and the server carries values through unchecked.)
 */
export function apiDocument(): JsonObject {
  const components = new Components()
  const errorResponses = new ErrorResponses()
  // named whether or not an answer holds one: every error does
  components.schemaOf(errorCode, 'output')
  const described = new Map<string, JsonObject>()
  for (const { name: tag, operations } of operationGroups) {
    for (const [key, operation] of Object.entries<Operation>(operations)) {
      const name = key as EndpointName
      const endpoint: Endpoint = endpoints[name]
      described.set(name, operationObject(name, endpoint, operation, { components, errorResponses, tag }))
    }
  }
  const paths: Record<string, Record<string, JsonObject>> = {}
  const place = ({ method, path }: Endpoint, operation: JsonObject) => {
    const plain = path.replace('{+', '{')
    paths[plain] = { ...paths[plain], [method.toLowerCase()]: operation }
  }
  for (const [name, endpoint] of Object.entries<Endpoint>(endpoints)) place(endpoint, described.get(name)!)
  const pages = pageOperations(components, errorResponses)
  for (const name of pageNames) {
    const { right, ...address }: PageAddress = pageAddresses[name]
    place(address, {
      operationId: operationIdOf(name),
      tags: [serverTag.name],
      ...securityOf(right),
      ...pages[name],
    })
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'gitferry',
      version: packageVersion().slice(1),
      description,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [...operationGroups.map(({ name, description }) => ({ name, description })), serverTag],
    paths,
    components: {
      schemas: { ...components.schemas, Error: errorSchema },
      responses: errorResponses.responses,
      securitySchemes,
    },
  }
}

/** The document as it is served and checked in. */
export const apiDocumentText = (): string => `${JSON.stringify(apiDocument(), null, 2)}\n`
