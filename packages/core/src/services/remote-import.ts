import { localRemote, problemWithRemoteName, type RemoteRow, type RepoRow } from '../contract/index.ts'
import type { GitRunner } from '../git/command.ts'
import { readRemotes } from '../git/local/read-remotes.ts'
import { checkRemoteUrl, type RemoteUrlPolicy } from '../git/remote-url.ts'
import { shownUrl } from '../git/shown-url.ts'
import { checkUrlWithLogin } from '../git/url-login.ts'
import type { OriginLogin } from './keep-login.ts'
import { singleLogin } from './single-login.ts'

/** What a registered repository's own configuration says of a remote, weighed by our rules. */
export interface ImportedRemote extends Pick<RemoteRow, 'name' | 'fetch_url' | 'push_url' | 'problem'> {
  /** What stood before the host of its URLs, and has still to be sealed. */
  readonly login: OriginLogin | null
}

export interface ImportRules {
  readonly policy: RemoteUrlPolicy
  /** Whether user info may be taken out of URLs: only where it can be sealed. Else it is a problem. */
  readonly takeLogins: boolean
}

/**
 * Reads the remotes of a registered repository from its configuration, which is never written. A remote that the
 * rules forbid is listed with its problem, and with no more of its URL than is sure to hold no secret.
 */
export async function importRemotes(
  repo: Pick<RepoRow, 'common_dir'>,
  deps: ImportRules & { readonly runner: GitRunner; readonly signal?: AbortSignal | undefined },
): Promise<ImportedRemote[]> {
  const remotes = await readRemotes(repo.common_dir, deps)
  const imported = remotes.map((remote) => weighRemote(remote, deps))
  // the name of a record is its own among those of the repository
  let hiddenNames = 0
  return imported.map((remote) => {
    if (remote.name !== hiddenName) return remote
    hiddenNames += 1
    return hiddenNames === 1 ? remote : { ...remote, name: `${hiddenName} ${hiddenNames}` }
  })
}

/** Pure: a remote as configured → as recorded. */
export function weighRemote(
  remote: { readonly name: string; readonly fetch_url: string; readonly push_url: string },
  { policy, takeLogins }: ImportRules,
): ImportedRemote {
  const check = takeLogins
    ? checkUrlWithLogin
    : (raw: string) => ({ login: null, ...checkRemoteUrl(raw, policy) })
  const fetchUrl = check(remote.fetch_url, policy)
  const pushUrl = check(remote.push_url, policy)
  const shown = (checked: typeof fetchUrl, raw: string) =>
    'problem' in checked ? shownUrl(raw) : checked.url
  const recorded = {
    name: shownName.test(remote.name) ? remote.name : hiddenName,
    fetch_url: shown(fetchUrl, remote.fetch_url),
    push_url: shown(pushUrl, remote.push_url),
  }
  const nameProblem =
    remote.name === localRemote
      ? '"local" means the repository itself; rename the remote to use it'
      : problemWithRemoteName(remote.name)
  if (nameProblem !== undefined) return { ...recorded, problem: `the name ${nameProblem}`, login: null }
  if ('problem' in fetchUrl) return { ...recorded, problem: fetchUrl.problem, login: null }
  if ('problem' in pushUrl) return { ...recorded, problem: pushUrl.problem, login: null }
  const single = singleLogin(fetchUrl, pushUrl)
  if ('problem' in single) return { ...recorded, problem: single.problem, login: null }
  return { ...recorded, problem: null, login: single.login }
}

const hiddenName = '(hidden: not a name that can be shown)'
// git takes a URL for the name of a remote too: what may be one is not shown.
const shownName = /^[\p{L}\p{M}\p{N} ._/-]{1,100}$/u
