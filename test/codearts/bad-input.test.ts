import { rmSync } from 'node:fs'
import type { Repo } from '@gitferry/core/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newKey } from './keys.ts'
import { officialClient } from './official-client.ts'
import {
  type CodeArtsWorld,
  codeArtsWorld,
  type Person,
  plain,
  pushHistory,
  type RawAnswer,
} from './world.ts'

let world: CodeArtsWorld
/** An admin of the repository, one who may read it, and one whom it does not concern. */
let mia: Person
let rex: Person
let noa: Person
let repo: Repo
let project_uuid = ''
const deployed = newKey()
const owned = newKey()
const stranger = newKey()

beforeAll(async () => {
  world = await codeArtsWorld()
  ;[mia, rex, noa] = (await Promise.all(['mia', 'rex', 'noa'].map((name) => world.person(name)))) as [
    Person,
    Person,
    Person,
  ]
  const project = await mia.gitferry.projects.create({ name: 'team' })
  project_uuid = plain(project)
  const made = await mia.gitferry.repos.create({ name: 'app', project_id: project.id })
  // whoever has only a role is not told where it lies
  repo = await world.gitferry.repos.get(made.id)
  pushHistory(world.sandbox, repo)
  await mia.gitferry.members.set(repo.id, rex.user.id, { role: 20 })
  await mia.gitferry.deployKeys.add(repo.id, { title: 'ci', key: deployed.public })
  await mia.gitferry.publicKeys.add({ title: 'own', key: owned.public })
  await mia.gitferry.protection.set(repo.id, { kind: 'branch', name: 'twice', push_level: 0 })
  await mia.gitferry.protection.set(repo.id, { kind: 'tag', name: 'v*', push_level: 0 })
})
afterAll(() => world.dispose())

/** All that a change could have changed. */
async function everything(): Promise<unknown> {
  const { gitferry } = world
  const lists = [
    gitferry.projects.list(),
    gitferry.repos.list(),
    gitferry.members.list(repo.id),
    gitferry.deployKeys.list(repo.id),
    gitferry.protection.list(repo.id),
    mia.gitferry.publicKeys.list(),
  ]
  // when a key was last used is no change
  const records = JSON.stringify(await Promise.all(lists), (key, value) => (/_at$/.test(key) ? null : value))
  return { records, refs: world.sandbox.refs(repo.path) }
}

interface BadRequest {
  readonly request: string
  readonly body?: unknown
  readonly status: number
  readonly code: string
}

const notFound = { status: 404, code: 'CH.000404' }
const invalid = { status: 400, code: 'CH.010001' }
const noPermission = { status: 401, code: 'CH.080401' }

/** `{uuid}`, `{id}`, `{project}` stand for those of the repository. */
const fill = (text: string): string =>
  text
    .replaceAll('{uuid}', plain(repo))
    .replaceAll('{id}', String(repo.id))
    .replaceAll('{project}', project_uuid)

function sendAs(person: Person, request: string, body?: unknown): Promise<RawAnswer> {
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
  return world.raw(fill(request), {
    headers: { 'Content-Type': 'application/json', 'X-Auth-Token': person.token },
    ...(text !== undefined && { body: fill(text) }),
  })
}

/** One in the envelope of failures, with what is published and nothing of gitferry's own. */
function expectFailure({ headers, json, status }: RawAnswer, wanted: { status: number; code: string }): void {
  expect({ status, json }).toEqual({
    status: wanted.status,
    json: { error: { code: wanted.code, message: expect.stringMatching(/\S/) }, status: 'failed' },
  })
  expect(headers['x-request-id']).toMatch(/^[\w-]{36}$/)
}

const unknownUuid = '0123456789abcdef0123456789abcdef'
const unhex = 'z'.repeat(32)
const ids = ['0', 'x', '01', '-1', '1.5', '2147483648', '99999999999999999999', '1e3']
const uuids = ['x', '1', unknownUuid.slice(1), `${unknownUuid}0`, unknownUuid.toUpperCase()]
const file = (query: string, branch = 'main') => `GET /v1/repositories/{uuid}/branch/${branch}/file${query}`
const subFiles = (query: string, branch = 'main') =>
  `GET /v1/repositories/{uuid}/branch/${branch}/sub-files${query}`
