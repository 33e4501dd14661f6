import { health, readiness } from '@gitferry/core/contract'
import type { ErrorCode } from '@gitferry/core/wire'
import { type PageName, pageAddresses } from '../pages/addresses.ts'
import { docsFiles, docsPage } from '../pages/docs-files.ts'
import type { Components, JsonObject } from './components.ts'
import { credentialErrors, type ErrorResponses } from './errors.ts'

const errors: readonly ErrorCode[] = ['INVALID_INPUT', 'HOST_NOT_ALLOWED', 'INTERNAL']

const text = (type: string, description: string, example: string): JsonObject => ({
  description: 'Success',
  content: {
    [type]: { schema: { type: 'string', description }, example },
  },
})

/** The files by their media types; each is its own example, told by its address beside the document’s. */
const docsContent = Object.fromEntries(
  [...Map.groupBy(Object.entries(docsFiles), ([, { type }]) => type)].map(([type, files]) => [
    type,
    {
      schema: { type: 'string' },
      examples: Object.fromEntries(files.map(([name]) => [name, { externalValue: `./docs/${name}` }])),
    },
  ]),
)

/** What the server answers beside the API itself, without an envelope. */
export function pageOperations(
  components: Components,
  errorResponses: ErrorResponses,
): Record<PageName, JsonObject> {
  const json = (description: string, schema: JsonObject, example: unknown): JsonObject => ({
    description,
    content: { 'application/json': { schema, example } },
  })
  const ready = components.schemaOf(readiness, 'output')
  const open = (summary: string, responses: JsonObject): JsonObject => ({
    summary,
    responses: { ...responses, ...errorResponses.for(errors) },
  })
  const closed = (summary: string, responses: JsonObject): JsonObject => ({
    summary,
    responses: { ...responses, ...errorResponses.for([...errors, ...credentialErrors]) },
  })
  return {
    healthz: open('Say that the process is up', {
      200: json('Success', components.schemaOf(health, 'output'), { status: 'ok' }),
    }),
    readyz: open('Say whether the server can do its work', {
      200: json('Every part answers', ready, {
        status: 'ready',
        checks: { storage: 'ok', git: 'ok', scheduler: 'ok' },
      }),
      503: json('It is starting or stopping, or a part does not answer', ready, {
        status: 'failing',
        checks: { storage: 'failing', git: 'ok', scheduler: 'ok' },
      }),
    }),
    metrics: closed('Show metrics for Prometheus', {
      200: text('text/plain', 'The text format, version 0.0.4', 'gitferry_runs_in_progress 0\n'),
    }),
    openapi: closed('Show this document', {
      200: json('Success', { type: 'object', additionalProperties: true }, { openapi: '3.1.1' }),
    }),
    docs: closed('Show this document as a page', { 200: text('text/html', 'The page', docsPage) }),
    docsFile: {
      ...closed('A file of that page', {
        200: {
          description: 'Success',
          content: docsContent,
        },
        304: { description: 'The caller has it already' },
        ...errorResponses.for(['NOT_FOUND']),
      }),
      parameters: [{ name: 'file', in: 'path', required: true, schema: { enum: Object.keys(docsFiles) } }],
    },
  }
}

export const pageNames = Object.keys(pageAddresses) as PageName[]
