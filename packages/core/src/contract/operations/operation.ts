import type { z } from 'zod'
import type { EndpointName, ErrorCode, endpoints } from '../../wire/index.ts'

/** A body that is sent, as JSON. */
export interface OperationBody {
  readonly schema: z.ZodType
  readonly example: unknown
}

/** An answer in JSON. Of a list: one of its items. */
export interface JsonAnswer {
  readonly schema: z.ZodType
  readonly example: unknown
  /** Without the envelope. Default: in its `data`. */
  readonly bare?: true
}

/** An answer in text: media type → what it holds, and an example. */
export interface TextAnswer {
  readonly texts: Readonly<
    Record<
      string,
      {
        readonly description: string
        readonly example: string
        /** The JSON that stands on each line. */
        readonly line?: z.ZodType
        /** Of an event stream: event → the JSON that is its data. */
        readonly events?: Readonly<Record<string, z.ZodType>>
      }
    >
  >
}

/** `{id}` and `{+branch}` in a path → `id | branch`. */
type ParameterNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `+${infer Bare}` ? Bare : Name) | ParameterNames<Rest>
  : never

type PathParameters<Names extends string> = [Names] extends [never]
  ? { readonly path?: undefined }
  : { readonly path: Readonly<Record<Names, z.ZodType>> }

/** What an endpoint takes and answers, in words and schemas: the API’s description is made of it. */
export interface OperationFields {
  /** What it does, without a stop. */
  readonly summary: string
  /** More, in Markdown. */
  readonly description?: string
  /** Header → what it means. */
  readonly headers?: Readonly<Record<string, z.ZodType>>
  /** An object: one query parameter a property. */
  readonly query?: z.ZodType
  readonly body?: OperationBody
  readonly answer: JsonAnswer | TextAnswer
  /** The codes that it can answer, besides those that every endpoint can. */
  readonly errors?: readonly ErrorCode[]
  /** Asks no storage itself; that of tokens is asked all the same. */
  readonly withoutStorage?: true
}

/** An operation without saying of which endpoint. */
export type Operation = OperationFields & { readonly path?: Readonly<Record<string, z.ZodType>> | undefined }

/** One operation an endpoint; its path parameters are those of the endpoint’s path. */
export type Operations = {
  readonly [Name in EndpointName]: OperationFields &
    PathParameters<ParameterNames<(typeof endpoints)[Name]['path']>>
}

/** The operations of one noun. */
export interface OperationGroup<Members extends Partial<Operations> = Partial<Operations>> {
  readonly name: string
  readonly description: string
  readonly operations: Members
}

/** Holds an example to its schema. */
export const sends = <Schema extends z.ZodType>(schema: Schema, example: z.input<Schema>): OperationBody => ({
  schema,
  example,
})

/** Holds an example to its schema. */
export const answers = <Schema extends z.ZodType>(schema: Schema, example: z.output<Schema>): JsonAnswer => ({
  schema,
  example,
})
