import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { sqliteStorage } from '@gitferry/adapters/storage/sqlite'
import { createGitferry, type Gitferry } from '@gitferry/core'
import { type ApiSandbox, createApiSandbox } from '@gitferry/core/testing'
import { createApp } from '@gitferry/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BadRequest } from './bad-input/bad-request.ts'
import { engineRequests } from './bad-input/engine-requests.ts'
import { identityRequests } from './bad-input/identity-requests.ts'
import { checkedFetch } from './checked-fetch.ts'

const longName = 'n'.repeat(300)
const badRefs: readonly [rule: string, name: unknown][] = [
  ['that begins with "-"', '-x'],
  ['that is an option', '--upload-pack=touch /tmp/x'],
  ['that holds ".."', 'a..b'],
  ['that holds "@{"', 'a@{1}'],
  ['that holds a control character', 'a\u0007b'],
  ['that holds a line break', 'a\nb'],
  ['that holds NUL', 'a\u0000b'],
  ['of 300 characters', longName],
  ['that is empty', ''],
  ['that holds a space', 'a b'],
  ['that ends with ".lock"', 'a.lock'],
  ['that is a full ref', 'refs/heads/x'],
  ['that is no text', 7],
]
const badCrons: readonly [rule: string, cron: unknown][] = [
  ['that does not parse', 'every day'],
  ['of 3 fields', '* * *'],
  ['of 6 fields', '0 0 0 * * *'],
  ['that names no possible date', '0 0 30 2 *'],
  ['out of range', '61 * * * *'],
  ['@every below a second', '@every 500ms'],
  ['of a day in @every', '@every 1d'],
  ['@reboot', '@reboot'],
  ['that is no text', 5],
]
const badIds = ['0', '-1', '1.5', 'abc', '9007199254740992', '1e3', '%201', '0x1']

const task = { repo_id: 1, source_branch: 'main', target_remote: 'backup' }

