import assert from 'node:assert/strict'
import type { GitferryApi } from '../../contract/api/index.ts'
import {
  type AuditObjectType,
  type AuditQuery,
  type AuditType,
  auditEntry as auditEntrySchema,
} from '../../contract/audit-entry.ts'
import type { RegisterRepo } from '../../contract/repo.ts'
import { allSealed, collect, isRecord, mainToBackup, registerClone } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules } from './subject.ts'

/** What the log shows of one change, newest first. */
export const entriesOf = async (api: GitferryApi) =>
  (await collect(api.audit.all())).map(({ type, object_type, object_id, result, error_code }) => ({
    type,
    object_type,
    object_id,
    result,
    error_code,
  }))

/** The entry of a change that went well. */
export const success = (type: AuditType, object_type: AuditObjectType, object_id: number | null) => ({
  type,
  object_type,
  object_id,
  result: 'success',
  error_code: null,
})

/** The entry of a change that was refused. */
export const failure = (
  type: AuditType,
  object_type: AuditObjectType,
  object_id: number | null,
  error_code: string,
) => ({ type, object_type, object_id, result: 'failure', error_code })

export const auditRules: ApiRules = {
  'an entry says who did what to which object, when': async (subject) => {
    const { api } = subject
    const before = new Date().toISOString()
    const { id } = await registerClone(subject)
    const { items, total } = await api.audit.list()
    assert.equal(total, 1)
    const [entry] = items
    isRecord(auditEntrySchema, entry)
    assert.notEqual(entry!.operator, '')
    assert.ok(entry!.created_at >= before && entry!.created_at <= new Date().toISOString())
    assert.deepEqual(await entriesOf(api), [success('create', 'repo', id)])
  },

  'every change leaves one entry, and reading leaves none': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await registerClone(subject)
    await api.repos.update(id, { name: 'renamed' })
    await api.branches.create(id, { name: 'x' })
    await api.branches.checkout(id, { branch: 'x' })
    await api.branches.checkout(id, { branch: 'main' })
    await api.branches.delete(id, 'x')
    const input = { repo_id: id, source_branch: 'main', target_remote: 'backup' }
    const task = await api.sync.tasks.create(input)
    await api.sync.tasks.update(task.id, { enabled: false })
    await api.sync.tasks.plan(task.id)
    await api.sync.tasks.delete(task.id)
    await api.repos.delete(id)
    await api.repos.register({ path: sandbox.secondBarePath }).then(({ id }) => api.branches.list(id))
    await Promise.all([api.repos.list(), api.sync.tasks.list(), api.sync.runs.list(), api.system.version()])
    const [last, ...others] = await entriesOf(api)
    assert.equal(last?.type, 'create')
    assert.deepEqual(others, [
      success('delete', 'repo', id),
      success('delete', 'task', task.id),
      success('plan', 'task', task.id),
      success('update', 'task', task.id),
      success('create', 'task', task.id),
      success('delete', 'branch', id),
      success('checkout', 'branch', id),
      success('checkout', 'branch', id),
      success('create', 'branch', id),
      success('update', 'repo', id),
      success('create', 'repo', id),
    ])
  },

  'asking for a run leaves one entry': async (subject) => {
    const { api } = subject
    const { id } = await mainToBackup(subject)
    await api.sync.tasks.run(id, { wait: true })
    const { items } = await api.audit.list({ type: 'run', object_type: 'task' })
    assert.deepEqual(
      items.map(({ object_id, result }) => ({ object_id, result })),
      [{ object_id: id, result: 'success' }],
    )
  },

  'a refused change leaves one entry with the error’s code': async (subject) => {
    const { api, sandbox } = subject
    const task = await mainToBackup(subject)
    const id = task.repo_id
    const before = (await entriesOf(api)).length
    await refuses(api.repos.register({ path: sandbox.clonePath }), 'REPO_EXISTS')
    await refuses(api.repos.register({ path: sandbox.outsidePath }), 'PATH_OUTSIDE_ROOTS')
    await refuses(api.repos.register({} as RegisterRepo), 'INVALID_INPUT')
    await refuses(api.repos.delete(id), 'REPO_IN_USE')
    await refuses(api.repos.update(999, { name: 'x' }), 'REPO_NOT_FOUND')
    await refuses(api.branches.create(id, { name: 'a..b' }), 'REF_INVALID')
    await refuses(api.branches.create(id, { name: 'main' }), 'BRANCH_EXISTS')
    await refuses(api.branches.checkout(id, { branch: 'nowhere' }), 'BRANCH_NOT_FOUND')
    await refuses(api.branches.delete(id, 'main'), 'BRANCH_CHECKED_OUT')
    await refuses(api.sync.tasks.create({ repo_id: id, source_branch: 'main' }), 'SAME_REF')
    await refuses(api.sync.tasks.update(task.id, { target_remote: 'upstream' }), 'REMOTE_UNKNOWN')
    await refuses(api.sync.tasks.run(999), 'TASK_NOT_FOUND')
    const entries = await entriesOf(api)
    assert.deepEqual(entries.slice(0, entries.length - before), [
      failure('run', 'task', 999, 'TASK_NOT_FOUND'),
      failure('update', 'task', task.id, 'REMOTE_UNKNOWN'),
      failure('create', 'task', null, 'SAME_REF'),
      failure('delete', 'branch', id, 'BRANCH_CHECKED_OUT'),
      failure('checkout', 'branch', id, 'BRANCH_NOT_FOUND'),
      failure('create', 'branch', id, 'BRANCH_EXISTS'),
      failure('create', 'branch', id, 'REF_INVALID'),
      failure('update', 'repo', 999, 'REPO_NOT_FOUND'),
      failure('delete', 'repo', id, 'REPO_IN_USE'),
      failure('create', 'repo', null, 'INVALID_INPUT'),
      failure('create', 'repo', null, 'PATH_OUTSIDE_ROOTS'),
      failure('create', 'repo', null, 'REPO_EXISTS'),
    ])
  },

  'a refused reading leaves no entry': async ({ api }) => {
    await refuses(api.repos.get(999), 'REPO_NOT_FOUND')
    await refuses(api.repos.list({ page: 0 }), 'INVALID_INPUT')
    await refuses(api.branches.list(999), 'REPO_NOT_FOUND')
    assert.equal((await api.audit.list()).total, 0)
  },

  'entries are found by type, object and time, newest first': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await registerClone(subject)
    await api.repos.update(id, { name: 'renamed' })
    await api.branches.create(id, { name: 'x' })
    const other = await api.repos.register({ path: sandbox.secondBarePath })
    await allSealed(api)
    const everything = await collect(api.audit.all())
    const ids = everything.map((entry) => entry.id)
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => b - a),
    )
    const [registeredOther, created, renamed, registered] = everything
    const today = new Date().toISOString()
    const day = today.slice(0, 10)
    const hourAgo = new Date(Date.now() - 3_600_000).toISOString()
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString()
    const table: [Omit<AuditQuery, 'page' | 'page_size'>, unknown[]][] = [
      [{ type: 'create' }, [registeredOther, created, registered]],
      [{ type: 'update' }, [renamed]],
      [{ type: 'login' }, []],
      [{ object_type: 'branch' }, [created]],
      [{ object_type: 'repo' }, [registeredOther, renamed, registered]],
      [{ type: 'create', object_type: 'repo', object_id: other.id }, [registeredOther]],
      [{ object_id: id }, [created, renamed, registered]],
      [{ start_time: hourAgo }, everything],
      [{ start_time: inAnHour }, []],
      [{ end_time: hourAgo }, []],
      [{ end_time: inAnHour }, everything],
      [{ start_time: hourAgo, end_time: inAnHour }, everything],
      [{ start_time: '2000-01-01' }, everything],
      [{ start_time: '2000-01-01 00:00:00', end_time: `${Number(day.slice(0, 4)) + 1}-01-01` }, everything],
      [{ end_time: '2000-01-01 00:00:00' }, []],
      [{ start_time: hourAgo.replace('Z', '+00:00') }, everything],
    ]
    for (const [query, entries] of table) {
      const { items, total } = await api.audit.list(query)
      assert.deepEqual(items, entries, JSON.stringify(query))
      assert.equal(total, entries.length)
      assert.deepEqual(await collect(api.audit.all(query)), entries, JSON.stringify(query))
    }
  },

  'a query that cannot be is refused, and its field named': async ({ api }) => {
    const table: [string, AuditQuery | Record<string, unknown>][] = [
      ['type', { type: 'rename' }],
      ['object_type', { object_type: 'planet' }],
      ['object_id', { object_id: 0 }],
      ['start_time', { start_time: 'yesterday' }],
      ['start_time', { start_time: '2026-02-30' }],
      ['end_time', { end_time: '2026-1-1' }],
      ['end_time', { end_time: '2026-01-01T25:00:00Z' }],
      ['start_time', { start_time: '2026-01-02', end_time: '2026-01-01' }],
    ]
    for (const [field, query] of table) {
      await refuses(api.audit.list(query as AuditQuery), 'INVALID_INPUT', { field, of: query })
    }
  },
}
