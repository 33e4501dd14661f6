import type { GitSetting } from '../settings.ts'

/**
 * Refs of gitferry’s own, which nobody is shown, nor may push: what syncs fetched, and what they keep. The hook and
 * `protection/refusal-of.ts` refuse the same.
 */
const hiddenRefs = ['refs/gitferry', 'refs/remotes']

const hidden: readonly GitSetting[] = hiddenRefs.map((prefix) => ['transfer.hideRefs', prefix])

/**
 * What holds while a hosted repository is read, whatever its config says: it serves gitferry’s own fetches too, by any oid.
 * By protocol v0 and v1 a client wants tips alone that it is shown. In v2 git heeds none of the `allow*InWant`: whoever may
 * read the repository and knows an oid gets the object, also one that only hidden refs reach, or none (docs/hosting.md).
 * Partial clones are let happen where they cost no walk over trees.
 */
export const uploadSettings: readonly GitSetting[] = [
  ...hidden,
  ['uploadpack.allowAnySHA1InWant', 'false'],
  ['uploadpack.allowReachableSHA1InWant', 'false'],
  ['uploadpack.allowTipSHA1InWant', 'false'],
  ['uploadpack.allowRefInWant', 'false'],
  ['uploadpack.allowFilter', 'true'],
  ['uploadpackfilter.allow', 'false'],
  ['uploadpackfilter.blob:none.allow', 'true'],
  ['uploadpackfilter.blob:limit.allow', 'true'],
  ['uploadpack.keepAlive', '5'],
]

export interface ReceiveLimits {
  /** The most bytes that one push may bring. */
  readonly maxPushBytes: number
  /** Absolute path of the folder with gitferry’s own hooks. */
  readonly hooksDir: string
}

/**
 * What holds while something is pushed to a hosted repository. Objects wait in a quarantine of git’s own until the hook has
 * let the push pass (git-receive-pack(1)); each push stays one pack, as each fetch does, which maintenance rolls up.
 */
export const receiveSettings = ({ maxPushBytes, hooksDir }: ReceiveLimits): readonly GitSetting[] => [
  ...hidden,
  ['core.hooksPath', hooksDir],
  ['receive.fsckObjects', 'true'],
  ['receive.fsck.badTimezone', 'ignore'],
  ['receive.fsck.missingSpaceBeforeDate', 'ignore'],
  ['receive.fsck.zeroPaddedFilemode', 'ignore'],
  ['receive.maxInputSize', String(maxPushBytes)],
  ['receive.unpackLimit', '1'],
  ['receive.denyCurrentBranch', 'refuse'],
  ['receive.denyDeleteCurrent', 'refuse'],
  ['receive.denyDeletes', 'false'],
  ['receive.denyNonFastForwards', 'false'],
  ['receive.shallowUpdate', 'false'],
  ['receive.advertiseAtomic', 'true'],
  ['receive.advertisePushOptions', 'false'],
  ['receive.updateServerInfo', 'false'],
  ['receive.autogc', 'false'],
  ['receive.keepAlive', '5'],
]
