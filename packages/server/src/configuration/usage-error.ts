import { GitferryError } from '@gitferry/core/errors'

/** A setting that cannot be used: the message begins with where it was given. */
export function usageError(where: string, problem: string, cause?: unknown): GitferryError {
  return new GitferryError('INVALID_INPUT', `${where}: ${problem}`, { details: { field: where }, cause })
}
