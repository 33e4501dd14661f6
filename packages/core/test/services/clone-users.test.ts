import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeKey } from '../../../../test/ssh-git-server.ts'
import { type KeyWorld, keyWorld } from './key-world.ts'

let world: KeyWorld
beforeEach(async () => {
  world = await keyWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

/** A clone that waits, as `repos.clone` stores it; nobody works on it. */
function addJob(keys: {
  readonly ssh_key_id?: number
  readonly credential_id?: number
  readonly project_id?: number
}) {
  const { ssh_key_id = null, credential_id = null, project_id = null } = keys
  const uuid = '6f2b2a8e-0c0a-4d0f-9a55-0123456789ab'
  const given = { uuid, path: null, branch: null, ssh_key_id, credential_id, project_id }
  return world.storage.collection('jobs').insert({
    kind: 'clone',
    status: 'pending',
    name: 'new',
    url: 'https://git.example.org/new.git',
    input: { ...given, taken_credential_id: null, timeout_ms: 60_000 },
    operator: 'somebody',
    repo_id: null,
    attempt: 1,
    stage: null,
    percent: null,
    error_code: null,
    error_message: null,
    queued_at: '2026-01-01T00:00:00.000Z',
    started_at: null,
    finished_at: null,
    duration_ms: null,
  })
}

describe('a clone that has not ended', () => {
  it('uses its SSH key: that cannot be deleted until it has', async () => {
    const key = await world.api.keys.create({ name: 'deploy', private_key: makeKey().private })
    const job = await addJob({ ssh_key_id: key.id })
    const user = { object_type: 'job', job_id: job.id, name: 'new' }
    expect((await world.api.keys.get(key.id)).used_by).toEqual([user])
    await expect(world.api.keys.delete(key.id)).rejects.toMatchObject({
      code: 'SSH_KEY_IN_USE',
      message: expect.stringContaining(`the clone "new" (job ${job.id}); wait for it, or cancel it, first.`),
      details: { users: [user] },
    })
    await world.storage.collection('jobs').update(job.id, { status: 'failed' })
    expect(await world.api.keys.delete(key.id)).toMatchObject({ deleted: true })
  })

  it('uses its credential: that cannot be deleted until it has', async () => {
    const { id } = await world.api.credentials.create({
      name: 'forge',
      type: 'token',
      origin: 'https://git.example.org',
      token: 'secret-word',
    })
    const job = await addJob({ credential_id: id })
    expect((await world.api.credentials.list()).items).toMatchObject([{ used_by: [{ job_id: job.id }] }])
    await expect(world.api.credentials.delete(id)).rejects.toMatchObject({
      code: 'CREDENTIAL_IN_USE',
      details: { users: [{ object_type: 'job', job_id: job.id, name: 'new' }] },
    })
    await world.storage.collection('jobs').update(job.id, { status: 'canceled' })
    expect(await world.api.credentials.delete(id)).toMatchObject({ deleted: true })
  })

  it('is to stand in its project: that cannot be deleted until it has ended, and others can', async () => {
    const { api, storage } = world
    const [{ id }, other] = [
      await api.projects.create({ name: 'shop' }),
      await api.projects.create({ name: 'x' }),
    ]
    const job = await addJob({ project_id: id })
    for (const status of ['pending', 'running'] as const) {
      await storage.collection('jobs').update(job.id, { status })
      await expect(api.projects.delete(id)).rejects.toMatchObject({
        code: 'PROJECT_IN_USE',
        message: expect.stringContaining(`"new" (job ${job.id}); wait for it, or cancel it, first.`),
        details: { job_ids: [job.id] },
      })
    }
    expect(await api.projects.delete(other.id)).toMatchObject({ deleted: true })
    await storage.collection('jobs').update(job.id, { status: 'failed' })
    expect(await api.projects.delete(id)).toMatchObject({ deleted: true })
  })
})
