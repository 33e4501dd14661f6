export { changeAt, type EndpointChange, endpointChanges } from './endpoint-changes.ts'
export {
  type EndpointRight,
  endpointRights,
  holdsScope,
  mayAsk,
  type Scope,
  scopes,
} from './endpoint-rights.ts'
export { type Endpoint, type EndpointName, endpoints, type HttpMethod } from './endpoints.ts'
export type { ErrorEnvelope, SuccessEnvelope } from './envelope.ts'
export { type ErrorCode, type ErrorCodeEntry, errorCodes, isErrorCode } from './error-codes.ts'
export { errorTitles } from './error-titles.ts'
export {
  type ErrorDetails,
  GitferryError,
  type GitferryErrorOptions,
  isGitferryError,
} from './gitferry-error.ts'
