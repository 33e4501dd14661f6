/**
 * Servers over ssh that nobody has vouched for, where a first contact is not believed: real OpenSSH. Such a server gets
 * nothing: neither a user name nor a key nor a command.
 */
import type { Job } from '@gitferry/core'
import { describe, expect, it } from 'vitest'
import {
  blobOf,
  entries,
  failure,
  hostKey,
  hostKeyWorlds,
  key,
  nothing,
  received,
  rows,
  taskOver,
  urlOf,
} from './host-key-worlds.ts'
import { makeKey } from './ssh-git-server.ts'

const rsaHostKey = makeKey('rsa')
const { open, serve } = hostKeyWorlds()

describe('a server that nobody has vouched for, where host keys are strict,', () => {
  it.each(['source', 'target'] as const)(
    'gets nothing as the %s of a run until its key is accepted, and then is used',
    async (end) => {
      const world = await open({ strictHostKeys: true })
      const server = await serve()
      const task = await taskOver(world, server.port, end)
      const place = { host: '127.0.0.1', port: server.port }
      const run = await world.run(task)
      expect(failure(run)).toEqual(['failed', 'HOST_KEY_UNKNOWN', 'trust'])
      const [row, another] = await rows(world)
      expect(row).toMatchObject({
        ...place,
        type: 'ssh-ed25519',
        public_key: blobOf(hostKey),
        fingerprint: hostKey.fingerprint,
        status: 'offered',
        source: 'contact',
        offered: null,
      })
      expect(another).toBeUndefined()
      for (const part of [
        `127.0.0.1 port ${server.port}`,
        `ssh-ed25519 ${hostKey.fingerprint}`,
        `accept host key ${row!.id} by it: POST /host-keys/${row!.id}/accept?${new URLSearchParams({ fingerprint: hostKey.fingerprint })},`,
        `or hostKeys.accept(${row!.id}, { fingerprint: '${hostKey.fingerprint}' }).`,
      ]) {
        expect(run.error_message).toContain(part)
      }

      expect(failure(await world.run(task))).toEqual(['failed', 'HOST_KEY_UNKNOWN', 'trust'])
      expect(received(server)).toEqual(nothing)
      const offer = { ...place, offered: { type: 'ssh-ed25519', fingerprint: hostKey.fingerprint } }
      expect(await entries(world)).toEqual([
        { type: 'create', operator: 'system', result: 'success', details: offer },
      ])

      const accepted = await world.api.as({ user: 'mia' }).hostKeys.accept(row!.id)
      expect(accepted).toEqual({ ...row, status: 'accepted' })
      expect((await world.run(task)).status).toBe('success')
      expect(server.offered).toContain(key.fingerprint)
      const details = { ...place, type: 'ssh-ed25519', fingerprint: hostKey.fingerprint, replaced: [] }
      expect((await entries(world)).slice(1)).toEqual([
        { type: 'accept', operator: 'mia', result: 'success', details },
      ])
    },
  )

  it('gets nothing of a clone', async () => {
    const world = await open({ strictHostKeys: true })
    const server = await serve()
    const url = urlOf(server.port, world.sandbox.originPath)
    const ssh_key_id = await world.addKey(key)
    const clone = async (): Promise<Job> => {
      const job = await world.api.repos.clone({ url, name: 'copy', ssh_key_id })
      return world.api.jobs.wait(job.id)
    }
    expect(await clone()).toMatchObject({ status: 'failed', error_code: 'HOST_KEY_UNKNOWN' })
    expect(received(server)).toEqual(nothing)
    const [row] = await rows(world)
    await world.api.hostKeys.accept(row!.id)
    expect(await clone()).toMatchObject({ status: 'success' })
  })

  it('gets nothing of a test of a key or a remote, which shows its key', async () => {
    const world = await open({ strictHostKeys: true })
    const server = await serve()
    await taskOver(world, server.port)
    const repo_url = urlOf(server.port, world.sandbox.originPath)
    const [known] = (await world.api.keys.list()).items
    const shown = {
      host: '127.0.0.1',
      port: server.port,
      type: 'ssh-ed25519',
      fingerprint: hostKey.fingerprint,
    }
    for (const answer of [
      await world.api.keys.test(known!.id, { repo_url }),
      await world.api.repos.remotes.test(1, 'origin'),
    ]) {
      expect(answer).toMatchObject({ success: false, error_code: 'HOST_KEY_UNKNOWN', host_key: shown })
    }
    expect(received(server)).toEqual(nothing)
    const [row] = await rows(world)
    await world.api.hostKeys.accept(row!.id)
    expect(await world.api.keys.test(known!.id, { repo_url })).toMatchObject({
      success: true,
      host_key: shown,
    })
  })

  it('offers the key that it showed first, whatever it shows after that', async () => {
    const world = await open({ strictHostKeys: true })
    const server = await serve()
    const task = await taskOver(world, server.port)
    await world.run(task)
    await server.close()
    const other = await serve({ hostKey: rsaHostKey, port: server.port })
    const [before] = await rows(world)
    const run = await world.run(task)
    expect(failure(run)).toEqual(['failed', 'HOST_KEY_UNKNOWN', 'trust'])
    expect(run.error_message).toContain(`It shows ssh-rsa ${rsaHostKey.fingerprint}.`)
    expect(run.error_message).toContain(
      `cannot be accepted: host key ${before!.id} offers ssh-ed25519 ${hostKey.fingerprint}`,
    )
    expect(run.error_message).not.toContain('/accept')
    expect(await rows(world)).toEqual([before])
    expect(await entries(world)).toHaveLength(1)
    const { fingerprint } = rsaHostKey
    await expect(world.api.hostKeys.accept(before!.id, { fingerprint })).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { field: 'fingerprint', fingerprint: hostKey.fingerprint },
    })
    await world.api.hostKeys.accept(before!.id, { fingerprint: hostKey.fingerprint })
    expect(failure(await world.run(task))).toEqual(['failed', 'HOST_KEY_MISMATCH', 'trust'])
    expect(received(other)).toEqual(nothing)
  })

  it('is met at once by many, and offered once', async () => {
    const world = await open({ strictHostKeys: true })
    const server = await serve()
    await taskOver(world, server.port)
    const tests = Array.from({ length: 4 }, () => world.api.repos.remotes.test(1, 'origin'))
    for (const { error_code } of await Promise.all(tests)) expect(error_code).toBe('HOST_KEY_UNKNOWN')
    expect(await rows(world)).toHaveLength(1)
    expect(await entries(world)).toHaveLength(1)
  })

  it.each([
    ['proves itself with SHA-1 alone', { hostKey: rsaHostKey, hostKeyAlgorithm: 'ssh-rsa' }],
    ['has an RSA key of 1024 bits', { hostKey: makeKey('rsa', 1024) }],
  ] as const)('that %s is refused for that, and nothing offered', async (_, options) => {
    const world = await open({ strictHostKeys: true })
    const server = await serve(options)
    const run = await world.run(await taskOver(world, server.port))
    expect(failure(run)).toEqual(['failed', 'HOST_KEY_MISMATCH', 'trust'])
    expect(run.error_message).toContain('has no host key of a kind that is accepted')
    expect(await rows(world)).toEqual([])
    expect(received(server)).toEqual(nothing)
  })

  it('that is not there could not be reached, as without strictness', async () => {
    const world = await open({ strictHostKeys: true })
    const { close, port } = await serve()
    const task = await taskOver(world, port)
    await close()
    expect(failure(await world.run(task))).toEqual(['failed', 'GIT_UNREACHABLE', 'network'])
  })
})
