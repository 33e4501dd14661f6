import assert from 'node:assert/strict'
import type { Channel, CreatedAccessKey, Credential, Page, SshKey, User } from '@gitferry/core/contract'
import { rule } from './rule.ts'
import { data, refused, type World } from './world.ts'

/** How one of each noun comes to be; answers its id. */
const nouns: readonly [path: string, make: (world: World) => Promise<number>][] = [
  ['/repos', async (world) => (await world.register()).id],
  ['/ssh-keys', async (world) => data<SshKey>(await world.post('/ssh-keys/generate', { name: 'key' })).id],
  [
    '/credentials',
    async (world) => {
      const body = { name: 'robot', type: 'token', origin: 'https://git.example.org', token: 'of the test' }
      return data<Credential>(await world.post('/credentials', body)).id
    },
  ],
  [
    '/host-keys',
    async (world) => {
      const row = await world.storage.collection('host_keys').insert({
        host: 'git.example.org',
        port: 22,
        type: 'ssh-ed25519',
        public_key: 'AAAAC3NzaC1lZDI1NTE5AAAAIAfbHlNBt3CD0NGwWaSBd0DL1UcPcz3kbMUIyzEJYXwT',
        fingerprint: 'SHA256:0000000000000000000000000000000000000000000',
        status: 'accepted',
        source: 'contact',
        offered: null,
        offers: 0,
        created_at: '2026-01-01T00:00:00.000Z',
      })
      return row.id
    },
  ],
  ['/users', async (world) => data<User>(await world.post('/users', { name: 'ann' })).id],
  [
    '/access-keys',
    async (world) =>
      data<CreatedAccessKey>(await world.post('/access-keys', { name: 'ann', scope: 'read' })).id,
  ],
  [
    '/notification/channels',
    async (world) => {
      const config = { webhook: 'https://oapi.dingtalk.com/robot/send?access_token=x' }
      const body = { type: 'dingtalk', name: 'channel', config }
      return data<Channel>(await world.post('/notification/channels', body)).id
    },
  ],
]

export const deleteRules = nouns.map(([path, make]) =>
  rule(`DELETE ${path}/{id} answers { id, deleted: true }, and again 404`, async (world) => {
    const id = await make(world)
    assert.deepEqual(data(await world.delete(`${path}/${id}`)), { id, deleted: true })
    refused(await world.delete(`${path}/${id}`), 404)
    assert.equal(data<Page<unknown>>(await world.get(`${path}?page=1`)).total, 0)
  }),
)