const commits = (query: string) => `GET /v1/repositories/team/app/commits${query}`
const members = (query: string) => `GET /v1/repositories/{uuid}/members${query}`
const verify = 'POST /v1/users/sshkey/privatekey/verify'
const fork = 'POST /v2/projects/repositories/fork'
const protect = 'PUT /v2/repositories/{id}/branch/main/protect'
const deployKeys = 'POST /v2/repositories/{id}/deploy-keys'
const protectTags = 'POST /v2/repositories/{id}/protected-tags'
const tags = 'POST /v2/repositories/{id}/tags'
const branches = 'POST /v2/repositories/{id}/branches'
const addMembers = 'POST /v1/repositories/{uuid}/members'
const create = 'POST /v1/repositories'
const makeCommit = 'POST /v2/projects/{id}/repository/commits'
const forkable = { project_name: 'fresh', repo_name: 'copy', template_id: 1 }
const deployKey = { application: '', can_push: false, key: stranger.public, key_title: 'x' }
const commit = {
  branch: 'main',
  commit_message: 'x',
  actions: [{ action: 'create', file_path: 'new.txt', content: 'x' }],
}
const levels = (push_access_level: unknown, merge_access_level: unknown) => ({
  access_level: { push_access_level, merge_access_level },
})

const bad = (request: string, body: unknown, wanted: typeof invalid): BadRequest => ({
  request,
  ...(body !== undefined && { body }),
  ...wanted,
})

