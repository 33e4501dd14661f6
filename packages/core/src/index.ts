export * from './contract/index.ts'
export * from './errors/index.ts'
export { keepMemoryOutOfCoreDumps } from './git/core-dumps.ts'
export { describeCheckout } from './git/describe-checkout.ts'
export { createGitferry, type Gitferry } from './gitferry.ts'
export * from './ports/index.ts'
export { refusalBy } from './rights/refusal.ts'
export {
  type Administration,
  type AdministrationOptions,
  openAdministration,
} from './runtime/administration.ts'
export { InProcessQueue, type InProcessQueueOptions } from './runtime/in-process-queue.ts'
export type { GitferryOptions } from './runtime/options.ts'
export {
  type RotatedSecrets,
  type RotateOptions,
  rotateSecrets,
  type SecretKeyRotation,
} from './runtime/rotate-secrets.ts'
export { systemClock } from './runtime/system-clock.ts'
export type { WebhookOptions } from './runtime/webhook-options.ts'
export type { IncomingWebhook, WebhooksApi } from './services/webhooks.ts'
export { callerOf as networkOf } from './webhooks/address.ts'
