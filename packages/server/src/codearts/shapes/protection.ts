import type { BranchTip } from '@gitferry/core'
import type { AccessLevel } from '@gitferry/core/contract'
import { toCommitRepoV2 } from './commit-v2.ts'

const developers: AccessLevel = 30
const nobody: AccessLevel = 0

/** What a level allows, in the vendor’s three flags. */
const flagsOf = <Verb extends 'push' | 'merge'>(verb: Verb, level: AccessLevel) =>
  ({
    [`developers_can_${verb}`]: level === developers,
    [`master_can_${verb}`]: level !== nobody,
    [`no_one_can_${verb}`]: level === nobody,
  }) as Record<`${'developers' | 'master' | 'no_one'}_can_${Verb}`, boolean>

/**
 * `AddProtectResponse`: a branch with its commit, and who may push to it; where nothing protects it, developers and
 * admins. gitferry has no merge requests. Pure.
 */
export const toProtectedBranch = ({ commit, merge_level, name, push_level }: BranchTip) => ({
  name,
  commit: toCommitRepoV2(commit),
  protected: push_level !== null,
  ...flagsOf('push', push_level ?? developers),
  ...flagsOf('merge', merge_level ?? push_level ?? developers),
  in_an_opened_merge_request: false,
})

const descriptions: Readonly<Record<AccessLevel, string>> = {
  0: 'No one',
  30: 'Developers + Committer + Maintainers',
  40: 'Maintainers',
}

/** `AddProtectTagResponse`, whose levels are one object, not a list. Pure. */
export const toProtectedTag = (name: string, level: AccessLevel) => ({
  name,
  create_access_levels: { access_level: level, access_level_description: descriptions[level] },
})
