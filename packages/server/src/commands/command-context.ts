import type { Administration, RotatedSecrets, RotateOptions } from '@gitferry/core'
import type { ShortCommand } from '../configuration/resolve-configuration.ts'
import type { Installation } from './installation.ts'

/** What a command works with. */
export interface CommandContext {
  readonly invocation: ShortCommand
  /** Writes a line of what the command is asked for. */
  readonly print: (line: string) => void
  /** Writes a line for the person at the terminal, who may not be there. */
  readonly tell: (line: string) => void
  /** Shows how far something has come: `undefined` when nobody sees a line change. */
  readonly show: ((text: string) => void) | undefined
  readonly installation: Installation
  readonly openAdministration: () => Promise<Administration>
  /** Answers, besides, where the key of before is kept; `undefined` where keys were given. */
  readonly rotateSecrets: (
    options: RotateOptions,
  ) => Promise<RotatedSecrets & { readonly retired: string | undefined }>
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Fires when the command is to end. */
  readonly signal: AbortSignal
}

/** One command; what it throws is its failure. */
export type RunCommand = (context: CommandContext) => Promise<void>
