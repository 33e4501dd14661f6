import type { Logger } from '@gitferry/core/ports'
import { pino, stdSerializers, stdTimeFunctions } from 'pino'

export type LogLevel = keyof Logger
export type LogFormat = 'pretty' | 'json'

export interface LoggerOptions {
  /** The least important level that is written. */
  readonly level: LogLevel
  /** `json`: one object a line. `pretty`: one line for people, and the stack of an error below it. */
  readonly format: LogFormat
  /** Gets whole lines, with their line end. */
  readonly write: (line: string) => void
}

const quoted = (value: unknown): string =>
  typeof value === 'string' && /^[\w./:@+-]+$/.test(value) ? value : JSON.stringify(value)

/** Control characters, which could forge lines or drive a terminal, as escapes. */
const harmless = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** One JSON line of pino’s as people like to read it. */
function pretty(line: string): string {
  const { time, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>
  const stacks: string[] = []
  const words = Object.entries(fields).map(([name, value]) => {
    const stack = (value as { stack?: unknown } | null)?.stack
    if (typeof stack !== 'string') return `${name}=${harmless(quoted(value))}`
    stacks.push(...stack.split('\n').map((text) => `  ${harmless(text)}\n`))
    return `${name}=${harmless(quoted((value as { message?: unknown }).message))}`
  })
  const head = [String(time).slice(11, 19), String(level).toUpperCase().padEnd(5), harmless(String(msg))]
  return `${[...head, ...words].join(' ')}\n${stacks.join('')}`
}

/** The `Logger` port on pino. */
export function createLogger({ level, format, write }: LoggerOptions): Logger {
  const log = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) =>
          Object.fromEntries(
            Object.entries(fields).map(([name, value]) => [
              name,
              value instanceof Error ? stdSerializers.errWithCause(value) : value,
            ]),
          ),
      },
    },
    { write: (line: string) => write(format === 'json' ? line : pretty(line)) },
  )
  return {
    debug: (message, fields) => log.debug(fields ?? {}, message),
    info: (message, fields) => log.info(fields ?? {}, message),
    warn: (message, fields) => log.warn(fields ?? {}, message),
    error: (message, fields) => log.error(fields ?? {}, message),
  }
}
