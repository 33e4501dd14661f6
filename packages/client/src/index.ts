export {
  type ErrorCode,
  type ErrorDetails,
  errorCodes,
  GitferryError,
  isErrorCode,
  isGitferryError,
} from '@gitferry/core/wire'
export { type ClientOptions, createClient, type GitferryClient } from './client.ts'
