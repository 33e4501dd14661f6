import type { Principal, Repo } from '../contract/index.ts'
import { readsEverything } from './repo-roles.ts'

/**
 * A repository as its caller is answered: one who has only a role in it is not told where on this machine it lies, which
 * remotes it has, or what opens those. Events have it whole: nobody below the scope `read` hears them. Pure.
 */
export function shownTo(principal: Principal, repo: Repo): Repo {
  if (readsEverything(principal)) return repo
  return { ...repo, path: '', remotes: [], ssh_key_id: null, credential_id: null }
}