const table: readonly BadRequest[] = [
  // ids
  ...ids.map((id) => bad(`GET /v2/repositories/${id}/tags`, undefined, invalid)),
  ...ids.map((id) => bad(`GET /v1/repositories/${id}/commits?ref_name=main`, undefined, invalid)),
  ...uuids.map((uuid) => bad(`GET /v1/repositories/${uuid}/statistic-data`, undefined, invalid)),
  ...uuids.map((uuid) => bad(`GET /v2/repositories/${uuid}`, undefined, invalid)),
  bad('DELETE /v1/users/sshkey/x', undefined, invalid),
  bad(`DELETE /v1/users/sshkey/${'1'.repeat(41)}`, undefined, invalid),
  bad('DELETE /v1/users/sshkey/99999', undefined, notFound),
  bad(`DELETE /v1/users/sshkey/${'9'.repeat(40)}`, undefined, notFound),
  bad('DELETE /v2/repositories/{id}/deploy-keys/99999', undefined, notFound),
  bad(`DELETE /v1/repositories/{uuid}/members/nobody`, undefined, notFound),
  bad(`DELETE /v1/repositories/{uuid}/members/999`, undefined, notFound),
  bad('PUT /v1/repositories/{uuid}/members/999', { role: 30 }, notFound),
  // what is not there
  bad('GET /v2/repositories/99999/tags', undefined, notFound),
  bad(`GET /v1/repositories/${unknownUuid}/members`, undefined, notFound),
  bad(`GET /v1/repositories/${unhex}/members`, undefined, notFound),
  bad(`GET /v2/projects/${unknownUuid}/repositories`, undefined, notFound),
  bad('GET /v1/repositories/nobody/app/commits?ref_name=main', undefined, notFound),
  bad('GET /v1/repositories/team/none/commits?ref_name=main', undefined, notFound),
  bad('GET /v1/repositories/team/sub/app/commits?ref_name=main', undefined, notFound),
  bad('GET /v1/repositories/team%2Fsub/app/commits?ref_name=main', undefined, notFound),
  bad('GET /v1/repositories/repoid?group_name=team&repository_name=none', undefined, notFound),
  bad(commits('?ref_name=none'), undefined, notFound),
  bad(commits('?ref_name=main~1'), undefined, notFound),
  bad(commits('?ref_name=--all'), undefined, notFound),
  bad(file('?path=README.md', 'none'), undefined, notFound),
  bad(file('?path=README.md', 'a..b'), undefined, notFound),
  bad(file('?path=none'), undefined, notFound),
  bad(file('?path=src'), undefined, notFound),
  bad(subFiles('?path=none'), undefined, notFound),
  bad(subFiles('?path=README.md'), undefined, notFound),
  bad(subFiles('', 'none'), undefined, notFound),
  bad('GET /v2/projects/{id}/repository/files/src?ref=main', undefined, notFound),
  bad('GET /v2/repositories/{uuid}/archive?sha=none&format=zip', undefined, notFound),
  bad('DELETE /v2/repositories/{id}/protected-branches/none', undefined, notFound),
  bad('DELETE /v2/repositories/{id}/protected-branches', { names: ['twice', 'none'] }, notFound),
  bad('DELETE /v2/repositories/{id}/protected-tags/none', undefined, notFound),
  bad('PUT /v2/repositories/{id}/branch/none/protect', levels(40, 40), notFound),
  bad('PUT /v2/repositories/{id}/branch/ma*/protect', levels(40, 40), notFound),
  bad('GET /v1/repositories/{id}/statistics?branch_name=none', undefined, notFound),
  bad('GET /v1/nothing', undefined, notFound),
  bad('GET /v2/repositories/{id}/nothing', undefined, notFound),
  bad('PATCH /v2/repositories/{id}/tags', {}, notFound),
  bad('POST /v1/repositories/{uuid}/statistic-data', {}, notFound),
  // queries
  ...['0', '101', 'x', '', '01', '-1', '1&page_size=2'].flatMap((size) => [
    bad(members(`?page_size=${size}`), undefined, invalid),
    bad(commits(`?ref_name=main&page_size=${size}`), undefined, invalid),
    bad(subFiles(`?limit=${size.replace('page_size', 'limit')}`), undefined, invalid),
    bad(`GET /v2/projects/repositories?page_size=${size}`, undefined, invalid),
  ]),
  bad(members('?page_index=0'), undefined, invalid),
  bad(members(`?subject=${'x'.repeat(129)}`), undefined, invalid),
  bad(subFiles('?offset=x'), undefined, invalid),
  bad(subFiles('?offset=2147483648'), undefined, invalid),
  bad(subFiles(`?path=${'x'.repeat(201)}`), undefined, invalid),
  bad(subFiles('', 'x'.repeat(201)), undefined, invalid),
  bad(file(''), undefined, invalid),
  bad(file('?path='), undefined, invalid),
  bad(file('?path=/etc/passwd'), undefined, invalid),
  bad(file('?path=../x'), undefined, invalid),
  bad(file(`?path=${'x'.repeat(201)}`), undefined, invalid),
  bad(commits(''), undefined, invalid),
  bad(commits('?ref_name='), undefined, invalid),
  bad('GET /v1/repositories/{id}/commits', undefined, invalid),
  bad('GET /v1/repositories/{id}/commits?ref_name=main&begin_date=yesterday', undefined, invalid),
  bad('GET /v2/projects/{id}/repository/commits?with_stats=maybe', undefined, invalid),
  bad('GET /v2/projects/{id}/repository/files/README.md', undefined, invalid),
  bad('GET /v2/repositories/{uuid}/archive?sha=main', undefined, invalid),
  bad('GET /v2/repositories/{uuid}/archive?sha=main&format=rar', undefined, invalid),
  bad('GET /v1/repositories/repoid?group_name=team', undefined, invalid),
  // bodies
  bad(tags, 'no json', invalid),
  bad(tags, '[]', invalid),
  bad(tags, undefined, invalid),
  bad(fork, { ...forkable, project_name: undefined }, invalid),
  bad(fork, { ...forkable, project_name: '1st' }, invalid),
  bad(fork, { ...forkable, project_name: 'a b' }, invalid),
  bad(fork, { ...forkable, project_name: 'v1' }, invalid),
  bad(fork, { ...forkable, repo_name: 'x' }, invalid),
  bad(fork, { ...forkable, repo_name: 'x'.repeat(129) }, invalid),
  bad(fork, { ...forkable, visibility_level: 5 }, invalid),
  bad(fork, { ...forkable, visibility_level: '20' }, invalid),
  bad(fork, { ...forkable, import_members: 2 }, invalid),
  bad(fork, { ...forkable, type: 'other' }, invalid),
  bad(fork, { ...forkable, template_id: 'x' }, invalid),
  bad(fork, { ...forkable, template_id: 0 }, invalid),
  bad(fork, { ...forkable, template_id: 99_999 }, notFound),
  bad(fork, { ...forkable, project_name: 'team' }, invalid),
  bad('POST /v2/projects/{project}/repositories/fork', { ...forkable, repo_name: 'app' }, invalid),
  bad(create, { name: 'app', project_uuid: '{project}' }, invalid),
  ...['-x', 'x.git', 'x.atom', 'x.', 'a b', ''].map((name) =>
    bad(create, { name, project_uuid: '{project}' }, invalid),
  ),
  bad(create, { name: 'fine', project_uuid: unknownUuid }, notFound),
  bad(create, { name: 'fine', project_uuid: '{project}', visibility_level: 10 }, invalid),
  bad(create, { name: 'fine', project_uuid: '{project}', enable_readme: '2' }, invalid),
  bad(create, { name: 'fine' }, invalid),
  bad(protect, {}, invalid),
  bad(protect, levels(30, undefined), invalid),
  bad(protect, levels(20, 30), invalid),
  bad(protect, levels('40', 40), invalid),
  bad(protect, levels(30, 0), invalid),
  bad(protectTags, { create_access_level: 40 }, invalid),
  bad(protectTags, { name: '', create_access_level: 40 }, invalid),
  bad(protectTags, { name: 'a b' }, invalid),
  bad(protectTags, { name: 'x'.repeat(501) }, invalid),
  bad(protectTags, { name: 'x', create_access_level: 20 }, invalid),
  bad(tags, { tag_name: 'x' }, invalid),
  bad(tags, { tag_name: 'a..b', ref: 'main' }, invalid),
  bad(tags, { tag_name: 'x'.repeat(261), ref: 'main' }, invalid),
  bad(tags, { tag_name: 'twice', ref: 'main' }, invalid),
  bad(tags, { tag_name: 'x', ref: 'none' }, notFound),
  bad(branches, { branch_name: 'main', ref: 'main' }, invalid),
  bad(branches, { branch_name: 'x', ref: 'none' }, notFound),
  bad(branches, { branch_name: 'x' }, invalid),
  bad(addMembers, {}, invalid),
  bad(addMembers, { users: [] }, invalid),
  bad(addMembers, { users: [{ id: '1', name: 'x', role: 25 }] }, invalid),
  bad(
    addMembers,
    {
      users: [
        { id: '1', name: 'mia', role: 20 },
        { id: '999', name: 'x', role: 20 },
      ],
    },
    notFound,
  ),
  bad(deployKeys, { ...deployKey, application: undefined }, invalid),
  bad(deployKeys, { ...deployKey, can_push: 'true' }, invalid),
  bad(deployKeys, { ...deployKey, key_title: '' }, invalid),
  bad(deployKeys, { ...deployKey, key_title: 'x'.repeat(256) }, invalid),
  bad(deployKeys, { ...deployKey, key: 'no key' }, { status: 400, code: 'CH.010202' }),
  bad(deployKeys, { ...deployKey, key: deployed.public }, { status: 409, code: 'CH.080002' }),
  bad('POST /v1/users/sshkey', { title: 'x', key: owned.public }, { status: 409, code: 'CH.080002' }),
  bad('POST /v1/users/sshkey', { title: '', key: stranger.public }, { status: 400, code: 'CH.080002' }),
  bad('POST /v1/users/sshkey', { title: 'x', key: ' ' }, { status: 400, code: 'CH.080002' }),
  bad('POST /v1/users/sshkey', { title: 'x', key: 'ssh-ed25519 AAAA' }, { status: 400, code: 'CH.010202' }),
  bad('POST /v1/users/sshkey', { title: 'x', key: 'x'.repeat(2_049) }, invalid),
  bad('POST /v1/users/sshkey', { key: stranger.public }, invalid),
  bad(verify, { repository_uuid: '{uuid}', private_key: '' }, invalid),
  bad(verify, { repository_uuid: '{uuid}', private_key: 'no key' }, invalid),
  bad(verify, { repository_uuid: '{uuid}', private_key: 'x'.repeat(2_049) }, invalid),
  bad(verify, { repository_uuid: '{uuid}', private_key: stranger.private }, noPermission),
  bad(verify, { repository_uuid: unknownUuid, private_key: owned.private }, notFound),
  bad(verify, { private_key: owned.private }, invalid),
  bad(makeCommit, { ...commit, branch: 'twice' }, noPermission),
  bad(tags, { tag_name: 'v2', ref: 'main' }, noPermission),
  bad(makeCommit, { ...commit, actions: [] }, invalid),
  bad(makeCommit, { ...commit, actions: [{ action: 'append', file_path: 'x' }] }, invalid),
  bad(
    makeCommit,
    { ...commit, actions: [{ action: 'create', file_path: 'README.md', content: '' }] },
    invalid,
  ),
  bad(makeCommit, { ...commit, actions: [{ action: 'delete', file_path: 'none' }] }, notFound),
  bad(makeCommit, { ...commit, actions: [{ action: 'create', file_path: '.git/x', content: '' }] }, invalid),
  bad(makeCommit, { ...commit, branch: 'none' }, notFound),
  bad(makeCommit, { ...commit, commit_message: '' }, invalid),
  bad(makeCommit, { ...commit, force: 'maybe' }, invalid),
]

