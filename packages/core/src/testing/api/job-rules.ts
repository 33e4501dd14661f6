import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Job, JobQuery } from '../../contract/job.ts'
import { collect } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules, ApiSubject } from './subject.ts'

/** A clone of origin into a worktree that is under way, and stays so until fetches are let go. */
async function underWay({ api, sandbox }: ApiSubject): Promise<Job> {
  const { id } = await api.repos.clone({ url: sandbox.originPath, path: join(sandbox.root, 'new') })
  for (;;) {
    const job = await api.jobs.get(id)
    if (job.status !== 'pending') return job
    await sleep(5)
  }
}

export const jobRules: ApiRules = {
  'a job under way that is canceled ends, and nothing is left of it': async (subject) => {
    const { api, sandbox } = subject
    const before = readdirSync(sandbox.root)
    const release = sandbox.holdFetches()
    const job = await underWay(subject)
    assert.equal(job.status, 'running')
    assert.notEqual(job.started_at, null)
    const canceled = await api.jobs.cancel(job.id)
    assert.equal(canceled.status, 'canceled')
    assert.notEqual(canceled.finished_at, null)
    assert.deepEqual(await api.jobs.get(job.id), canceled)
    assert.deepEqual(await api.jobs.cancel(job.id), canceled, 'twice is once')
    assert.deepEqual(readdirSync(sandbox.root), before)
    assert.equal((await api.repos.list()).total, 0)
    release()
    const { id } = await api.repos.clone({ url: sandbox.originPath, path: join(sandbox.root, 'new') })
    assert.equal((await api.jobs.wait(id)).status, 'success')
  },

  'a job that ended otherwise is refused, and stays what it came to': async ({ api, sandbox }) => {
    const { id } = await api.repos.clone({ url: sandbox.originPath })
    const ended = await api.jobs.wait(id)
    const error = await refuses(api.jobs.cancel(id), 'JOB_FINISHED')
    assert.equal(error.details.status, 'success')
    assert.deepEqual(await api.jobs.get(id), ended)
    assert.equal((await api.repos.get(ended.repo_id ?? 0)).id, ended.repo_id)
  },

  'a wait that is given up leaves the job at work': async (subject) => {
    const { api, sandbox } = subject
    const release = sandbox.holdFetches()
    const { id } = await underWay(subject)
    const controller = new AbortController()
    const given = refuses(api.jobs.wait(id, controller), 'ABORTED')
    setImmediate(() => controller.abort())
    await given
    assert.equal((await api.jobs.get(id)).status, 'running')
    release()
    assert.equal((await api.jobs.wait(id)).status, 'success')
  },

  'jobs are found by status': async ({ api, sandbox }) => {
    const asked = [sandbox.originPath, sandbox.plainFolderPath].map((url) => api.repos.clone({ url }))
    const [good, bad] = await Promise.all((await Promise.all(asked)).map((job) => api.jobs.wait(job.id)))
    assert.deepEqual((await api.jobs.list({ status: 'success' })).items, [good])
    assert.deepEqual(await collect(api.jobs.all({ status: 'failed' })), [bad])
    assert.equal((await api.jobs.list({ status: 'running' })).total, 0)
    const query = { status: 'lost' } as unknown as JobQuery
    await refuses(api.jobs.list(query), 'INVALID_INPUT', { field: 'status' })
  },
}
