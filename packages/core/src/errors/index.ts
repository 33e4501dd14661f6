export { type ErrorCode, type ErrorCodeEntry, errorCodes, isErrorCode } from '../wire/error-codes.ts'
export { errorTitles } from '../wire/error-titles.ts'
export {
  type ErrorDetails,
  GitferryError,
  type GitferryErrorOptions,
  isGitferryError,
} from '../wire/gitferry-error.ts'
export { aboutField } from './about-field.ts'
export { fromUnknown } from './from-unknown.ts'
export { invalidInput, parseInput } from './invalid-input.ts'
