export {
  type ApiRules,
  type ApiSandbox,
  type ApiSubject,
  apiRules,
  createApiSandbox,
  describeApi,
  type MakeApiSubject,
} from './api/index.ts'
export type { TestRunner } from './runner.ts'
