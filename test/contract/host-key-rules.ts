import assert from 'node:assert/strict'
import type { HostKey, Page } from '@gitferry/core/contract'
import { rule } from './rule.ts'
import { data, refused, type World } from './world.ts'

const fields = [
  'created_at',
  'fingerprint',
  'host',
  'id',
  'offered',
  'port',
  'public_key',
  'source',
  'status',
  'type',
]

const type = 'ssh-ed25519'
const known = {
  type,
  public_key: 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl',
  fingerprint: 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU',
}
const changed = {
  type,
  public_key: 'AAAAC3NzaC1lZDI1NTE5AAAAIAfuCHKVTjquxvt6CM6tdG4SLp1Btn/nOeHHE5UOzRdf',
  fingerprint: 'SHA256:eUXGGm1YGsMAS7vkcx6JOJdOGHPem5gQp4taiCfCLB8',
}
const created_at = '2026-01-01T00:00:00.000Z'

/** A server that has shown another key than the known one, or one that nobody has accepted. */
async function store(world: World, status: 'accepted' | 'offered', offers = 1): Promise<number> {
  const offered = status === 'accepted' ? { ...changed, offered_at: created_at } : null
  const row = {
    host: 'git.example.org',
    port: 22,
    ...known,
    status,
    source: 'contact',
    offered,
    offers,
    created_at,
  } as const
  return (await world.storage.collection('host_keys').insert(row)).id
}

export const hostKeyRules = [
  rule('POST /host-keys pins a line of known_hosts, GET /host-keys shows it', async (world) => {
    const known_host = `[git.example.org]:2222 ${type} ${known.public_key}`
    const pinned = data<HostKey>(await world.post('/host-keys', { known_host }))
    assert.deepEqual(Object.keys(pinned).sort(), fields)
    const { host, port, fingerprint, status, source } = pinned
    assert.deepEqual(
      [host, port, fingerprint, status, source],
      ['git.example.org', 2222, known.fingerprint, 'accepted', 'import'],
    )
    assert.deepEqual(data<Page<HostKey>>(await world.get('/host-keys')).items, [pinned])
  }),
  rule('a line that is not the key of one host is 400 and names known_host', async (world) => {
    for (const known_host of [
      `@revoked git.example.org ${type} ${known.public_key}`,
      `|1|x=|y= ${type} ${known.public_key}`,
      `one,two ${type} ${known.public_key}`,
      `one ${type} ${known.public_key}\ntwo ${type} ${known.public_key}`,
      'git.example.org ssh-dss AAAA',
      'git.example.org ssh-ed25519 AAAA',
      '',
      7,
    ]) {
      refused(await world.post('/host-keys', { known_host }), 400, { field: 'known_host' })
    }
    assert.equal(data<Page<HostKey>>(await world.get('/host-keys')).total, 0)
  }),
  rule('POST /host-keys/{id}/accept believes the key that was shown instead', async (world) => {
    const id = await store(world, 'accepted')
    const accepted = data<HostKey>(await world.ask('POST', `/host-keys/${id}/accept`))
    assert.deepEqual(
      [accepted.public_key, accepted.fingerprint, accepted.offered],
      [changed.public_key, changed.fingerprint, null],
    )
    assert.deepEqual(data(await world.ask('POST', `/host-keys/${id}/accept`)), accepted)
  }),
  rule('POST /host-keys/{id}/accept believes the first key of a server', async (world) => {
    const id = await store(world, 'offered')
    const accepted = data<HostKey>(await world.ask('POST', `/host-keys/${id}/accept`))
    assert.deepEqual([accepted.fingerprint, accepted.status], [known.fingerprint, 'accepted'])
  }),
  rule('POST /host-keys/{id}/accept of another fingerprint than the offered one is 409', async (world) => {
    const id = await store(world, 'accepted')
    const accept = (fingerprint: string) =>
      world.ask('POST', `/host-keys/${id}/accept?fingerprint=${encodeURIComponent(fingerprint)}`)
    refused(await accept(known.fingerprint), 409, { code: 'CONFLICT', field: 'fingerprint' })
    refused(await accept('MD5:00'), 400, { field: 'fingerprint' })
    assert.equal(data<HostKey>(await accept(changed.fingerprint)).fingerprint, changed.fingerprint)
  }),
  rule(
    'POST /host-keys/{id}/accept without fingerprint is 409 where one offer followed another',
    async (world) => {
      const id = await store(world, 'accepted', 2)
      const accept = (query: string) => world.ask('POST', `/host-keys/${id}/accept${query}`)
      refused(await accept(''), 409, { code: 'CONFLICT', field: 'fingerprint' })
      const compared = `?fingerprint=${encodeURIComponent(changed.fingerprint)}`
      assert.equal(data<HostKey>(await accept(compared)).fingerprint, changed.fingerprint)
    },
  ),
]