describe('bad input gets the published code in the envelope, and changes nothing:', () => {
  let before: unknown
  beforeAll(async () => {
    before = await everything()
  })

  it.each(table)('$request $body → $status $code', async ({ body, request, ...wanted }) => {
    expectFailure(await sendAs(mia, request, body), wanted)
  })

  it('a body of another type, and one that is compressed', async () => {
    for (const headers of [{ 'Content-Type': 'text/plain' }, { 'Content-Encoding': 'gzip' }]) {
      const sent = { 'Content-Type': 'application/json', ...headers, 'X-Auth-Token': mia.token }
      const answer = await world.raw(fill(tags), { headers: sent, body: '{"tag_name":"x","ref":"main"}' })
      expectFailure(answer, invalid)
    }
  })

  it('a body that is too large', async () => {
    expectFailure(await sendAs(mia, tags, { tag_name: 'x'.repeat(1024 * 1024) }), invalid)
  })

  it('in all of that nothing has changed', async () => {
    expect(await everything()).toEqual(before)
    expect(await world.gitferry.projects.list()).toMatchObject({ total: 1 })
  })
})

const writes: readonly (readonly [request: string, body: unknown])[] = [
  [makeCommit, commit],
  [tags, { tag_name: 'x', ref: 'main' }],
  [branches, { branch_name: 'x', ref: 'main' }],
  [protect, levels(40, 40)],
  [protectTags, { name: 'x' }],
  [deployKeys, deployKey],
  [addMembers, { users: [{ id: '1', name: 'mia', role: 20 }] }],
  ['DELETE /v1/repositories/{uuid}', undefined],
  ['DELETE /v2/repositories/{id}/protected-tags/v*', undefined],
  ['POST /v2/projects/{project}/repositories/fork', forkable],
  [create, { name: 'fine', project_uuid: '{project}' }],
]

