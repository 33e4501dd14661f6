import type { AnyFuzzTarget, FuzzTarget } from './fuzz-target.ts'
import { addressTargets } from './targets/addresses.ts'
import { clientTargets } from './targets/client.ts'
import { commitActionTargets } from './targets/commit-actions.ts'
import { configurationTargets } from './targets/configuration.ts'
import { environmentTargets } from './targets/environment.ts'
import { forkServerTargets } from './targets/fork-server.ts'
import { gitAddressTargets } from './targets/git-addresses.ts'
import { gitConfigTargets } from './targets/git-config.ts'
import { gitContentTargets } from './targets/git-content.ts'
import { gitObjectTargets } from './targets/git-objects.ts'
import { gitPushTargets } from './targets/git-push.ts'
import { gitRefTargets } from './targets/git-refs.ts'
import { gitServingTargets } from './targets/git-serving.ts'
import { gitStreamTargets } from './targets/git-streams.ts'
import { hostTargets } from './targets/hosts.ts'
import { identityTargets } from './targets/identities.ts'
import { keyTargets } from './targets/keys.ts'
import { lfsTargets } from './targets/lfs.ts'
import { protectionTargets } from './targets/protection.ts'
import { publicKeyTargets } from './targets/public-keys.ts'
import { redactionTargets } from './targets/redaction.ts'
import { refNameTargets } from './targets/ref-names.ts'
import { refRuleTargets } from './targets/ref-rules.ts'
import { repositoryFileTargets } from './targets/repository-files.ts'
import { retryAfterTargets } from './targets/retry-after.ts'
import { scheduleTargets } from './targets/schedules.ts'
import { signatureTargets } from './targets/signatures.ts'
import { sshTargets } from './targets/ssh.ts'
import { storedTargets } from './targets/stored.ts'
import { templateTargets } from './targets/templates.ts'
import { urlLoginTargets } from './targets/url-logins.ts'
import { urlTargets } from './targets/urls.ts'
import { webhookTargets } from './targets/webhooks.ts'

const all: readonly AnyFuzzTarget[] = [
  ...gitPushTargets,
  ...redactionTargets,
  ...gitRefTargets,
  ...gitObjectTargets,
  ...gitContentTargets,
  ...gitStreamTargets,
  ...gitServingTargets,
  ...gitAddressTargets,
  ...gitConfigTargets,
  ...repositoryFileTargets,
  ...refNameTargets,
  ...refRuleTargets,
  ...urlTargets,
  ...urlLoginTargets,
  ...addressTargets,
  ...hostTargets,
  ...lfsTargets,
  ...forkServerTargets,
  ...sshTargets,
  ...keyTargets,
  ...publicKeyTargets,
  ...signatureTargets,
  ...commitActionTargets,
  ...protectionTargets,
  ...identityTargets,
  ...webhookTargets,
  ...scheduleTargets,
  ...templateTargets,
  ...clientTargets,
  ...retryAfterTargets,
  ...configurationTargets,
  ...environmentTargets,
  ...storedTargets,
]

const nameOf = (target: AnyFuzzTarget): string => (target as unknown as FuzzTarget<unknown, unknown>).name
const defectsOf = (target: AnyFuzzTarget): string[] =>
  Object.keys((target as unknown as FuzzTarget<unknown, unknown>).broken)

/** Every parser of foreign bytes, by its name. */
export const fuzzTargets = all.map((target) => [nameOf(target), target] as const)

/** Every broken parser beside the target that must catch it. */
export const brokenParsers = all.flatMap((target) =>
  defectsOf(target).map((defect) => [nameOf(target), defect, target] as const),
)
