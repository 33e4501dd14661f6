import { type BranchRefs, branchNotFound, checkBranchName } from './branch-refs.ts'
import type { CheckoutTarget } from './commands/checkout.ts'
import { type LocalConfig, trackedBranch } from './local-config.ts'
import { refused } from './switch-worktree.ts'

/** What a checkout asks before it changes anything; what these throw ends it. */
export interface CheckoutAsked {
  /** Before a branch is made. */
  readonly onCreate?: (name: string) => void
  /** Before the HEAD of a bare repository moves away from here. Full name; `null`: it is detached. */
  readonly onMoveHead?: (from: string | null) => void
}

/**
 * Finds what a name given to checkout means: the local branch of that name; else the remote branch (`origin/x`);
 * else the one that a single remote has under it (`x`).
 * @throws BRANCH_NOT_FOUND; CHECKOUT_REFUSED when the local branch for a remote one is at another commit
 */
export function checkoutTarget(name: string, refs: BranchRefs, config: LocalConfig): CheckoutTarget {
  if (refs.local(name) !== undefined) return { name, from: null, tracks: false }
  const from = refs.remote(name) === undefined ? theOneTracking(name, refs, config) : `refs/remotes/${name}`
  const tracked = trackedBranch(from, config)
  checkBranchName(tracked.name, 'branch')
  const existing = refs.local(tracked.name)
  if (existing === undefined) {
    refs.checkRoomFor(tracked.name)
    return { name: tracked.name, from, tracks: tracked.refspecs === 1 }
  }
  if (existing === refs.oid(from)) return { name: tracked.name, from: null, tracks: false }
  throw refused(
    name,
    `the local branch "${tracked.name}" exists and is at another commit. Check out "${tracked.name}" instead`,
  )
}

function theOneTracking(name: string, refs: BranchRefs, config: LocalConfig): string {
  const found = refs.remotes().filter((ref) => trackedBranch(ref, config).name === name)
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  const names = found.map((ref) => `"${ref.slice('refs/remotes/'.length)}"`)
  throw branchNotFound(
    name,
    names.length === 0
      ? `There is no branch "${name}".`
      : `There is no local branch "${name}", and several remotes have one. Name it: ${names.join(' or ')}.`,
  )
}
