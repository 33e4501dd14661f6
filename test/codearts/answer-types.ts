/**
 * What the published tables say of every field of every answer. `null` after a type: gitferry may not know it. `spaced` and
 * `iso`: the two forms of dates.
 */
export type FieldType =
  | 'string'
  | 'string|null'
  | 'integer'
  | 'integer|null'
  | 'boolean'
  | 'null'
  | 'spaced'
  | 'spaced|null'
  | 'iso'
  | 'uuid'
  | 'uuid|null'
  | 'oid'
  | 'digits'
  | { readonly is: unknown }
  | { readonly list: FieldType }
  | { readonly object: Readonly<Record<string, FieldType>>; readonly orNull?: true }

const object = (fields: Readonly<Record<string, FieldType>>) => ({ object: fields }) as const
const list = (of: FieldType) => ({ list: of }) as const

const commit = object({
  id: 'oid',
  message: 'string',
  parent_ids: list('oid'),
  author_name: 'string',
  author_email: 'string',
  authored_date: 'spaced',
  committed_date: 'spaced',
  committer_name: 'string',
  committer_email: 'string',
  // an object whose shape another operation's parameter says; it may be left out
  format: 'null',
})

const branchCommit = {
  id: 'oid',
  short_id: 'string',
  title: 'string',
  message: 'string',
  committer_name: 'string',
  committed_date: 'iso',
} as const

/** It has no e-mail addresses, and no `authored_date`. */
const commitRepoV2 = object({
  ...branchCommit,
  created_at: 'iso',
  parent_ids: list('oid'),
  author_name: 'string',
})

const commitInfo = {
  ...branchCommit,
  created_at: 'iso',
  parent_ids: list('oid'),
  author_name: 'string',
  author_email: 'string',
  authored_date: 'iso',
  committer_email: 'string',
} as const

const protectedBranch = object({
  name: 'string',
  commit: commitRepoV2,
  protected: 'boolean',
  developers_can_push: 'boolean',
  developers_can_merge: 'boolean',
  master_can_push: 'boolean',
  master_can_merge: 'boolean',
  no_one_can_push: 'boolean',
  no_one_can_merge: 'boolean',
  in_an_opened_merge_request: 'boolean',
})

const key = object({
  key_id: 'digits',
  key_title: 'string',
  key: 'string',
  can_push: 'boolean',
  created_at: 'iso',
})

const publicKey = object({ id: 'digits', title: 'string', key: 'string' })

const repoInfo = object({
  id: 'uuid',
  repoId: 'digits',
  name: 'string',
  groupName: 'string',
  httpUrl: 'string|null',
  sshUrl: 'string|null',
  webUrl: 'string',
  projectId: 'uuid|null',
  projectIsDelete: { is: 'false' },
  visibilityLevel: 'integer',
  createAt: 'spaced',
})

const repoInfoV2 = object({
  repository_id: 'integer',
  repository_uuid: 'uuid',
  repository_name: 'string',
  group_name: 'string',
  project_uuid: 'uuid|null',
  project_is_deleted: { is: 'false' },
  ssh_url: 'string|null',
  https_url: 'string|null',
  web_url: 'string',
  visibility_level: 'integer',
  created_at: 'spaced',
  updated_at: 'spaced',
  repository_size: 'string',
  lfs_size: 'string',
  creator_name: 'string|null',
  domain_name: 'string',
  iam_user_uuid: 'string|null',
  is_owner: 'integer',
  star: 'boolean',
  status: 'integer',
  userRole: 'integer|null',
})

const projectRepository = object({ projectUuid: 'uuid', repositoryUuid: 'uuid' })
const commitList = object({ commits: list(commit), total: 'integer' })
const repositoryList = object({ total: 'integer', repositories: list(repoInfoV2) })

