import { GitferryError, isGitferryError } from '../wire/gitferry-error.ts'

/** The same error, its message led by the input field that it is about; anything else as it was. */
export function aboutField(error: unknown, field: string): unknown {
  if (!isGitferryError(error) || error.details.field !== field) return error
  const { cause, code, details, message } = error
  return new GitferryError(code, `${field}: ${message}`, { details, cause })
}
