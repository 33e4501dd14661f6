import type { EndpointName } from '@gitferry/core/wire'
import type { z } from 'zod'
import type { ServedGitferry } from '../served.ts'
import type { OwnFailures } from './failure.ts'
import type { PublicUrls } from './public-urls.ts'
import type { SentFields } from './sent-fields.ts'

type Output<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined

/** One request, checked. */
export interface CodeArtsCall<Path, Query, Body> {
  /** gitferry, on behalf of the caller. */
  readonly gitferry: ServedGitferry
  readonly path: Output<Path>
  readonly query: Output<Query>
  readonly body: Output<Body>
  /** Where this server and its repositories are reached. */
  readonly urls: PublicUrls
  /** Fires when the caller goes away: for what only reads. */
  readonly signal: AbortSignal
}

/** What `mount` needs to know of an operation. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** `{name}` is one segment, `{+name}` one or several. More than one where the vendor has published more than one. */
  readonly paths: readonly string[]
  readonly path?: z.ZodType | undefined
  readonly query?: z.ZodType | undefined
  readonly body?: z.ZodType | undefined
  /** Of one that changes something: the endpoint whose change it is, as the audit log names it. */
  readonly changes?: EndpointName | undefined
  /** What the request calls the fields of the services that it asks, where that is something else. */
  readonly fields?: SentFields | undefined
  /** What is published for this operation and no other. */
  readonly failures?: OwnFailures | undefined
  /** Answers the `result`, nothing where there is none, or a whole response. */
  answer(call: CodeArtsCall<z.ZodType, z.ZodType, z.ZodType>): Promise<unknown>
}

interface Definition<Path, Query, Body> extends Omit<Operation, 'path' | 'query' | 'body' | 'answer'> {
  readonly path?: Path
  readonly query?: Query
  readonly body?: Body
  answer(call: CodeArtsCall<Path, Query, Body>): Promise<unknown>
}

/** Lets the schemas of an operation type its call. */
export function operation<
  Path extends z.ZodType | undefined = undefined,
  Query extends z.ZodType | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(definition: Definition<Path, Query, Body>): Operation {
  return definition as Operation
}
