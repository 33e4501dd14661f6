/** Plain data that goes with a log line. Never a secret. */
export type LogFields = Readonly<Record<string, unknown>>

/** Where log lines go. Methods never throw and never wait. */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** Says nothing: the default of an embedded gitferry. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }
