export * from './contract/index.ts'
export * from './errors/index.ts'
export type { Contributions } from './git/content/count-lines.ts'
export { keepMemoryOutOfCoreDumps } from './git/core-dumps.ts'
export { describeCheckout } from './git/describe-checkout.ts'
export type { GitExchange, GitExchangeEnd, GitServiceName } from './git/serving/git-service.ts'
export { createGitferry, type Gitferry } from './gitferry.ts'
export { generateEd25519 } from './keys/generate-ed25519.ts'
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
export type { IncomingSignedRequest } from './services/authenticator.ts'
export type { BranchTip } from './services/branch-tips.ts'
export type {
  GitRequest,
  GitTransport,
  OpenedRepository,
  OpenGitOptions,
} from './services/git-transport.ts'
export type { KeyHolder, OfferedPublicKey, PublicKeyOptions } from './services/key-holder.ts'
export type { LookUpApi, RepoName } from './services/look-up.ts'
export type { GivenMember } from './services/members.ts'
export type { RepoFacts } from './services/repo-facts.ts'
export type { IncomingWebhook, WebhooksApi } from './services/webhooks.ts'
export { signatureScheme } from './signature/signature-claim.ts'
export { callerOf as networkOf } from './webhooks/address.ts'
