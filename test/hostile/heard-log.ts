import { inspect } from 'node:util'
import type { Logger } from '@gitferry/core/ports'

/** A logger that keeps what it is told. */
export interface HeardLog extends Logger {
  /** Lines of the level `error`: something that should never be. */
  readonly errors: readonly string[]
  /** Every line, of all levels. */
  readonly lines: readonly string[]
}

export function heardLog(): HeardLog {
  const lines: string[] = []
  const errors: string[] = []
  const written = (message: string, fields: unknown): string => `${message} ${inspect(fields, { depth: 6 })}`
  const hear = (message: string, fields: unknown): void => void lines.push(written(message, fields))
  return {
    lines,
    errors,
    debug: hear,
    info: hear,
    warn: hear,
    error(message, fields) {
      hear(message, fields)
      errors.push(written(message, fields))
    },
  }
}
