import assert from 'node:assert/strict'
import { hostKey as hostKeySchema } from '../../contract/host-key.ts'
import { failure, success } from './audit-rules.ts'
import { collect, isRecord } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules } from './subject.ts'

/** Made once by ssh-keygen. */
const ecdsa = {
  type: 'ecdsa-sha2-nistp256',
  public_key:
    'AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBNi5DvIlpYDtV4DpEa7P3Bml/HWUB/rAmDzAFDfRzj+KQdqH6buHqcoKqUIrkUHhH27+zRbDK4fVXGxTPudQNec=',
  fingerprint: 'SHA256:4cSiGfuaLb9BhxmQYg+vlf3CY6rrP6vb+DBcOVl2PEI',
}
const rsaOf1024Bits =
  'AAAAB3NzaC1yc2EAAAADAQABAAAAgQC/sdmUMwarMYmfhTxBR9xMqrtWrbIX80A+NgmGAUnQF1KMHPNvaFAHoLG/NKOvzr2TheK9l8njzZCS3HcrbUUyT6NAACY+LNRexs4nJ0f7P+f6NCI/6SDwwatWN3PfBG5cvH/IduKi4q2+Btp/rtRD7H5nUbYE5c1ieXqs0TUqyQ=='

/** Lines that are not the key of one host, written with a key that would do. */
const notOneKey = (key: string): readonly string[] => [
  '',
  'git.example.org',
  `git.example.org ${key.split(' ')[0]}`,
  `@revoked git.example.org ${key}`,
  `@cert-authority *.example.org ${key}`,
  `|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ${key}`,
  `one.example.org ${key}\ntwo.example.org ${key}`,
  `one.example.org,192.0.2.7 ${key}`,
  `*.example.org ${key}`,
  `!git.example.org ${key}`,
  `git.example.or? ${key}`,
  `git.example.org:22 ${key}`,
  `[git.example.org] ${key}`,
  `[git.example.org]:0 ${key}`,
  `[git.example.org]:65536 ${key}`,
  `git@git.example.org ${key}`,
  'git.example.org ssh-dss AAAA',
  'git.example.org ssh-ed25519 AAAA',
  `git.example.org ssh-ed25519 ${ecdsa.public_key}`,
  `git.example.org ${ecdsa.type} ${ecdsa.public_key.slice(0, -4)}`,
  `git.example.org ssh-rsa ${rsaOf1024Bits}`,
  `git.example.org ${key.slice(0, -1)}`,
]

export const hostKeyRules: ApiRules = {
  'a host key that is pinned is known by its host as remote URLs have it, and by its fingerprint': async ({
    api,
    sandbox,
  }) => {
    const { fingerprint, publicKey } = sandbox.sshKey()
    const [type, public_key] = publicKey.split(' ')
    const pinned = await api.hostKeys.create({ known_host: `GIT.Example.org ${publicKey} of the owner\n` })
    isRecord(hostKeySchema, pinned)
    const { created_at, id, ...fields } = pinned
    assert.deepEqual(fields, {
      host: 'git.example.org',
      port: 22,
      type,
      public_key,
      fingerprint,
      status: 'accepted',
      source: 'import',
      offered: null,
    })
    const other = await api.hostKeys.create({ known_host: `[git.example.org]:2222 ${publicKey}` })
    assert.deepEqual([other.host, other.port], ['git.example.org', 2222])
    assert.deepEqual((await api.hostKeys.list()).items, [pinned, other])
    assert.deepEqual(await collect(api.hostKeys.all()), [pinned, other])
  },

  'a pin takes the place of the known key of its type, and of no other': async ({ api, sandbox }) => {
    const [first, second] = [sandbox.sshKey(), sandbox.sshKey()]
    const { id } = await api.hostKeys.create({ known_host: `git.example.org ${first.publicKey}` })
    const known_host = `git.example.org ${ecdsa.type} ${ecdsa.public_key}`
    const another = await api.hostKeys.create({ known_host })
    assert.equal(another.fingerprint, ecdsa.fingerprint)
    const replaced = await api.hostKeys.create({ known_host: `git.example.org ${second.publicKey}` })
    assert.deepEqual([replaced.id, replaced.fingerprint], [id, second.fingerprint])
    assert.deepEqual((await api.hostKeys.list()).items, [replaced, another])
  },

  'what is not the key of one host is refused, and the field named': async ({ api, sandbox }) => {
    for (const known_host of notOneKey(sandbox.sshKey().publicKey)) {
      await refuses(api.hostKeys.create({ known_host }), 'INVALID_INPUT', {
        field: 'known_host',
        of: known_host,
      })
    }
    await refuses(api.hostKeys.create({} as { known_host: string }), 'INVALID_INPUT', { field: 'known_host' })
    assert.equal((await api.hostKeys.list()).total, 0)
  },

  'a key that is accepted already is answered as it is, unless another one was compared': async ({
    api,
    sandbox,
  }) => {
    const pinned = await api.hostKeys.create({ known_host: `git.example.org ${sandbox.sshKey().publicKey}` })
    const { fingerprint, id } = pinned
    assert.deepEqual(await api.hostKeys.accept(id), pinned)
    assert.deepEqual(await api.hostKeys.accept(id, { fingerprint }), pinned)
    const compared = { fingerprint: ecdsa.fingerprint }
    await refuses(api.hostKeys.accept(id, compared), 'CONFLICT', { field: 'fingerprint' })
    for (const wrong of ['', 'MD5:00', ecdsa.fingerprint.slice(0, -1), `${ecdsa.fingerprint}=`]) {
      const accepted = api.hostKeys.accept(id, { fingerprint: wrong })
      await refuses(accepted, 'INVALID_INPUT', { field: 'fingerprint', of: wrong })
    }
    assert.deepEqual((await api.hostKeys.list()).items, [pinned])
  },

  'every change of host keys leaves one entry': async ({ api, sandbox }) => {
    const known_host = `git.example.org ${sandbox.sshKey().publicKey}`
    const { id } = await api.hostKeys.create({ known_host })
    await api.hostKeys.create({ known_host })
    await api.hostKeys.accept(id)
    await refuses(api.hostKeys.create({ known_host: '@revoked x ssh-ed25519 AAAA' }), 'INVALID_INPUT')
    await refuses(api.hostKeys.accept(id + 1), 'HOST_KEY_NOT_FOUND')
    await api.hostKeys.delete(id)
    await refuses(api.hostKeys.delete(id), 'HOST_KEY_NOT_FOUND')
    const { items } = await api.audit.list({ object_type: 'host_key' })
    const entries = items.map(({ type, object_type, object_id, result, error_code }) => ({
      type,
      object_type,
      object_id,
      result,
      error_code,
    }))
    assert.deepEqual(entries.reverse(), [
      success('create', 'host_key', id),
      success('update', 'host_key', id),
      success('accept', 'host_key', id),
      failure('create', 'host_key', null, 'INVALID_INPUT'),
      failure('accept', 'host_key', id + 1, 'HOST_KEY_NOT_FOUND'),
      success('delete', 'host_key', id),
      failure('delete', 'host_key', id, 'HOST_KEY_NOT_FOUND'),
    ])
  },
}
