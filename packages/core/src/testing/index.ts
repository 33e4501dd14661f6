export {
  type ApiRules,
  type ApiSandbox,
  type ApiSubject,
  apiRules,
  createApiSandbox,
  describeApi,
  type MakeApiSubject,
} from './api/index.ts'
export { GitSandbox } from './git-sandbox.ts'
export {
  describeNotifier,
  type MakeNotifierSubject,
  type NotifierCase,
  type NotifierSubject,
  notifierThemes,
  type ProviderAnswer,
} from './notifier/index.ts'
export {
  describeQueue,
  type MakeQueueSubject,
  type QueueCase,
  type QueueSubject,
  queueThemes,
} from './queue/index.ts'
export type { TestRunner } from './runner.ts'
export {
  type CaseContext,
  type Defect,
  describeStorage,
  type StorageCase,
  type StorageCases,
  type StorageSubject,
  storageDefects,
  storageThemes,
} from './storage/index.ts'
export { createTestClock, type TestClock } from './test-clock.ts'