const reads = [
  members(''),
  file('?path=README.md'),
  subFiles(''),
  commits('?ref_name=main'),
  'GET /v2/repositories/{id}/tags',
  'GET /v2/repositories/{id}/branches',
  'GET /v1/repositories/{uuid}/statistic-data',
  'GET /v2/repositories/{uuid}',
  'GET /v1/repositories/repoid?group_name=team&repository_name=app',
  'GET /v2/repositories/{uuid}/archive?sha=main&format=zip',
  'GET /v2/projects/{project}/repositories',
  'GET /v1/repositories/{id}/statistics?branch_name=main',
]

describe('who may do what', () => {
  it.each(writes)('whoever may only read is refused: %s', async (request, body) => {
    const before = await everything()
    expectFailure(await sendAs(rex, request, body), noPermission)
    expect(await everything()).toEqual(before)
  })

  it.each([...reads.map((request) => [request, undefined] as const), ...writes])(
    'whoever has no role in a private repository is refused: %s',
    async (request, body) => {
      expectFailure(await sendAs(noa, request, body), noPermission)
    },
  )

  it('they are shown none of it in lists', async () => {
    const { json } = await sendAs(noa, 'GET /v2/projects/repositories')
    expect(json).toEqual({ result: { total: 0, repositories: [] }, status: 'success' })
  })

  it('whoever may read has no rights but that', async () => {
    expect((await sendAs(rex, 'GET /v1/repositories/{uuid}/master')).json.result).toBe(false)
    expect((await sendAs(rex, 'GET /v2/repositories/{uuid}')).json.result).toMatchObject({
      userRole: 20,
      is_owner: 0,
    })
  })
})

