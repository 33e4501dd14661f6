import { createClient, type GitferryClient } from '@gitferry/client'
import type { Gitferry } from '@gitferry/core'
import type { ApiSandbox } from '@gitferry/core/testing'
import { createApp } from '@gitferry/server'
import { serve } from '@gitferry/server/node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkedFetch } from './checked-fetch.ts'
import { inProcess } from './in-process.ts'

let client: GitferryClient
let api: Gitferry
let sandbox: ApiSandbox
let close: () => Promise<void>
beforeEach(async () => {
  const subject = await inProcess()
  api = subject.api
  sandbox = subject.sandbox
  const listening = await serve(createApp(api), { port: 0 })
  const checked = checkedFetch()
  client = createClient({ baseUrl: listening.url, fetch: checked.fetch })
  close = async () => {
    await listening.close({ timeoutMs: 0 })
    await subject.dispose()
    checked.end()
  }
})
afterEach(() => close())

describe('clones and hosted repositories, through client, HTTP and server', () => {
  it('a clone answers its job at once, and the job can be followed to its repository', async () => {
    const job = await client.repos.clone({ url: sandbox.originPath, name: 'mirror' })
    expect(job).toMatchObject({ kind: 'clone', status: 'pending', name: 'mirror', url: sandbox.originPath })
    const ended = await client.jobs.wait(job.id)
    expect(ended).toMatchObject({ id: job.id, status: 'success', stage: null, percent: null })
    expect(await client.repos.get(ended.repo_id ?? 0)).toMatchObject({ name: 'mirror', is_hosted: true })
    expect((await client.jobs.list({ status: 'success' })).items).toEqual([ended])
    await expect(client.jobs.cancel(job.id)).rejects.toMatchObject({ code: 'JOB_FINISHED', status: 409 })
    await expect(client.jobs.get(99)).rejects.toMatchObject({ code: 'JOB_NOT_FOUND', status: 404 })
  })

  it('a clone that is refused is no job', async () => {
    const path = sandbox.plainFolderPath
    const there = client.repos.clone({ url: sandbox.originPath, path })
    await expect(there).rejects.toMatchObject({ code: 'PATH_EXISTS', status: 409 })
    const outside = client.repos.clone({ url: sandbox.outsidePath })
    await expect(outside).rejects.toMatchObject({ code: 'URL_FORBIDDEN', status: 400 })
    const unknown = client.repos.clone({ url: 'https://git.example.com/x.git', credential_id: 9 })
    await expect(unknown).rejects.toMatchObject({ code: 'CREDENTIAL_NOT_FOUND', status: 404 })
    expect((await client.jobs.list()).total).toBe(0)
  })

  it('a repository is created, and deleted again', async () => {
    const repo = await client.repos.create({ name: 'mine', default_branch: 'trunk' })
    expect(repo).toMatchObject({ is_hosted: true, current_branch: 'trunk' })
    await expect(client.repos.create({ name: 'mine' })).rejects.toMatchObject({ code: 'REPO_EXISTS' })
    expect(await client.repos.delete(repo.id)).toEqual({ id: repo.id, deleted: true })
  })
})
