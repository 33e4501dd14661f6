import assert from 'node:assert/strict'
import type { CreateRepo } from '../../contract/job.ts'
import { repo as repoSchema } from '../../contract/repo.ts'
import type { ErrorCode } from '../../wire/error-codes.ts'
import { isRecord } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules } from './subject.ts'

export const createRules: ApiRules = {
  'a repository that is created is bare, empty and hosted here, and can be synced into': async ({
    api,
    sandbox,
  }) => {
    const repo = await api.repos.create({ name: 'mine', default_branch: 'trunk' })
    isRecord(repoSchema, repo)
    assert.deepEqual(
      [repo.name, repo.is_bare, repo.is_hosted, repo.current_branch, repo.remotes],
      ['mine', true, true, 'trunk', []],
    )
    assert.deepEqual(await api.repos.get(repo.id), repo)
    assert.equal(sandbox.git(repo.path, 'for-each-ref'), '')
    await api.repos.remotes.add(repo.id, { name: 'origin', fetch_url: sandbox.originPath })
    const { id } = await api.sync.tasks.create({
      repo_id: repo.id,
      source_branch: 'main',
      target_remote: 'local',
    })
    assert.equal((await api.sync.tasks.run(id, { wait: true })).status, 'success')
    assert.equal(sandbox.oidOf(repo.path, 'main'), sandbox.oidOf(sandbox.originPath, 'main'))
  },

  'a repository may have the object format that is asked for': async ({ api, sandbox }) => {
    const { path } = await api.repos.create({ name: 'new', object_format: 'sha256' })
    assert.equal(sandbox.git(path, 'rev-parse', '--show-object-format'), 'sha256')
  },

  'a repository that cannot be created is refused, and its field named': async ({ api }) => {
    await api.repos.create({ name: 'taken' })
    const table: [ErrorCode, string, Record<string, unknown>][] = [
      ['REPO_EXISTS', 'name', { name: 'taken' }],
      ['INVALID_INPUT', 'name', {}],
      ['INVALID_INPUT', 'name', { name: 'two\nlines' }],
      ['REF_INVALID', 'default_branch', { name: 'new', default_branch: '-x' }],
      ['INVALID_INPUT', 'object_format', { name: 'new', object_format: 'md5' }],
    ]
    for (const [code, field, input] of table) {
      await refuses(api.repos.create(input as CreateRepo), code, { field, of: input })
    }
    assert.equal((await api.repos.list()).total, 1)
  },
}
