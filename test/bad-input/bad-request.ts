/** One request that must be refused, as raw HTTP: a client would not send some of them. */
export interface BadRequest {
  readonly rule: string
  readonly method: string
  readonly path: string
  /** Sent as JSON, or as it is when it is text. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly status: number
  readonly code: string
  /** What `error.details.field` and the message must name. */
  readonly field?: string
}