describe('whoever is not known gets the answer of the gateway', () => {
  const gateway = (text: string) => ({
    status: 401,
    json: {
      error_code: 'APIG.0301',
      error_msg: `Incorrect IAM authentication information: ${text}`,
      request_id: expect.stringMatching(/^[\w-]{36}$/),
    },
  })

  it.each(['GET /v1/users/sshkey', 'GET /v1/nothing', 'POST /v2/repositories/x/tags'])(
    'who shows nothing: %s',
    async (request) => {
      expect(await world.raw(request)).toMatchObject(gateway('x-auth-token not found'))
    },
  )

  it('who shows a wrong token, or an expired one', async () => {
    const headers = { 'X-Auth-Token': `${mia.token}x` }
    expect(await world.raw('GET /v1/users/sshkey', { headers })).toMatchObject(gateway('decrypt token fail'))
    const expires_at = new Date(world.clock.now() + 1_000).toISOString()
    const { token } = await world.gitferry.tokens.create({ name: 'short', scope: 'read', expires_at })
    await world.clock.advance(1_000)
    expect(await world.raw('GET /v1/users/sshkey', { headers: { 'X-Auth-Token': token } })).toMatchObject(
      gateway(`token expires, expires_at: ${expires_at}`),
    )
  })

  it('whose signature is wrong', async () => {
    const accessKey = { ...mia.accessKey, secret_access_key: 'x'.repeat(40) }
    const { exception, status } = await officialClient({ endpoint: world.endpoint, accessKey }).send({
      method: 'GET',
      url: '/v1/users/sshkey',
    })
    expect({ status, ...exception }).toMatchObject({
      status: 401,
      errorCode: 'APIG.0301',
      errorMsg: 'Incorrect IAM authentication information: verify aksk signature fail',
    })
  })
})

it('tells nothing of itself where something goes wrong here', async () => {
  const broken = await mia.gitferry.repos.create({ name: 'broken', project_id: repo.project_id })
  rmSync((await world.gitferry.repos.get(broken.id)).path, { recursive: true })
  const answer = await sendAs(mia, `GET /v2/repositories/${broken.id}/tags`)
  const error = { code: 'CH.000001', message: 'Unknown error' }
  expect(answer).toMatchObject({ status: 500, json: { error, status: 'failed' } })

  // nor leaves a project that nobody asked for without its repository
  const { json, status } = await sendAs(mia, fork, { ...forkable, template_id: broken.id })
  expect({ status, error: json.error }).toEqual({ status: 500, error })
  expect(await world.gitferry.projects.list()).toMatchObject({ total: 1 })
})

it('does not publish a repository by a fork of whoever may only read it', async () => {
  const { id, visibility } = await world.gitferry.repos.create({ name: 'closed' })
  await world.gitferry.members.set(id, mia.user.id, { role: 20 })
  const wider = { ...forkable, template_id: id, visibility_level: 20 }
  const { json, status } = await sendAs(mia, fork, wider)
  expect({ status, json }).toMatchObject({ status: 400, json: { error: { code: 'CH.010001' } } })
  expect(JSON.stringify(json)).toContain(`visibility_level: must be at most ${visibility}`)
  expect(await world.gitferry.projects.list()).toMatchObject({ total: 1 })
})

it.each<[string, string, object | undefined]>([
  ['tag_name: ', tags, { tag_name: 'a..b', ref: 'main' }],
  ['branch_name: ', branches, { branch_name: 'a..b', ref: 'main' }],
  ['ref: ', branches, { branch_name: 'x', ref: 'none' }],
  ['actions.0.file_path: ', makeCommit, { ...commit, actions: [{ action: 'delete', file_path: 'none' }] }],
  [
    'actions.0.last_commit_id: ',
    makeCommit,
    {
      ...commit,
      actions: [{ action: 'update', file_path: 'README.md', content: 'x', last_commit_id: '0'.repeat(40) }],
    },
  ],
  ['commit_message: ', makeCommit, { ...commit, commit_message: '' }],
  ['member_id: ', 'DELETE /v1/repositories/{uuid}/members/999', undefined],
  ['users.1.id: ', addMembers, { users: [memberOf('1'), memberOf('999')] }],
  ['users.0.id: ', addMembers, { users: [memberOf('nobody')] }],
  ['repository_id: ', 'GET /v2/repositories/99999/tags', undefined],
  ['ref_name: ', commits('?ref_name=none'), undefined],
  ['branch_name: ', subFiles('', 'none'), undefined],
  ['sha: ', 'GET /v2/repositories/{uuid}/archive?sha=none&format=zip', undefined],
  ['file_path: ', 'GET /v2/projects/{id}/repository/files/none?ref=main', undefined],
  ['template_id: ', fork, { ...forkable, template_id: 99_999 }],
  ['project_name: ', fork, { ...forkable, project_name: 'team' }],
  ['repo_name: ', 'POST /v2/projects/{project}/repositories/fork', { ...forkable, repo_name: 'app' }],
])('a failure names %s, as the request has it: %s', async (field, request, body) => {
  const { json } = await sendAs(mia, request, body)
  expect((json.error as { message: string }).message).toMatch(new RegExp(`^${field.replaceAll('.', '\\.')}`))
})

