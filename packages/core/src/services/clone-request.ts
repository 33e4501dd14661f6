import { type CloneRepo, cloneRepo, namedRepo, type RepoRow, type Visibility } from '../contract/index.ts'
import { GitferryError, parseInput } from '../errors/index.ts'
import { checkClonePath } from '../git/local/clone-path.ts'
import { checkUrlWithLogin } from '../git/url-login.ts'
import { originOf } from '../git/url-origin.ts'
import type { StorageSession } from '../ports/index.ts'
import type { ServiceContext } from './context.ts'
import type { OriginLogin } from './keep-login.ts'
import { checkBindings } from './remote-bindings.ts'
import { refuseTaken } from './repo-refusals.ts'
import { twoCredentials } from './write-remote.ts'

const defaultTimeoutMs = 3_600_000

/** A clone that may be made, as far as that can be told before. */
export interface CloneRequest {
  readonly name: string
  /** Re-serialised, without any login. */
  readonly url: string
  /** What stood before its host. */
  readonly login: OriginLogin | null
  /** Where the worktree goes, links resolved; `null`: gitferry hosts it. */
  readonly path: string | null
  readonly branch: string | null
  readonly ssh_key_id: number | null
  readonly credential_id: number | null
  readonly timeout_ms: number
  readonly project_id: number | null
  readonly description: string | null
  readonly visibility: Visibility
  readonly import_members: boolean
}

/**
 * Weighs what somebody wants to be cloned.
 * @throws INVALID_INPUT, REF_INVALID, URL_FORBIDDEN, PATH_INVALID, PATH_OUTSIDE_ROOTS, PATH_EXISTS
 */
export async function readCloneRequest(
  input: CloneRepo,
  settings: ServiceContext['settings'],
): Promise<CloneRequest> {
  const given = parseInput(cloneRepo, input)
  const checked = checkUrlWithLogin(given.url, settings)
  if ('problem' in checked) {
    throw new GitferryError('URL_FORBIDDEN', `url: ${checked.problem}.`, { details: { field: 'url' } })
  }
  const { login, url } = checked
  const origin = originOf(url)
  const { name } = parseInput(namedRepo, { name: given.name ?? nameOfUrl(url) })
  if (login !== null && given.credential_id != null) throw twoCredentials()
  if (given.path != null) refuseStanding(given)
  return {
    name,
    url,
    login: login === null || origin === undefined ? null : { origin, login },
    path: given.path == null ? null : await checkClonePath(given.path, settings),
    branch: given.branch ?? null,
    ssh_key_id: given.ssh_key_id ?? null,
    credential_id: given.credential_id ?? null,
    timeout_ms: given.timeout_ms ?? defaultTimeoutMs,
    project_id: given.project_id ?? null,
    description: given.description ?? null,
    visibility: given.visibility ?? 0,
    import_members: given.import_members ?? false,
  }
}

/** Only what gitferry hosts stands in a project. @throws INVALID_INPUT */
function refuseStanding(given: Pick<CloneRepo, 'project_id' | 'visibility' | 'import_members'>): void {
  const field = (['project_id', 'visibility', 'import_members'] as const).find((name) => given[name])
  if (field === undefined) return
  throw new GitferryError(
    'INVALID_INPUT',
    `${field}: is only for repositories that gitferry hosts; leave out path.`,
    {
      details: { field },
    },
  )
}

/**
 * Refuses a clone whose name or place is another’s, also one that is still being made, and one whose key or credential
 * is not there or for another origin.
 * @throws REPO_EXISTS, PATH_EXISTS, SSH_KEY_NOT_FOUND, CREDENTIAL_NOT_FOUND, INVALID_INPUT
 */
export async function refuseClone(
  session: StorageSession,
  { group_name, name, path, url, ssh_key_id, credential_id }: CloneRequest & Pick<RepoRow, 'group_name'>,
): Promise<void> {
  await refuseTaken(session, { name, group_name, ...(path !== null && { path }) }, 'PATH_EXISTS')
  await checkBindings(session, { fetch_url: url, push_url: url }, { ssh_key_id, credential_id })
}

/** The last part of a URL, without `.git`: what `git clone` names the folder. Pure. */
export function nameOfUrl(url: string): string {
  const last =
    url
      .replace(/\/+$/, '')
      .replace(/\/\.git$/, '')
      .split(/[/:]/)
      .at(-1) ?? ''
  const name = last.replace(/\.git$/, '')
  if (!/^(?:https?|file):\/\//.test(url)) return name
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
