import type { RepoFacts } from '@gitferry/core'
import type { Repo } from '@gitferry/core/contract'
import type { PublicUrls } from '../public-urls.ts'
import { domain, plainUuid, userIdText } from './identifiers.ts'
import { shortSize } from './size.ts'
import { spacedTime } from './time.ts'

/** What becomes of a repository. One that is still being made, or could not be, is in no list. */
export const usable = 0
export const beingMade = 1
export const failed = 2

/** `RepoInfo`. Its ids are text. Pure. */
export const toRepoInfo = (repo: Repo, { project_uuid }: RepoFacts, urls: PublicUrls) => ({
  id: plainUuid(repo.uuid),
  repoId: String(repo.id),
  name: repo.name,
  groupName: repo.group_name,
  httpUrl: urls.https(repo),
  sshUrl: urls.ssh(repo),
  webUrl: urls.web(repo),
  projectId: project_uuid && plainUuid(project_uuid),
  projectIsDelete: 'false',
  visibilityLevel: repo.visibility,
  createAt: spacedTime(repo.created_at),
})

/** `RepoInfoV2`. Objects of Git LFS are counted with the rest; stars, gitferry has none. Pure. */
export const toRepoInfoV2 = (
  repo: Repo,
  { creator, is_creator, project_uuid, role }: RepoFacts,
  urls: PublicUrls,
) => ({
  repository_id: repo.id,
  repository_uuid: plainUuid(repo.uuid),
  repository_name: repo.name,
  group_name: repo.group_name,
  project_uuid: project_uuid && plainUuid(project_uuid),
  project_is_deleted: 'false',
  ssh_url: urls.ssh(repo),
  https_url: urls.https(repo),
  web_url: urls.web(repo),
  visibility_level: repo.visibility,
  created_at: spacedTime(repo.created_at),
  updated_at: spacedTime(repo.updated_at),
  repository_size: shortSize(repo.size_bytes),
  lfs_size: shortSize(0),
  creator_name: creator,
  domain_name: domain.name,
  iam_user_uuid: repo.creator_id && userIdText(repo.creator_id),
  is_owner: is_creator ? 1 : 0,
  star: false,
  status: usable,
  userRole: role,
})
