import assert from 'node:assert/strict'
import { sshKey as sshKeySchema } from '../../contract/ssh-key.ts'
import { isRecord } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules } from './subject.ts'

export const sshKeyRules: ApiRules = {
  'a key that is imported shows its public half as OpenSSH does, and nothing of its private one': async ({
    api,
    sandbox,
  }) => {
    const { fingerprint, privateKey, publicKey } = sandbox.sshKey()
    const key = await api.keys.create({ name: 'deploy', private_key: privateKey, description: 'for GitHub' })
    isRecord(sshKeySchema, key)
    const { id, created_at, public_key, ...fields } = key
    assert.deepEqual(fields, {
      name: 'deploy',
      type: 'ed25519',
      fingerprint,
      has_passphrase: false,
      description: 'for GitHub',
      used_by: [],
      last_used_at: null,
    })
    assert.equal(public_key.split(' ').slice(0, 2).join(' '), publicKey)
    assert.deepEqual(await api.keys.get(id), key)
    assert.deepEqual((await api.keys.list()).items, [key])
    const secret = privateKey.split('\n')[3] ?? ''
    assert.notEqual(secret, '')
    assert.ok(!JSON.stringify([key, await api.audit.list()]).includes(secret))
  },

  'a key that is generated is a new one each time': async ({ api }) => {
    const one = await api.keys.generate({ name: 'one' })
    const two = await api.keys.generate({ name: 'two' })
    for (const key of [one, two]) isRecord(sshKeySchema, key)
    assert.match(one.public_key, /^ssh-ed25519 AAAA/)
    assert.match(one.fingerprint, /^SHA256:/)
    assert.notEqual(one.fingerprint, two.fingerprint)
  },

  'a name or a key that is there already is refused': async ({ api, sandbox }) => {
    const { privateKey } = sandbox.sshKey()
    await api.keys.create({ name: 'deploy', private_key: privateKey })
    await refuses(api.keys.create({ name: 'other', private_key: privateKey }), 'SSH_KEY_EXISTS')
    await refuses(api.keys.generate({ name: 'deploy' }), 'SSH_KEY_EXISTS')
    assert.equal((await api.keys.list()).total, 1)
  },

  'what is no private key is refused, and nothing of it told': async ({ api, sandbox }) => {
    const { privateKey, publicKey } = sandbox.sshKey()
    const half = privateKey.slice(0, privateKey.length / 2)
    for (const private_key of ['hunter2-hunter2', publicKey, half]) {
      const error = await refuses(api.keys.create({ name: 'x', private_key }), 'SSH_KEY_INVALID', {
        field: 'private_key',
      })
      assert.ok(!JSON.stringify([error.message, error.details]).includes(private_key.slice(0, 15)))
    }
    await refuses(
      api.keys.create({ name: 'x', type: 'rsa', private_key: privateKey }),
      ['SSH_KEY_INVALID', 'INVALID_INPUT'],
      { field: 'type' },
    )
    await refuses(api.keys.create({ name: '', private_key: privateKey }), 'INVALID_INPUT', { field: 'name' })
    assert.equal((await api.keys.list()).total, 0)
  },

  'update changes only the fields that it is given': async ({ api }) => {
    const before = await api.keys.generate({ name: 'one', description: 'first' })
    assert.deepEqual(await api.keys.update(before.id, { name: 'renamed' }), { ...before, name: 'renamed' })
    const { id } = await api.keys.generate({ name: 'two' })
    await refuses(api.keys.update(id, { name: 'renamed' }), 'SSH_KEY_EXISTS')
  },

  'a key in use shows its users, and cannot be deleted': async ({ api, sandbox }) => {
    const { id } = await api.keys.generate({ name: 'one' })
    const repo = await api.repos.register({ path: sandbox.clonePath, ssh_key_id: id })
    assert.deepEqual((await api.keys.get(id)).used_by, [
      { object_type: 'repo', repo_id: repo.id, name: repo.name },
    ])
    await refuses(api.keys.delete(id), 'SSH_KEY_IN_USE')
    await api.repos.delete(repo.id)
    assert.deepEqual(await api.keys.delete(id), { id, deleted: true })
    await refuses(api.keys.get(id), 'SSH_KEY_NOT_FOUND')
  },

  'a test goes only where the rules allow, and only by ssh': async ({ api, sandbox }) => {
    const { id } = await api.keys.generate({ name: 'one' })
    await refuses(api.keys.test(id, { repo_url: 'git@127.0.0.1:a/b.git' }), 'URL_FORBIDDEN')
    await refuses(api.keys.test(id, { repo_url: sandbox.originPath }), 'INVALID_INPUT', { field: 'repo_url' })
    await refuses(api.keys.test(id, { repo_url: '' }), 'INVALID_INPUT', { field: 'repo_url' })
  },

  'no host key is known before the first contact': async ({ api }) => {
    assert.deepEqual(await api.hostKeys.list(), { items: [], total: 0, page: 1, page_size: 20 })
    await refuses(api.hostKeys.delete(999), 'HOST_KEY_NOT_FOUND')
  },
}