/** Operation → the type of its `result`; `undefined`: it has none. */
export const resultTypes = {
  CreateProjectAndforkRepositories: projectRepository,
  ListFiles: object({
    file_name: 'string',
    file_path: 'string',
    // text in every client, though the example has a number
    size: 'digits',
    encoding: { is: 'base64' },
    ref: 'string',
    blob_id: 'oid',
    file_type: 'string',
    content: 'string',
  }),
  ListRepoMembers: object({
    total: 'integer',
    users: list(
      object({
        user_id: 'string',
        name: 'string',
        domain_id: 'string',
        domain_name: 'string',
        email: 'string|null',
        description: 'string|null',
        enabled: 'string|null',
        role: 'integer',
      }),
    ),
  }),
  AddProtectBranchV2: protectedBranch,
  ListSubfiles: object({
    trees: list(
      object({
        blob_id: 'oid',
        file_name: 'string',
        file_path: 'string',
        md5: 'string|null',
        type: 'string',
        commit,
      }),
    ),
    total: 'integer',
  }),
  AddDeployKeyV2: key,
  ShowCommitsByBranch: commitList,
  ShowPrivateKeyVerify: undefined,
  AddProtectTagV2: object({
    name: 'string',
    create_access_levels: object({ access_level: 'integer', access_level_description: 'string' }),
  }),
  AddTagV2: object({ name: 'string', message: 'string|null', commit: commitRepoV2 }),
  ListTags: object({
    total: 'integer',
    // not text, though the example has it so
    tags: list(object({ name: 'string', is_double_name: 'boolean' })),
  }),
  ShowStatisticalData: object({
    repoName: 'string',
    commitCount: 'integer',
    repoSize: 'string',
    lastCommitTime: 'spaced|null',
    codeLines: 'integer',
    branchCount: 'integer',
    archiveUrl: 'string',
  }),
  ListSshKeys: object({ total: 'integer', sshkey: list(publicKey) }),
  CreateRepository: object({ repository_uuid: 'uuid' }),
  CreateProjectAndRepositories: projectRepository,
  ShowRepositoryByUuid: repoInfoV2,
  GetRepositoryByProjectId: repoInfo,
  DeleteRepository: 'boolean',
  ListUserAllRepositories: repositoryList,
  ShowAllRepositoryByTwoProjectId: repositoryList,
  GetAllRepositoryByProjectId: object({ total: 'integer', repositorys: list(repoInfo) }),
  ShowRepositoryNameExist: 'boolean',
  ShowRepoId: 'integer',
  ListRepositoryStatus: 'integer',
  ShowMaster: 'boolean',
  ShowBranchesByRepositoryId: object({
    total: 'integer',
    branches: list(object({ name: 'string', is_protected: 'boolean' })),
  }),
  ListBranchesByRepositoryId: object({
    total: 'integer',
    branches: list(
      object({
        name: 'string',
        commit: object(branchCommit),
        diverging_commit_counts: object({ ahead: 'integer', behind: 'integer' }),
      }),
    ),
  }),
  CreateNewBranch: protectedBranch,
  ShowCommitsByRepoId: commitList,
  CreateCommit: object({
    ...commitInfo,
    stats: object({ additions: 'integer', deletions: 'integer', total: 'integer' }),
  }),
  ListCommits: list(object(commitInfo)),
  ShowFile: object({
    file_name: 'string',
    file_path: 'string',
    size: 'integer',
    encoding: { is: 'base64' },
    content_sha256: 'string',
    ref: 'string',
    blob_id: 'oid',
    commit_id: 'oid',
    last_commit_id: 'oid',
    content: 'string',
  }),
  AddRepoMembers: list(
    object({ id: 'string', name: 'string', message: 'string', status: { is: 'success' } }),
  ),
  SetRepoRole: object({}),
  DeleteRepoMember: object({}),
  AddSshKey: publicKey,
  DeleteSShkey: 'digits',
  AddDeployKey: key,
  DeleteDeployKeyV2: 'boolean',
  DeleteProtectBranchV2: 'string',
  BatchDeleteProtectV2: { is: 'success' },
  DeleteProtectTagV2: 'string',
  ListCommitStatistics: object({
    all_branch_commits_count: 'integer',
    codelines: list(object({ additions: 'integer', date: 'string', deletions: 'integer' })),
    count: 'integer',
    event: object({
      branch: 'string',
      created_at: 'iso',
      date: 'string',
      id: 'integer',
      project_id: 'integer',
      status: { is: 'finish' },
      updated_at: 'iso',
      user_id: 'integer|null',
    }),
    statistics: list(
      object({
        add_lines: 'integer',
        branch: 'string',
        commit_count: 'integer',
        created_at: 'iso',
        delete_lines: 'integer',
        id: 'integer',
        project_id: 'integer',
        updated_at: 'iso',
        user_name: 'string',
      }),
    ),
    total: 'integer',
  }),
  ShowRepositoryStatistics: object({ can_statistics: 'boolean', join_id: 'string', message: 'string' }),
} as const satisfies Readonly<Record<string, FieldType | undefined>>

export type OperationName = keyof typeof resultTypes

const patterns: Readonly<Record<string, RegExp>> = {
  spaced: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/,
  iso: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  uuid: /^[0-9a-f]{32}$/,
  oid: /^[0-9a-f]{40}$/,
  digits: /^\d{1,40}$/,
}

/** What is wrong with a value, each with where: a wrong type, a field that is missing, or one too many. */
export function problemsWith(value: unknown, type: FieldType, at = 'result'): string[] {
  const wrong = (what: string): string[] => [`${at}: ${JSON.stringify(value)} is not ${what}`]
  if (typeof type === 'string') {
    const [kind = '', orNull] = type.split('|')
    if (value === null && (orNull !== undefined || kind === 'null')) return []
    const pattern = patterns[kind]
    if (pattern) return typeof value === 'string' && pattern.test(value) ? [] : wrong(kind)
    const isRight = kind === 'integer' ? Number.isInteger(value) : typeof value === kind
    return isRight ? [] : wrong(kind)
  }
  if ('is' in type) return value === type.is ? [] : wrong(JSON.stringify(type.is))
  if ('list' in type) {
    if (!Array.isArray(value)) return wrong('a list')
    return value.flatMap((item, index) => problemsWith(item, type.list, `${at}[${index}]`))
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong('an object')
  const fields = value as Readonly<Record<string, unknown>>
  return [
    ...Object.entries(type.object).flatMap(([name, inner]) =>
      Object.hasOwn(fields, name)
        ? problemsWith(fields[name], inner, `${at}.${name}`)
        : [`${at}.${name}: is missing`],
    ),
    ...Object.keys(fields)
      .filter((name) => !Object.hasOwn(type.object, name))
      .map((name) => `${at}.${name}: is too much`),
  ]
}
