import assert from 'node:assert/strict'
import { join } from 'node:path'
import { job as jobSchema } from '../../contract/job.ts'
import { repo as repoSchema } from '../../contract/repo.ts'
import type { ErrorCode } from '../../wire/error-codes.ts'
import { isRecord } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules, ApiSubject } from './subject.ts'

/** Full name → oid of the branches and tags of a repository, by plain git. */
const refsOf = ({ sandbox }: ApiSubject, repository: string): string =>
  sandbox.git(repository, 'for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads', 'refs/tags')

export const cloneRules: ApiRules = {
  'a clone is answered as a job at once, and is registered once it stands whole': async (subject) => {
    const { api, sandbox } = subject
    const release = sandbox.holdFetches()
    const asked = await api.repos.clone({ url: sandbox.originPath })
    isRecord(jobSchema, asked)
    const { kind, status, name, url, repo_id, attempt } = asked
    assert.deepEqual(
      { kind, status, name, url, repo_id, attempt },
      {
        kind: 'clone',
        status: 'pending',
        name: 'origin',
        url: sandbox.originPath,
        repo_id: null,
        attempt: 1,
      },
    )
    assert.equal((await api.repos.list()).total, 0)
    release()
    const job = await api.jobs.wait(asked.id)
    assert.deepEqual([job.status, job.error_code, job.stage, job.percent], ['success', null, null, null])
    assert.deepEqual(await api.jobs.get(job.id), job)
    const repo = await api.repos.get(job.repo_id ?? 0)
    isRecord(repoSchema, repo)
    const { is_bare, is_hosted, current_branch } = repo
    assert.deepEqual([is_bare, is_hosted, current_branch], [true, true, 'main'])
    assert.deepEqual(
      repo.remotes.map((remote) => [remote.name, remote.fetch_url]),
      [['origin', sandbox.originPath]],
    )
    assert.equal(refsOf(subject, repo.path), refsOf(subject, sandbox.originPath))
  },

  'a clone with a path is a worktree there, on the branch that is asked for': async ({ api, sandbox }) => {
    const path = join(sandbox.root, 'new')
    const { id } = await api.repos.clone({ url: sandbox.originPath, path, name: 'mine', branch: 'develop' })
    const { repo_id } = await api.jobs.wait(id)
    const repo = await api.repos.get(repo_id ?? 0)
    assert.deepEqual(
      [repo.name, repo.path, repo.is_bare, repo.is_hosted, repo.current_branch],
      ['mine', path, false, false, 'develop'],
    )
    const status = sandbox.git(path, 'status', '--porcelain=v1', '--branch')
    assert.equal(status, '## develop...origin/develop')
  },

  'a clone that cannot be is refused, and is no job': async (subject) => {
    const { api, sandbox } = subject
    await api.repos.register({ path: sandbox.clonePath, name: 'taken' })
    const url = sandbox.originPath
    const table: [ErrorCode, string, Record<string, unknown>][] = [
      ['INVALID_INPUT', 'url', {}],
      ['URL_FORBIDDEN', 'url', { url: sandbox.outsidePath }],
      ['URL_FORBIDDEN', 'url', { url: 'ext::sh -c touch% /tmp/x' }],
      ['PATH_EXISTS', 'path', { url, path: sandbox.plainFolderPath }],
      ['PATH_INVALID', 'path', { url, path: 'relative' }],
      ['PATH_OUTSIDE_ROOTS', 'path', { url, path: join(sandbox.outsidePath, 'new') }],
      ['REPO_EXISTS', 'name', { url, name: 'taken' }],
      ['REF_INVALID', 'branch', { url, branch: 'a..b' }],
      ['SSH_KEY_NOT_FOUND', 'ssh_key_id', { url: 'ssh://git@host.example/a', ssh_key_id: 9 }],
      ['CREDENTIAL_NOT_FOUND', 'credential_id', { url: 'https://host.example/a', credential_id: 9 }],
    ]
    for (const [code, field, input] of table) {
      await refuses(api.repos.clone(input as { url: string }), code, { field, of: input })
    }
    assert.equal((await api.jobs.list()).total, 0)
    const release = sandbox.holdFetches()
    const path = join(sandbox.root, 'new')
    const { id } = await api.repos.clone({ url, path })
    await refuses(api.repos.clone({ url }), 'REPO_EXISTS', { field: 'name' })
    await refuses(api.repos.clone({ url, path, name: 'other' }), 'PATH_EXISTS', { field: 'path' })
    release()
    assert.equal((await api.jobs.wait(id)).status, 'success')
    assert.equal((await api.jobs.list()).total, 1)
  },

  'a clone that fails says why, and leaves nothing': async ({ api, sandbox }) => {
    const path = join(sandbox.root, 'new')
    const { id } = await api.repos.clone({ url: sandbox.originPath, path, branch: 'nowhere' })
    const job = await api.jobs.wait(id)
    assert.deepEqual([job.status, job.error_code, job.repo_id], ['failed', 'BRANCH_NOT_FOUND', null])
    assert.match(job.error_message ?? '', /nowhere/)
    assert.equal(sandbox.exists(path), false)
    assert.equal((await api.repos.list()).total, 0)
  },
}
