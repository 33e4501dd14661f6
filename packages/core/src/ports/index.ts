export type { Clock } from './clock.ts'
export { type LogFields, type Logger, silentLogger } from './logger.ts'
export type {
  NotificationMessage,
  NotifierAdapter,
  NotifierCall,
  NotifierConfigResult,
  NotifierFetch,
  NotifierResult,
} from './notifier.ts'
export type { QueueAdapter, QueueCapabilities, QueueJob, QueueWorker } from './queue.ts'
export type { SecretBox } from './secret-box.ts'
export type {
  Changes,
  Collection,
  Condition,
  NewRow,
  Order,
  Query,
  ScalarKey,
  StorageAdapter,
  StorageCapabilities,
  StorageSession,
  Where,
} from './storage.ts'
export type { Column, TableDefinition, TableName, Tables } from './table-definition.ts'
export { tables } from './tables.ts'
