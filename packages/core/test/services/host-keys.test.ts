import { memoryStorage } from '@gitferry/adapters/storage/memory'
import { createGitferry } from '@gitferry/core'
import { createApiSandbox } from '@gitferry/core/testing'
import { expect, it } from 'vitest'

it('a loop tells every host key once, by host, over more than one batch', async () => {
  const sandbox = createApiSandbox()
  const storage = memoryStorage()
  const gitferry = createGitferry({ storage, dataDir: sandbox.dataDir, forkServer: false })
  try {
    await gitferry.start()
    for (let count = 0; count < 210; count++) {
      // two keys of each host, the hosts in no order
      const host = `host${(count * 37) % 105}.example`
      const place = { host, port: 22, type: count < 105 ? 'ssh-ed25519' : 'ssh-rsa' }
      const shown = {
        status: 'accepted',
        source: 'contact',
        offered: null,
        offers: 0,
        created_at: '2026-01-02T03:04:05.678Z',
      } as const
      await storage
        .collection('host_keys')
        .insert({ ...place, fingerprint: `SHA256:${count}`, public_key: `key ${count}`, ...shown })
    }
    const told = []
    for await (const hostKey of gitferry.hostKeys.all()) told.push(hostKey)
    const { items } = await gitferry.hostKeys.list({ page_size: 100 })
    expect(told.slice(0, 100)).toEqual(items)
    expect(new Set(told.map(({ id }) => id)).size).toBe(210)
    const hosts = told.map(({ host }) => host)
    expect(hosts).toEqual(hosts.toSorted())
  } finally {
    await gitferry.stop()
    sandbox.remove()
  }
})