function requests(sandbox: ApiSandbox): BadRequest[] {
  const bad = { status: 400, code: 'INVALID_INPUT' }
  const register = (rule: string, path: unknown, status: number, code: string): BadRequest => ({
    rule: `registering a path ${rule}`,
    method: 'POST',
    path: '/api/v1/repos',
    body: { path },
    status,
    code,
    field: 'path',
  })
  const paths = [
    register('that is relative', 'project', 400, 'PATH_INVALID'),
    register('that is missing', join(sandbox.root, 'missing'), 400, 'PATH_INVALID'),
    register('that is a file', sandbox.filePath, 400, 'PATH_INVALID'),
    register('that is no repository', sandbox.plainFolderPath, 400, 'NOT_A_REPOSITORY'),
    register('below the top of a repository', sandbox.subfolderPath, 400, 'NOT_A_REPOSITORY'),
    register('outside the repository roots', sandbox.outsidePath, 403, 'PATH_OUTSIDE_ROOTS'),
    register('that leads outside by a link', sandbox.linkToOutsidePath, 403, 'PATH_OUTSIDE_ROOTS'),
    register('that leads outside by ".."', join(sandbox.root, '..', 'etc'), 403, 'PATH_OUTSIDE_ROOTS'),
    register('with a control character', `${sandbox.root}/a\nb`, 400, 'PATH_INVALID'),
    register('that is empty', '', 400, 'INVALID_INPUT'),
    register('that is no text', ['/'], 400, 'INVALID_INPUT'),
    register('that is registered already', sandbox.clonePath, 409, 'REPO_EXISTS'),
  ]
  const refs = badRefs.flatMap(([rule, name]): BadRequest[] => {
    const code = typeof name === 'string' ? 'REF_INVALID' : 'INVALID_INPUT'
    return [
      {
        rule: `creating a branch ${rule}`,
        method: 'POST',
        path: '/api/v1/repos/1/branches',
        body: { name },
        status: 400,
        code,
        field: 'name',
      },
      {
        rule: `checking out a branch ${rule}`,
        method: 'POST',
        path: '/api/v1/repos/1/branches/checkout',
        body: { branch: name },
        status: 400,
        code,
        field: 'branch',
      },
      {
        rule: `a task from a branch ${rule}`,
        method: 'POST',
        path: '/api/v1/sync/tasks',
        body: { ...task, source_branch: name },
        status: 400,
        code,
        field: 'source_branch',
      },
      // an empty one means the source's name, as when a task is made
      ...(name === ''
        ? []
        : [
            {
              rule: `moving a task to a branch ${rule}`,
              method: 'PUT',
              path: '/api/v1/sync/tasks/1',
              body: { target_branch: name },
              status: 400,
              code,
              field: 'target_branch',
            },
          ]),
    ]
  })
  const deletedRefs = badRefs
    .filter(([, name]) => typeof name === 'string' && name !== '')
    .map(
      ([rule, name]): BadRequest => ({
        rule: `deleting a branch ${rule}`,
        method: 'DELETE',
        path: `/api/v1/repos/1/branches/${encodeURIComponent(String(name))}`,
        status: 400,
        code: 'REF_INVALID',
        field: 'branch',
      }),
    )
  const crons = badCrons.flatMap(([rule, cron_expression]): BadRequest[] => {
    const code = typeof cron_expression === 'string' ? 'SCHEDULE_INVALID' : 'INVALID_INPUT'
    return [
      {
        rule: `a task with a schedule ${rule}`,
        method: 'POST',
        path: '/api/v1/sync/tasks',
        body: { ...task, cron_expression },
        status: 400,
        code,
        field: 'cron_expression',
      },
      {
        rule: `giving a task a schedule ${rule}`,
        method: 'PUT',
        path: '/api/v1/sync/tasks/1',
        body: { cron_expression },
        status: 400,
        code,
        field: 'cron_expression',
      },
    ]
  })
  const ids = badIds.flatMap((id): BadRequest[] => [
    { rule: `the repository "${id}"`, method: 'GET', path: `/api/v1/repos/${id}`, ...bad, field: 'id' },
    {
      rule: `deleting the repository "${id}"`,
      method: 'DELETE',
      path: `/api/v1/repos/${id}`,
      ...bad,
      field: 'id',
    },
    {
      rule: `branches of the repository "${id}"`,
      method: 'GET',
      path: `/api/v1/repos/${id}/branches`,
      ...bad,
      field: 'id',
    },
    {
      rule: `creating a branch in the repository "${id}"`,
      method: 'POST',
      path: `/api/v1/repos/${id}/branches`,
      body: { name: 'x' },
      ...bad,
      field: 'id',
    },
    { rule: `the task "${id}"`, method: 'GET', path: `/api/v1/sync/tasks/${id}`, ...bad, field: 'id' },
    {
      rule: `changing the task "${id}"`,
      method: 'PUT',
      path: `/api/v1/sync/tasks/${id}`,
      body: { name: 'x' },
      ...bad,
      field: 'id',
    },
    {
      rule: `deleting the task "${id}"`,
      method: 'DELETE',
      path: `/api/v1/sync/tasks/${id}`,
      ...bad,
      field: 'id',
    },
    {
      rule: `running the task "${id}"`,
      method: 'POST',
      path: `/api/v1/sync/tasks/${id}/run`,
      ...bad,
      field: 'id',
    },
    {
      rule: `planning the task "${id}"`,
      method: 'POST',
      path: `/api/v1/sync/tasks/${id}/plan`,
      ...bad,
      field: 'id',
    },
    { rule: `the run "${id}"`, method: 'GET', path: `/api/v1/sync/runs/${id}`, ...bad, field: 'id' },
    {
      rule: `the log of the run "${id}"`,
      method: 'GET',
      path: `/api/v1/sync/runs/${id}/log`,
      ...bad,
      field: 'id',
    },
    { rule: `the runs of the task "${id}"`, method: 'GET', path: `/api/v1/sync/tasks/${id}/runs`, ...bad },
  ])
  const json = { 'content-type': 'application/json' }
  const bodies: BadRequest[] = [
    {
      rule: 'a body that is missing',
      method: 'POST',
      path: '/api/v1/repos',
      headers: json,
      ...bad,
      field: 'body',
    },
    {
      rule: 'a body that is no JSON',
      method: 'POST',
      path: '/api/v1/sync/tasks',
      body: '{"name":',
      headers: json,
      ...bad,
      field: 'body',
    },
    {
      rule: 'a body that is a list',
      method: 'POST',
      path: '/api/v1/repos',
      body: '[]',
      headers: json,
      ...bad,
      field: 'body',
    },
    {
      rule: 'a body of another content type',
      method: 'POST',
      path: '/api/v1/repos',
      body: '{}',
      headers: { 'content-type': 'text/plain' },
      status: 415,
      code: 'UNSUPPORTED_MEDIA_TYPE',
    },
    {
      rule: 'a body of 2 MiB',
      method: 'POST',
      path: '/api/v1/repos',
      body: JSON.stringify({ path: 'x'.repeat(2 ** 21) }),
      headers: json,
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
    },
  ]
  const others: BadRequest[] = [
    {
      rule: 'a task of an unknown repository',
      method: 'POST',
      path: '/api/v1/sync/tasks',
      body: { ...task, repo_id: 99 },
      status: 404,
      code: 'REPO_NOT_FOUND',
      field: 'repo_id',
    },
    {
      rule: 'a task to an unknown remote',
      method: 'POST',
      path: '/api/v1/sync/tasks',
      body: { ...task, target_remote: 'nowhere' },
      status: 400,
      code: 'REMOTE_UNKNOWN',
      field: 'target_remote',
    },
    {
      rule: 'a task from a ref to itself',
      method: 'POST',
      path: '/api/v1/sync/tasks',
      body: { ...task, target_remote: 'origin' },
      status: 400,
      code: 'SAME_REF',
      field: 'target_branch',
    },
    {
      rule: 'a task with an unknown time zone',
      method: 'POST',
      path: '/api/v1/sync/tasks',
      body: { ...task, cron_expression: '@daily', timezone: 'Mars/Olympus' },
      status: 400,
      code: 'SCHEDULE_INVALID',
      field: 'timezone',
    },
    {
      rule: 'registering with an unknown SSH key',
      method: 'POST',
      path: '/api/v1/repos',
      body: { path: sandbox.secondBarePath, ssh_key_id: 5 },
      status: 404,
      code: 'SSH_KEY_NOT_FOUND',
      field: 'ssh_key_id',
    },
    {
      rule: 'deleting a repository in use',
      method: 'DELETE',
      path: '/api/v1/repos/1',
      status: 409,
      code: 'REPO_IN_USE',
    },
    {
      rule: 'deleting the current branch',
      method: 'DELETE',
      path: '/api/v1/repos/1/branches/main',
      status: 409,
      code: 'BRANCH_CHECKED_OUT',
    },
    { rule: 'a page of 0', method: 'GET', path: '/api/v1/repos?page=0', ...bad, field: 'page' },
    {
      rule: 'a page size of 101',
      method: 'GET',
      path: '/api/v1/sync/runs?page_size=101',
      ...bad,
      field: 'page_size',
    },
    { rule: 'a page of "x"', method: 'GET', path: '/api/v1/audit/logs?page=x', ...bad, field: 'page' },
    {
      rule: 'a time range that is reversed',
      method: 'GET',
      path: '/api/v1/audit/logs?start_time=2026-02-01&end_time=2026-01-01',
      ...bad,
      field: 'start_time',
    },
    {
      rule: 'a time that is none',
      method: 'GET',
      path: '/api/v1/audit/logs?start_time=yesterday',
      ...bad,
      field: 'start_time',
    },
  ]
  return [
    ...paths,
    ...refs,
    ...deletedRefs,
    ...crons,
    ...ids,
    ...bodies,
    ...others,
    ...engineRequests(sandbox),
    ...identityRequests(),
  ]
}

