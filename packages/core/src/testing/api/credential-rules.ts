import assert from 'node:assert/strict'
import { type CreateCredential, credential as credentialSchema } from '../../contract/credential.ts'
import { isRecord, registerClone } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules } from './subject.ts'

const token = { name: 'deploy', type: 'token', origin: 'https://git.example.org', token: 'hunter2' } as const

export const credentialRules: ApiRules = {
  'a credential is shown without its secret': async ({ api }) => {
    const created = await api.credentials.create(token)
    isRecord(credentialSchema, created)
    const { name, type, origin, used_by, last_used_at } = created
    assert.deepEqual(
      { name, type, origin, used_by, last_used_at },
      {
        name: 'deploy',
        type: 'token',
        origin: 'https://git.example.org',
        used_by: [],
        last_used_at: null,
      },
    )
    const input = { name: 'p', type: 'password', username: 'ann', password: 'hunter2' } as const
    const password = await api.credentials.create({ ...input, origin: 'https://git.example.org:8443' })
    assert.equal(password.username, 'ann')
    assert.deepEqual(await api.credentials.get(created.id), created)
    const { items } = await api.credentials.list()
    assert.deepEqual(items, [created, password])
    assert.ok(!JSON.stringify([items, await api.audit.list()]).includes('hunter2'))
  },

  'what cannot be is refused, and nothing of it stored': async ({ api }) => {
    const create = (fields: object) => api.credentials.create({ ...token, ...fields } as CreateCredential)
    await refuses(create({ type: 'key' }), 'INVALID_INPUT', { field: 'type' })
    await refuses(create({ token: '' }), 'INVALID_INPUT', { field: 'token' })
    await refuses(create({ token: 'a\nb' }), 'INVALID_INPUT', { field: 'token' })
    await refuses(create({ origin: 'nowhere' }), 'INVALID_INPUT', { field: 'origin' })
    await refuses(create({ origin: 'https://127.0.0.1' }), 'URL_FORBIDDEN', { field: 'origin' })
    assert.equal((await api.credentials.list()).total, 0)
    await api.credentials.create(token)
    await refuses(create({}), 'CREDENTIAL_EXISTS')
  },

  'a credential is bound to its origin, and cannot be deleted while it is used': async (subject) => {
    const { api } = subject
    const { id } = await api.credentials.create(token)
    const { id: repoId } = await registerClone(subject)
    const remote = { name: 'forge', fetch_url: 'https://git.example.org/a.git', credential_id: id }
    await refuses(
      api.repos.remotes.add(repoId, { ...remote, fetch_url: 'https://other.example.org/a.git' }),
      'INVALID_INPUT',
      { field: 'credential_id' },
    )
    assert.equal((await api.repos.remotes.add(repoId, remote)).credential_id, id)
    assert.equal((await api.credentials.get(id)).used_by.length, 1)
    await refuses(api.credentials.delete(id), 'CREDENTIAL_IN_USE')
    await api.repos.remotes.delete(repoId, 'forge')
    assert.deepEqual(await api.credentials.delete(id), { id, deleted: true })
    await refuses(api.credentials.get(id), 'CREDENTIAL_NOT_FOUND')
  },
}