function memberOf(id: string) {
  return { id, name: 'x', role: 20 }
}

it('whoever has no role is told what to do, and nothing of what is there', async () => {
  for (const request of ['GET /v2/repositories/{id}/tags', 'GET /v2/projects/{project}/repositories']) {
    const { json } = await sendAs(noa, request)
    expect(json.error).toEqual({
      code: 'CH.080401',
      message: 'No Permission. Ask an admin of the repository or project for a role in it.',
    })
  }
})

it('whoever may not add members is not told who is a user', async () => {
  for (const id of ['999', 'nobody']) {
    expectFailure(await sendAs(rex, addMembers, { users: [memberOf(id)] }), noPermission)
  }
})

it('the same failures come to who signs with an access key', async () => {
  for (const each of table.filter((_, index) => index % 12 === 0)) {
    const [method = '', path = ''] = fill(each.request).split(' ')
    if (typeof each.body === 'string' || method === 'PATCH') continue
    const { body, status } = await mia.signing.send({
      ...{ method: method as 'GET', url: path.split('?')[0]! },
      queryParams: Object.fromEntries(new URLSearchParams(path.split('?')[1])),
      ...(each.body !== undefined && { data: JSON.parse(fill(JSON.stringify(each.body))) }),
    })
    const answered = { status, code: (body as { error: { code: string } }).error?.code }
    expect(answered, each.request).toEqual({ status: each.status, code: each.code })
  }
})

it('what is no commit is neither tagged nor branched from, and any name of a commit is', async () => {
  const oid = (name: string) => world.sandbox.tip(repo.path, name)
  const before = world.sandbox.refs(repo.path)
  const blob = oid('main:README.md')
  expectFailure(await sendAs(mia, tags, { tag_name: 'blob', ref: blob }), notFound)
  expectFailure(await sendAs(mia, branches, { branch_name: 'blob', ref: blob }), notFound)
  expect(world.sandbox.refs(repo.path)).toEqual(before)
  const revisions = ['feature/x', 'v1.0', oid('main'), oid('main').slice(0, 12)]
  for (const [index, ref] of revisions.entries()) {
    const answer = await sendAs(mia, branches, { branch_name: `from-${index}`, ref })
    expect(answer, ref).toMatchObject({
      status: 200,
      json: { result: { commit: { id: oid(`${ref}^{commit}`) } } },
    })
    const tagged = await sendAs(mia, tags, { tag_name: `of-${index}`, ref })
    expect(tagged, ref).toMatchObject({
      status: 200,
      json: { result: { commit: { id: oid(`${ref}^{commit}`) } } },
    })
  }
})

it('a deploy key of a repository that is not hosted is refused, with what to do', async () => {
  const path = world.sandbox.repository('registered')
  world.sandbox.commit(path)
  const { id } = await world.gitferry.repos.register({ path })
  const { token } = await world.gitferry.tokens.create({ name: 'ops', scope: 'admin' })
  const answer = await world.raw(`POST /v2/repositories/${id}/deploy-keys`, {
    headers: { 'Content-Type': 'application/json', 'X-Auth-Token': token },
    body: JSON.stringify({ ...deployKey, key: newKey().public }),
  })
  expectFailure(answer, invalid)
  expect(JSON.stringify(answer.json)).toContain('make a hosted repository')
})
