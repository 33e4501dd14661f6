import { GitferryError, isGitferryError } from '../wire/gitferry-error.ts'

/**
 * Turns whatever was thrown into a GitferryError. Unknown throwables become `INTERNAL` with a constant
 * message; the original stays reachable as `cause`, for the log and nobody else.
 */
export function fromUnknown(thrown: unknown): GitferryError {
  if (isGitferryError(thrown)) return thrown
  // the DOM and Node each have an AbortError of their own
  if (thrown instanceof Error && thrown.name === 'AbortError') {
    return new GitferryError('ABORTED', 'The call was given up by its caller.', { cause: thrown })
  }
  return new GitferryError('INTERNAL', 'An internal error happened; the log has its cause.', {
    cause: thrown,
  })
}
