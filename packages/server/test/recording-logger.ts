import type { Logger } from '@gitferry/core/ports'

export interface LogLine {
  readonly level: keyof Logger
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** A logger, and the lines that it got. */
export function recordingLogger(): { readonly logger: Logger; readonly log: LogLine[] } {
  const log: LogLine[] = []
  const level =
    (name: keyof Logger) =>
    (message: string, fields: LogLine['fields'] = {}) =>
      void log.push({ level: name, message, fields })
  return {
    log,
    logger: { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') },
  }
}