const shape = await createApiSandbox()
const table = requests(shape)
shape.remove()

describe('bad input gets its status, the envelope, the field, one audit entry, and changes nothing', () => {
  let sandbox: ApiSandbox
  let gitferry: Gitferry
  let answerTo: typeof globalThis.fetch
  let bad: BadRequest[]

  const send = ({ method, path, body, headers }: BadRequest) => {
    const text = typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body)
    const all = {
      host: 'localhost',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    }
    const request = new Request(`http://localhost${path}`, {
      method,
      headers: all,
      ...(text !== undefined && { body: text }),
    })
    return answerTo(request)
  }
  /** Everything that a refused request could have changed. */
  const state = async () => ({
    // the size is measured beside the runs, whenever there is time
    repos: (await gitferry.repos.list()).items.map(({ size_bytes: _, ...each }) => each),
    tasks: (await gitferry.sync.tasks.list()).items.map(({ next_runs: _, ...each }) => each),
    runs: (await gitferry.sync.runs.list()).total,
    plans: (await gitferry.sync.plans.list()).total,
    kept: (await gitferry.sync.kept.list()).total,
    jobs: (await gitferry.jobs.list()).total,
    users: (await gitferry.users.list()).total,
    tokens: (await gitferry.tokens.list()).total,
    accessKeys: (await gitferry.accessKeys.list()).total,
    files: [sandbox.root, dirname(sandbox.outsidePath)].map((folder) => readdirSync(folder)),
    refs: sandbox.git(sandbox.clonePath, 'for-each-ref'),
    head: sandbox.git(sandbox.clonePath, 'symbolic-ref', 'HEAD'),
  })

  beforeAll(async () => {
    sandbox = await createApiSandbox()
    const { dataDir, root } = sandbox
    gitferry = createGitferry({
      storage: sqliteStorage({ path: join(dataDir, 'gitferry.db') }),
      dataDir,
      repoRoots: [root],
    })
    await gitferry.start()
    const app = createApp(gitferry)
    answerTo = checkedFetch(async (request) =>
      app.fetch(request as Request, { clientAddress: '127.0.0.1' }),
    ).fetch
    await gitferry.repos.register({ path: sandbox.clonePath })
    const { id } = await gitferry.sync.tasks.create(task)
    const plan = await gitferry.sync.tasks.plan(id)
    await gitferry.sync.plans.apply(plan.id, { wait: true })
    bad = requests(sandbox)
  })

  afterAll(async () => {
    await gitferry.stop()
    sandbox.remove()
  })

  it.each(table.map(({ rule }, index) => ({ rule, index })))('$rule', async ({ index }) => {
    const request = bad[index]!
    const before = await state()
    const entries = (await gitferry.audit.list()).total

    const response = await send(request)
    const answer = (await response.json()) as {
      code: number
      message: string
      data: null
      error: { code: string; details: { field?: string } }
      request_id: string
    }
    expect({ status: response.status, code: answer.error.code }, answer.message).toEqual({
      status: request.status,
      code: request.code,
    })
    expect(answer).toEqual({
      code: request.status,
      message: expect.stringMatching(/\S/),
      data: null,
      error: { code: request.code, details: expect.any(Object) },
      request_id: response.headers.get('x-request-id'),
    })
    if (request.field !== undefined) {
      expect(answer.error.details.field).toBe(request.field)
      expect(answer.message.toLowerCase()).toContain(request.field === 'body' ? 'body' : request.field)
    }

    const { items, total } = await gitferry.audit.list()
    const changes = request.method !== 'GET'
    expect(total - entries).toBe(changes ? 1 : 0)
    if (changes) expect(items[0]).toMatchObject({ result: 'failure', error_code: request.code })
    expect(await state()).toEqual(before)
  })
})
