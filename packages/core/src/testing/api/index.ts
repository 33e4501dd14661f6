export { apiRules, describeApi } from './describe-api.ts'
export { type ApiSandbox, createApiSandbox } from './sandbox.ts'
export type { ApiRules, ApiSubject, MakeApiSubject } from './subject.ts'
