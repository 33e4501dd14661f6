import { gunzipSync } from 'node:zlib'
import type { Repo } from '@gitferry/core/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operations } from '../../packages/server/src/codearts/operations/index.ts'
import { type FieldType, type OperationName, problemsWith, resultTypes } from './answer-types.ts'
import { newKey } from './keys.ts'
import type { OfficialClient, OfficialRequest } from './official-client.ts'
import { type CodeArtsWorld, codeArtsWorld, type Person, plain, pushHistory } from './world.ts'

let world: CodeArtsWorld
let mia: Person
let noa: Person
let zoe: Person

beforeAll(async () => {
  world = await codeArtsWorld()
  ;[mia, noa, zoe] = (await Promise.all(['mia', 'noa', 'zoe'].map((name) => world.person(name)))) as [
    Person,
    Person,
    Person,
  ]
})
afterAll(() => world.dispose())

const userId = ({ user }: Person) => String(user.id).padStart(32, '0')

describe.each(['signing', 'withToken'] as const)('the official client, %s,', (way) => {
  const group = `team-${way}`
  const seen = new Set<OperationName>()
  const addresses = new Set<string>()
  let client: OfficialClient
  let repo: Repo
  let uuid = ''
  let project_uuid = ''
  let work = ''

  /** Sends it, and answers its result, which is of the type that the tables give it. */
  async function send<Result = Record<string, unknown>>(
    name: OperationName,
    request: OfficialRequest,
  ): Promise<Result> {
    seen.add(name)
    addresses.add(`${request.method} ${request.url}`)
    const { body, headers, status } = await client.send(request)
    const type: FieldType | undefined = resultTypes[name]
    expect({ name, status, body }).toMatchObject({ name, status: 200, body: { status: 'success' } })
    expect(headers['x-request-id']).toMatch(/^[\w-]{36}$/)
    const { result, ...envelope } = body as { result: Result; status: string }
    expect(envelope).toEqual({ status: 'success' })
    if (type === undefined) expect(body).not.toHaveProperty('result')
    else expect(problemsWith(result, type)).toEqual([])
    return result
  }

  beforeAll(async () => {
    client = mia[way]
    const made = await send<{ projectUuid: string; repositoryUuid: string }>('CreateProjectAndRepositories', {
      method: 'POST',
      url: '/v2/projects/repositories',
      data: {
        project_name: group,
        repo_name: 'source',
        type: 'normal',
        visibility_level: 0,
        import_members: 0,
      },
    })
    project_uuid = made.projectUuid
    uuid = made.repositoryUuid
    repo = (await world.gitferry.repos.list({ name: 'source' })).items.find((one) => plain(one) === uuid)!
    work = pushHistory(world.sandbox, repo)
  })

  const id = () => ({ repository_id: repo.id })
  const byUuid = () => ({ repository_uuid: uuid })
  const tip = (revision: string) => world.sandbox.tip(work, revision)

  it('makes, finds, shows and lists repositories', async () => {
    const { repository_uuid } = await send<{ repository_uuid: string }>('CreateRepository', {
      method: 'POST',
      url: '/v1/repositories',
      data: {
        name: 'second.one',
        project_uuid,
        import_members: '1',
        visibility_level: '20',
        enable_readme: 1,
        description: 'The second',
        gitignore_id: 'Java',
        license_id: 1,
      },
    })
    const second = { pathParams: { repository_uuid } }
    expect(await send('ListFiles', file(repository_uuid, 'main', 'README.md'))).toMatchObject({
      content: Buffer.from('# second.one\n').toString('base64'),
    })
    const v2 = { method: 'GET', url: '/v2/repositories/{repository_uuid}', ...second } as const
    expect(await send('ShowRepositoryByUuid', v2)).toMatchObject({
      repository_uuid,
      repository_name: 'second.one',
      group_name: group,
      project_uuid,
      visibility_level: 20,
      https_url: `${world.endpoint}/${group}/second.one.git`,
      ssh_url: `ssh://git@127.0.0.1:2222/${group}/second.one.git`,
      creator_name: 'mia',
      iam_user_uuid: userId(mia),
      is_owner: 1,
      userRole: 40,
      status: 0,
    })
    const v1 = { method: 'GET', url: '/v1/repositories/{repository_uuid}', ...second } as const
    const { repoId } = await send('GetRepositoryByProjectId', v1)
    expect(await send('ListRepositoryStatus', { ...v1, url: `${v1.url}/status` })).toBe(0)
    expect(await send('ShowMaster', { ...v1, url: `${v1.url}/master` })).toBe(true)
    const names = { group_name: group, repository_name: 'second.one' }
    const asked = { method: 'GET', url: '/v1/repositories/repoid', queryParams: names } as const
    expect(String(await send('ShowRepoId', asked))).toBe(repoId)
    const exists = (repository_name: string) =>
      send('ShowRepositoryNameExist', {
        method: 'GET',
        url: '/v1/projects/{project_uuid}/repositories/validation/{repository_name}',
        pathParams: { project_uuid, repository_name },
      })
    expect(await Promise.all([exists('second.one'), exists('third')])).toEqual([true, false])

    const list = { method: 'GET', queryParams: { page_index: 1, page_size: 1, search: 'second' } } as const
    const ofProject = { ...list, pathParams: { project_uuid } }
    const url = '/v2/projects/{project_uuid}/repositories'
    expect(await send('ShowAllRepositoryByTwoProjectId', { ...ofProject, url })).toMatchObject({
      total: 1,
      repositories: [{ repository_uuid }],
    })
    const old = { ...ofProject, url: '/v1/projects/{project_uuid}/repositories' }
    expect(await send('GetAllRepositoryByProjectId', old)).toMatchObject({
      total: 1,
      repositorys: [{ id: repository_uuid }],
    })
    const all = await send<{ total: number; repositories: { repository_uuid: string }[] }>(
      'ListUserAllRepositories',
      { ...list, url: '/v2/projects/repositories', queryParams: {} },
    )
    expect(all.total).toBe(all.repositories.length)
    expect(all.repositories.map((one) => one.repository_uuid)).toContain(uuid)

    expect(await send('DeleteRepository', { ...v1, method: 'DELETE' })).toBe(true)
    expect(await exists('second.one')).toBe(false)
  })

  it('forks a repository into a new project, and into one that is there', async () => {
    const repo_name = 'c'.repeat(128)
    const data = { repo_name, template_id: repo.id, visibility_level: 10, import_members: 1 }
    const fork = { method: 'POST', url: '/v2/projects/repositories/fork' } as const
    const forked = await send<{ repositoryUuid: string }>('CreateProjectAndforkRepositories', {
      ...fork,
      data: { ...data, project_name: `fork-${way}` },
    })
    const again = await send<{ projectUuid: string }>('CreateProjectAndforkRepositories', {
      ...fork,
      url: '/v2/projects/{project_uuid}/repositories/fork',
      pathParams: { project_uuid },
      // the example has a number, the table text
      data: { ...data, template_id: String(repo.id) },
    })
    expect(again.projectUuid).toBe(project_uuid)
    const copy = await mia.gitferry.lookUp.repo({ group_name: `fork-${way}`, name: repo_name })
    const { forked_from_id, path, uuid: made, visibility } = await world.gitferry.repos.get(copy)
    expect({ forked_from_id, visibility, made: made.replaceAll('-', '') }).toEqual({
      forked_from_id: repo.id,
      visibility: 10,
      made: forked.repositoryUuid,
    })
    expect(world.sandbox.refs(path)).toEqual(world.sandbox.refs(repo.path))
  })

  function file(repository_uuid: string, branch_name: string, path: string): OfficialRequest {
    return {
      method: 'GET',
      url: '/v1/repositories/{repository_uuid}/branch/{branch_name}/file',
      pathParams: { repository_uuid, branch_name },
      queryParams: { path },
    }
  }

  it.each(['feature/x', 'feature%2Fx', '分支/ü', encodeURIComponent('分支/ü')])(
    'reads files and directories of the branch %s',
    async (branch) => {
      const ref = decodeURIComponent(branch)
      expect(await send('ListFiles', file(uuid, branch, 'src/side file.txt'))).toEqual({
        file_name: 'side file.txt',
        file_path: 'src/side file.txt',
        size: '5',
        encoding: 'base64',
        ref,
        blob_id: tip(`${ref}:src/side file.txt`),
        file_type: 'text/plain; charset=utf-8',
        content: Buffer.from('side\n').toString('base64'),
      })
      const { trees, total } = await send<{ trees: { file_name: string }[]; total: number }>('ListSubfiles', {
        method: 'GET',
        url: '/v1/repositories/{repository_uuid}/branch/{branch_name}/sub-files',
        pathParams: { repository_uuid: uuid, branch_name: branch },
        queryParams: { path: 'src', offset: 1, limit: 100 },
      })
      expect({ names: trees.map((one) => one.file_name), total }).toEqual({
        names: ['main', 'side file.txt'],
        total: 2,
      })
    },
  )

  it('reads a file by the id of a repository, and commits by their branch, group and filters', async () => {
    expect(
      await send('ShowFile', {
        method: 'GET',
        url: '/v2/projects/{repo_id}/repository/files/{file_path}',
        pathParams: { repo_id: repo.id, file_path: 'src%2Fmain%2FApp.java' },
        queryParams: { ref: 'main' },
      }),
    ).toMatchObject({ file_path: 'src/main/App.java', commit_id: tip('main'), size: 16 })
    const byGroup = {
      method: 'GET',
      url: '/v1/repositories/{group_name}/{repository_name}/commits',
      pathParams: { group_name: group, repository_name: 'source' },
      queryParams: { ref_name: 'main', page_index: 2, page_size: 2 },
    } as const
    const page = await send<{ commits: { id: string }[] }>('ShowCommitsByBranch', byGroup)
    expect(page.commits.map((one) => one.id)).toEqual(log('--skip=2', '-2', 'main'))
    const filtered = await send<{ commits: { id: string }[]; total: number }>('ShowCommitsByRepoId', {
      method: 'GET',
      url: '/v1/repositories/{repository_id}/commits',
      pathParams: id(),
      queryParams: {
        ref_name: 'main',
        author: 'sandbox',
        begin_date: '2023-01-01',
        end_date: '2030-01-01',
        message: 'side',
        path: 'src',
        stat_format: 'x',
      },
    })
    expect(filtered).toMatchObject({ commits: [{ id: tip('feature/x') }], total: 1 })
    const commits = await send<{ id: string }[]>('ListCommits', {
      method: 'GET',
      url: '/v2/projects/{repo_id}/repository/commits',
      pathParams: { repo_id: repo.id },
      queryParams: { ref_name: 'main', page: 1, per_page: 3, since: '2020-01-01T00:00:00Z', all: false },
    })
    expect(commits.map((one) => one.id)).toEqual(log('-3', 'main'))
  })

  const log = (...args: string[]) => world.sandbox.run(work, 'log', '--format=%H', ...args).split('\n')

  it('makes commits', async () => {
    const made = await send<{ id: string }>('CreateCommit', {
      method: 'POST',
      url: '/v2/projects/{repo_id}/repository/commits',
      pathParams: { repo_id: repo.id },
      data: {
        branch: 'made',
        start_branch: 'main',
        commit_message: 'Make\n\nseveral',
        author_name: 'Mia',
        author_email: 'mia@example.com',
        stats: true,
        force: 'false',
        actions: [
          { action: 'create', file_path: 'made.txt', content: 'one\ntwo\n' },
          { action: 'update', file_path: 'README.md', content: btoa('# New\n'), encoding: 'base64' },
          { action: 'move', file_path: 'moved.java', previous_path: 'src/main/App.java' },
          { action: 'delete', file_path: 'image.png' },
          { action: 'chmod', file_path: 'made.txt', execute_filemode: true },
        ],
      },
    })
    expect(made).toMatchObject({
      id: world.sandbox.tip(repo.path, 'made'),
      parent_ids: [tip('main')],
      title: 'Make',
      author_name: 'Mia',
      stats: { additions: 3, deletions: 3, total: 6 },
    })
    expect(world.sandbox.run(repo.path, 'ls-tree', '-r', '--name-only', 'made').split('\n')).toEqual([
      'README.md',
      'made.txt',
      'moved.java',
      '"src/gr\\303\\274n \\360\\237\\232\\200.txt"',
      'src/side file.txt',
    ])
  })

  it('makes branches and tags, lists them, and protects them', async () => {
    const branches = {
      method: 'GET',
      url: '/v2/repositories/{repository_id}/branches',
      pathParams: id(),
    } as const
    expect(
      await send('CreateNewBranch', {
        ...branches,
        method: 'POST',
        data: { branch_name: 'kept/a', ref: 'main' },
      }),
    ).toMatchObject({ name: 'kept/a', protected: false, developers_can_push: true, no_one_can_push: false })
    const protect = (branch_name: string, push_access_level: number, merge_access_level: number) =>
      send('AddProtectBranchV2', {
        method: 'PUT',
        url: '/v2/repositories/{repository_id}/branch/{branch_name}/protect',
        pathParams: { ...id(), branch_name },
        data: { access_level: { push_access_level, merge_access_level } },
      })
    expect(await protect('kept/a', 40, 40)).toEqual({
      name: 'kept/a',
      commit: expect.objectContaining({ id: tip('main'), short_id: tip('main').slice(0, 8) }),
      protected: true,
      developers_can_push: false,
      developers_can_merge: false,
      master_can_push: true,
      master_can_merge: true,
      no_one_can_push: false,
      no_one_can_merge: false,
      in_an_opened_merge_request: false,
    })
    expect(await protect('kept%2Fa', 0, 30)).toMatchObject({
      name: 'kept/a',
      no_one_can_push: true,
      master_can_push: false,
      developers_can_merge: true,
    })
    const listed = await send<{ total: number; branches: { name: string }[] }>('ListBranchesByRepositoryId', {
      ...branches,
      queryParams: { page: 1, per_page: 10, match: 'feature' },
    })
    expect(listed).toMatchObject({
      total: 1,
      branches: [
        {
          name: 'feature/x',
          commit: { id: tip('feature/x') },
          diverging_commit_counts: { ahead: 0, behind: 3 },
        },
      ],
    })
    const old = { ...branches, url: '/v1/repositories/{repository_id}/branches' }
    expect(await send('ShowBranchesByRepositoryId', old)).toMatchObject({
      branches: expect.arrayContaining([
        { name: 'kept/a', is_protected: true },
        { name: 'main', is_protected: false },
      ]),
    })

    const tags = { method: 'POST', url: '/v2/repositories/{repository_id}/tags', pathParams: id() } as const
    for (const message of ['A tag', undefined]) {
      const tag_name = `made-${message === undefined}`
      const data = { tag_name, ref: 'feature/x', ...(message && { message }) }
      expect(await send('AddTagV2', { ...tags, data })).toMatchObject({
        name: tag_name,
        message: message ?? null,
        commit: { id: tip('feature/x'), title: 'Side' },
      })
    }
    expect(await send('ListTags', { ...tags, method: 'GET' })).toEqual({
      total: 4,
      tags: [
        { name: 'made-false', is_double_name: false },
        { name: 'made-true', is_double_name: false },
        { name: 'twice', is_double_name: true },
        { name: 'v1.0', is_double_name: false },
      ],
    })
    for (const spelling of ['protected-tags', 'protected_tags']) {
      const url = `/v2/repositories/{repository_id}/${spelling}`
      const asked = { ...tags, url, data: { name: 'v*', create_access_level: 30 } }
      expect(await send('AddProtectTagV2', asked)).toEqual({
        name: 'v*',
        create_access_levels: {
          access_level: 30,
          access_level_description: 'Developers + Committer + Maintainers',
        },
      })
      const gone = { ...asked, method: 'DELETE', url: `${url}/{name}` } as const
      await send('DeleteProtectTagV2', { ...gone, pathParams: { ...id(), name: 'v*' } })
    }
    for (const spelling of ['protected-branches', 'protected_branches']) {
      const url = `/v2/repositories/{repository_id}/${spelling}`
      await protect('kept/a', 40, 40)
      const one = { method: 'DELETE', url: `${url}/{branch_name}` } as const
      await send('DeleteProtectBranchV2', { ...one, pathParams: { ...id(), branch_name: 'kept/a' } })
      await protect('kept/a', 40, 40)
      await send('BatchDeleteProtectV2', { ...one, url, pathParams: id(), data: { names: ['kept/a'] } })
    }
    expect((await mia.gitferry.protection.list(repo.id)).total).toBe(0)
  })

  it('adds members, changes their roles, lists them and takes them away', async () => {
    const members = {
      method: 'POST',
      url: '/v1/repositories/{repository_uuid}/members',
      pathParams: byUuid(),
    } as const
    const users = [
      { id: userId(noa), name: 'noa', role: 20 },
      { id: String(zoe.user.id), name: 'zoe', role: 30, domain_id: 'x', domain_name: 'y' },
    ]
    const added = await send<object[]>('AddRepoMembers', { ...members, data: { users } })
    expect(added[1]).toEqual({ id: userId(zoe), name: 'zoe', message: 'add user success', status: 'success' })
    const one = {
      url: `${members.url}/{member_id}`,
      pathParams: { ...byUuid(), member_id: userId(noa) },
    }
    expect(await send('SetRepoRole', { ...one, method: 'PUT', data: { role: 30 } })).toEqual({})
    const list = (queryParams: object) =>
      send<{ total: number; users: { name: string; role: number }[] }>('ListRepoMembers', {
        ...members,
        method: 'GET',
        queryParams: { ...queryParams },
      })
    expect((await list({})).users.map(({ name, role }) => [name, role])).toEqual([
      ['mia', 40],
      ['noa', 30],
      ['zoe', 30],
    ])
    expect(await list({ subject: 'o', page_index: 2, page_size: 1 })).toMatchObject({
      total: 2,
      users: [{ name: 'zoe' }],
    })
    expect(await list({ page_index: 9 })).toEqual({ total: 3, users: [] })
    expect(await send('DeleteRepoMember', { ...one, method: 'DELETE' })).toEqual({})
    expect((await list({})).total).toBe(2)
  })

  it('adds keys of users and of repositories, verifies private ones, and takes them away', async () => {
    const own = newKey()
    const keys = { method: 'POST', url: '/v1/users/sshkey' } as const
    const added = await send<{ id: string }>('AddSshKey', {
      ...keys,
      data: { title: 'laptop', key: own.public },
    })
    expect(added).toMatchObject({ title: 'laptop', key: own.public })
    expect(await send('ListSshKeys', { ...keys, method: 'GET' })).toMatchObject({ total: 1, sshkey: [added] })
    const verify = (private_key: string) => ({
      method: 'POST' as const,
      url: '/v1/users/sshkey/privatekey/verify',
      data: { repository_uuid: uuid, private_key },
    })
    await send('ShowPrivateKeyVerify', verify(own.private))
    const gone = { ...keys, method: 'DELETE', url: `${keys.url}/{id}`, pathParams: { id: added.id } } as const
    expect(await send('DeleteSShkey', gone)).toBe(added.id)
    expect(await client.send(verify(own.private))).toMatchObject({ status: 401 })

    for (const [name, url] of [
      ['AddDeployKeyV2', '/v2/repositories/{repository_id}/deploy-keys'],
      ['AddDeployKey', '/v1/repositories/{repository_id}/deploy_keys'],
    ] as const) {
      const deploy = newKey()
      const data = { application: '', can_push: true, key: deploy.public, key_title: 'ci' }
      const key = await send<{ key_id: string }>(name, { method: 'POST', url, pathParams: id(), data })
      expect(key).toMatchObject({ key_title: 'ci', can_push: true, key: deploy.public })
      await send('ShowPrivateKeyVerify', verify(deploy.private))
      const removed = await send('DeleteDeployKeyV2', {
        method: 'DELETE',
        url: `${url}/{key_id}`,
        pathParams: { ...id(), key_id: key.key_id },
      })
      expect(removed).toBe(true)
    }
  })

  it('counts, and gets archives from the address that the figures name', async () => {
    const asked = { method: 'GET', url: '/v1/repositories/{repository_uuid}/statistic-data' } as const
    const figures = await send<{ archiveUrl: string }>('ShowStatisticalData', {
      ...asked,
      pathParams: byUuid(),
    })
    expect(figures).toMatchObject({ repoName: 'source', commitCount: 6, lastCommitTime: expect.anything() })
    const statistics = { url: '/v1/repositories/{repository_id}/statistics', pathParams: id() } as const
    const queryParams = { branch_name: 'main' }
    expect(await send('ListCommitStatistics', { ...statistics, method: 'GET', queryParams })).toMatchObject({
      count: 6,
      statistics: [{ user_name: 'Sandbox', commit_count: 6 }],
      total: 1,
    })
    await send('ShowRepositoryStatistics', { ...statistics, method: 'POST', data: queryParams })

    const { pathname, searchParams } = new URL(figures.archiveUrl)
    const headers = { 'X-Auth-Token': mia.token }
    const zip = await world.raw(`GET ${pathname}?${searchParams}`, { headers })
    expect(zip.bytes.subarray(0, 4).toString('latin1')).toBe('PK\u0003\u0004')
    expect(zip.headers['content-type']).toBe('application/zip')
    const tar = await client.send({
      method: 'GET',
      url: '/v2/repositories/{repository_uuid}/archive',
      pathParams: byUuid(),
      queryParams: { sha: 'feature/x', format: 'tar.gz' },
      responseType: 'stream',
    })
    addresses.add('GET /v2/repositories/{repository_uuid}/archive')
    const bytes = Buffer.concat(await Array.fromAsync(tar.body as AsyncIterable<Buffer>))
    expect(gunzipSync(bytes).toString('latin1')).toContain('src/side file.txt')
  })

  it('has sent every operation, to every address that it has', () => {
    expect([...seen].sort()).toEqual(Object.keys(resultTypes).sort())
    const known = operations.flatMap(({ method, paths }) =>
      paths.map((path) => `${method} ${path.replaceAll('{+', '{')}`),
    )
    // a group of several parts is of no repository: `bad-input.test.ts` asks for one
    const missing = known.filter((one) => !addresses.has(one) && !one.includes('{repository_path}'))
    expect(missing).toEqual([])
  })
})
