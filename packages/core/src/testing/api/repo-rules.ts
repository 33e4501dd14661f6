import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type RegisterRepo, repo as repoSchema, type UpdateRepo } from '../../contract/repo.ts'
import { isRecord, mainToBackup, registerClone } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules } from './subject.ts'

export const repoRules: ApiRules = {
  'register answers the whole record': async ({ api, sandbox }) => {
    const before = new Date().toISOString()
    const repo = await api.repos.register({ path: sandbox.clonePath, name: 'my-project' })
    isRecord(repoSchema, repo)
    const { id, uuid, size_bytes, created_at, updated_at, remotes, ...rest } = repo
    assert.deepEqual(rest, {
      name: 'my-project',
      group_name: 'local',
      project_id: null,
      description: null,
      visibility: 0,
      creator_id: null,
      forked_from_id: null,
      path: sandbox.clonePath,
      current_branch: 'main',
      is_bare: false,
      is_hosted: false,
      default_branch: 'main',
      ssh_key_id: null,
      credential_id: null,
    })
    assert.ok(size_bytes > 0)
    assert.ok(created_at >= before)
    assert.equal(updated_at, created_at)
    assert.deepEqual(await api.repos.get(id), repo)
  },

  'register imports the remotes of the clone': async (subject) => {
    const { remotes } = await registerClone(subject)
    const shown = remotes.map(({ name, fetch_url, push_url, problem }) => ({
      name,
      fetch: basename(fetch_url),
      push: basename(push_url),
      problem,
    }))
    assert.deepEqual(
      shown.sort((a, b) => a.name.localeCompare(b.name)),
      [
        { name: 'backup', fetch: 'backup.git', push: 'backup.git', problem: null },
        { name: 'origin', fetch: 'origin.git', push: 'origin.git', problem: null },
      ],
    )
  },

  'register without a name, or with null, takes the folder’s': async ({ api, sandbox }) => {
    assert.equal((await api.repos.register({ path: sandbox.clonePath })).name, 'clone')
    const bare = await api.repos.register({ path: sandbox.secondBarePath, name: null, ssh_key_id: null })
    assert.equal(bare.name, 'second.git')
  },

  'register takes a bare repository': async ({ api, sandbox }) => {
    const repo = await api.repos.register({ path: sandbox.originPath })
    isRecord(repoSchema, repo)
    assert.equal(repo.is_bare, true)
    assert.equal(repo.current_branch, 'main')
    assert.deepEqual(repo.remotes, [])
  },

  'register resolves links and dots in the path': async ({ api, sandbox }) => {
    const repo = await api.repos.register({ path: `${sandbox.linkToClonePath}/../clone/` })
    assert.equal(repo.path, sandbox.clonePath)
  },

  'register ignores fields that it does not know, and no field reaches a prototype': async ({
    api,
    sandbox,
  }) => {
    const hostile = JSON.stringify({ path: sandbox.clonePath, type: 'clone', auth: { user: 'x' } }).replace(
      /}$/,
      ',"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
    )
    isRecord(repoSchema, await api.repos.register(JSON.parse(hostile) as RegisterRepo))
    assert.equal(({} as Record<string, unknown>).polluted, undefined)
  },

  'register runs nothing that the repository’s config or hooks name': async ({ api, sandbox }) => {
    const marker = join(sandbox.root, 'was-run')
    for (const key of [
      'core.fsmonitor',
      'core.sshCommand',
      'core.pager',
      'core.editor',
      'credential.helper',
    ]) {
      sandbox.git(sandbox.clonePath, 'config', key, `touch ${marker}; false`)
    }
    const { id } = await api.repos.register({ path: sandbox.clonePath })
    await api.branches.list(id, { type: 'all' })
    assert.equal(sandbox.exists(marker), false)
  },

  'current_branch follows HEAD: null when detached, the name when unborn': async ({ api, sandbox }) => {
    const { id } = await api.repos.register({ path: sandbox.clonePath })
    sandbox.git(sandbox.clonePath, 'checkout', '--quiet', '--detach')
    assert.equal((await api.repos.get(id)).current_branch, null)
    sandbox.git(sandbox.clonePath, 'checkout', '--quiet', '--orphan', 'trunk/next')
    assert.equal((await api.repos.get(id)).current_branch, 'trunk/next')
  },

  'a repository is registered once, whatever leads to it': async ({ api, sandbox }) => {
    await api.repos.register({ path: sandbox.clonePath })
    for (const path of [sandbox.clonePath, `${sandbox.clonePath}/`, sandbox.linkToClonePath]) {
      await refuses(api.repos.register({ path, name: 'another' }), 'REPO_EXISTS', { of: path })
    }
    assert.equal((await api.repos.list()).total, 1)
  },

  'a name is given once': async ({ api, sandbox }) => {
    await api.repos.register({ path: sandbox.clonePath, name: 'taken' })
    await refuses(api.repos.register({ path: sandbox.secondBarePath, name: 'taken' }), 'REPO_EXISTS')
    assert.equal((await api.repos.list()).total, 1)
  },

  'register at once from two callers stores one': async ({ api, sandbox }) => {
    const both = await Promise.allSettled([1, 2].map(() => api.repos.register({ path: sandbox.clonePath })))
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    const refused = both.find((result) => result.status === 'rejected')
    await refuses(Promise.reject(refused?.reason), 'REPO_EXISTS')
    assert.equal((await api.repos.list()).total, 1)
  },

  'register refuses a key that does not exist, and stores nothing': async ({ api, sandbox }) => {
    await refuses(api.repos.register({ path: sandbox.clonePath, ssh_key_id: 77 }), 'SSH_KEY_NOT_FOUND')
    assert.equal((await api.repos.list()).total, 0)
  },

  'register refuses a field of the wrong kind, and names it': async ({ api, sandbox }) => {
    const path = sandbox.clonePath
    const table: [string, unknown][] = [
      ['path', {}],
      ['path', { path: null }],
      ['path', { path: 7 }],
      ['path', { path: '' }],
      ['name', { path, name: '' }],
      ['name', { path, name: '   ' }],
      ['name', { path, name: 'two\nlines' }],
      ['name', { path, name: 'a\u202eb' }],
      ['name', { path, name: 'x'.repeat(101) }],
      ['name', { path, name: ['x'] }],
      ['ssh_key_id', { path, ssh_key_id: 'one' }],
      ['ssh_key_id', { path, ssh_key_id: 0 }],
    ]
    for (const [field, input] of table) {
      await refuses(api.repos.register(input as RegisterRepo), 'INVALID_INPUT', { field, of: input })
    }
    assert.equal((await api.repos.list()).total, 0)
  },

  'update changes only the fields that it is given': async (subject) => {
    const { created_at, updated_at, ...before } = await registerClone(subject)
    const changed = await subject.api.repos.update(before.id, { name: 'renamed' })
    isRecord(repoSchema, changed)
    const { created_at: createdAfter, updated_at: updatedAfter, ...after } = changed
    assert.deepEqual(after, { ...before, name: 'renamed' })
    assert.equal(createdAfter, created_at)
    assert.ok(updatedAfter >= updated_at)
    assert.equal((await subject.api.repos.update(before.id, {})).name, 'renamed')
    assert.deepEqual((await subject.api.repos.get(before.id)).name, 'renamed')
  },

  'update refuses what register refuses': async ({ api, sandbox }) => {
    const { id } = await api.repos.register({ path: sandbox.clonePath })
    await api.repos.register({ path: sandbox.secondBarePath, name: 'taken' })
    await refuses(api.repos.update(id, { name: 'taken' }), 'REPO_EXISTS')
    await refuses(api.repos.update(id, { name: '' }), 'INVALID_INPUT', { field: 'name' })
    await refuses(api.repos.update(id, { name: 5 } as unknown as UpdateRepo), 'INVALID_INPUT', {
      field: 'name',
    })
    await refuses(api.repos.update(id, { ssh_key_id: 77 }), 'SSH_KEY_NOT_FOUND')
    assert.equal((await api.repos.update(id, { name: 'clone' })).name, 'clone')
  },

  'delete takes the record, never the files, and the id is not given again': async ({ api, sandbox }) => {
    const { id } = await api.repos.register({ path: sandbox.clonePath })
    const head = sandbox.git(sandbox.clonePath, 'rev-parse', 'HEAD')
    assert.deepEqual(await api.repos.delete(id), { id, deleted: true })
    await refuses(api.repos.get(id), 'REPO_NOT_FOUND')
    await refuses(api.repos.delete(id), 'REPO_NOT_FOUND')
    assert.equal(sandbox.git(sandbox.clonePath, 'rev-parse', 'HEAD'), head)
    assert.equal(sandbox.git(sandbox.clonePath, 'status', '--porcelain'), '')
    assert.ok((await api.repos.register({ path: sandbox.clonePath })).id > id)
  },

  'delete refuses a repository that tasks use, and names them': async (subject) => {
    const { api, sandbox } = subject
    const first = await mainToBackup(subject, { name: 'nightly copy' })
    const other = await api.repos.register({ path: sandbox.secondBarePath })
    const second = await api.sync.tasks.create({
      name: 'across',
      repo_id: first.repo_id,
      source_branch: 'develop',
      target_repo_id: other.id,
      target_remote: 'local',
    })
    const error = await refuses(api.repos.delete(first.repo_id), 'REPO_IN_USE')
    assert.match(error.message, /nightly copy/)
    assert.match(error.message, /across/)
    assert.match((await refuses(api.repos.delete(other.id), 'REPO_IN_USE')).message, /across/)
    assert.equal((await api.repos.list()).total, 2)
    await api.sync.tasks.delete(first.id)
    await api.sync.tasks.delete(second.id)
    await api.repos.delete(first.repo_id)
    await api.repos.delete(other.id)
    assert.equal((await api.repos.list()).total, 0)
  },

  'a repository whose files are gone is still listed and can be deleted': async ({ api, sandbox }) => {
    const { id } = await api.repos.register({ path: sandbox.secondBarePath })
    // no longer a repository, for want of a HEAD
    sandbox.git(sandbox.secondBarePath, 'pack-refs', '--all')
    writeFileSync(join(sandbox.secondBarePath, 'HEAD'), '')
    assert.equal((await api.repos.list()).total, 1)
    assert.deepEqual(await api.repos.delete(id), { id, deleted: true })
  },
}
