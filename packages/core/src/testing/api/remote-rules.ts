import assert from 'node:assert/strict'
import { remote as remoteSchema } from '../../contract/remote.ts'
import { remoteTest } from '../../contract/remote-test.ts'
import { isRecord, mainToBackup, registerClone } from './records.ts'
import { refuses } from './refuses.ts'
import type { ApiRules } from './subject.ts'

export const remoteRules: ApiRules = {
  'the remotes of the repository’s configuration are there, and it is never written': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await registerClone(subject)
    const config = sandbox.git(sandbox.clonePath, 'config', '--list')
    const added = await api.repos.remotes.add(id, { name: 'second', fetch_url: sandbox.secondBarePath })
    isRecord(remoteSchema, added)
    assert.deepEqual(added, {
      name: 'second',
      fetch_url: sandbox.secondBarePath,
      push_url: sandbox.secondBarePath,
      problem: null,
      source: 'api',
      ssh_key_id: null,
      credential_id: null,
    })
    const { items, total } = await api.repos.remotes.list(id)
    for (const remote of items) isRecord(remoteSchema, remote)
    assert.deepEqual(items.map(({ name, source }) => [name, source]).toSorted(), [
      ['backup', 'config'],
      ['origin', 'config'],
      ['second', 'api'],
    ])
    assert.equal(total, 3)
    assert.equal(sandbox.git(sandbox.clonePath, 'config', '--list'), config)
  },

  'a remote that was added can be synced from': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await registerClone(subject)
    await api.repos.remotes.add(id, { name: 'second', fetch_url: sandbox.secondBarePath })
    const task = await api.sync.tasks.create({
      repo_id: id,
      source_remote: 'second',
      source_branch: 'develop',
      target_remote: 'backup',
    })
    assert.equal((await api.sync.tasks.run(task.id, { wait: true })).status, 'success')
    assert.equal(
      sandbox.oidOf(sandbox.bareBackupPath, 'develop'),
      sandbox.oidOf(sandbox.secondBarePath, 'develop'),
    )
  },

  'update changes a remote, and delete lets the configuration’s own stand again': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await registerClone(subject)
    const moved = await api.repos.remotes.update(id, 'backup', { fetch_url: sandbox.secondBarePath })
    assert.equal(moved.fetch_url, sandbox.secondBarePath)
    assert.equal(moved.source, 'api')
    assert.deepEqual(await api.repos.remotes.delete(id, 'backup'), { name: 'backup', deleted: true })
    const { items } = await api.repos.remotes.list(id)
    assert.equal(items.find(({ name }) => name === 'backup')?.fetch_url, sandbox.bareBackupPath)
  },

  'what cannot be is refused': async (subject) => {
    const { api, sandbox } = subject
    const { repo_id: id } = await mainToBackup(subject)
    const { remotes } = api.repos
    const fetch_url = sandbox.secondBarePath
    await refuses(remotes.add(id, { name: 'backup', fetch_url }), 'REMOTE_EXISTS')
    await refuses(remotes.add(id, { name: 'a b', fetch_url }), 'INVALID_INPUT', { field: 'name' })
    await refuses(remotes.add(id, { name: 'local', fetch_url }), 'INVALID_INPUT', { field: 'name' })
    await refuses(remotes.add(id, { name: 'x', fetch_url: sandbox.outsidePath }), 'URL_FORBIDDEN')
    await refuses(remotes.add(id, { name: 'x', fetch_url: 'http://169.254.169.254/x' }), 'URL_FORBIDDEN')
    await refuses(remotes.add(id, { name: 'x', fetch_url, ssh_key_id: 999 }), 'SSH_KEY_NOT_FOUND')
    await refuses(remotes.update(id, 'upstream', { fetch_url }), 'REMOTE_NOT_FOUND')
    await refuses(remotes.delete(id, 'upstream'), 'REMOTE_NOT_FOUND')
    await refuses(remotes.delete(id, 'origin'), ['REMOTE_CONFIGURED', 'REMOTE_IN_USE'])
    assert.equal((await remotes.list(id)).total, 2)
  },

  'test asks the remote for its refs; that it refuses is an answer': async (subject) => {
    const { api, sandbox } = subject
    const { id } = await registerClone(subject)
    const good = await api.repos.remotes.test(id, 'origin')
    isRecord(remoteTest, good)
    assert.equal(good.success, true)
    await api.repos.remotes.update(id, 'backup', { fetch_url: `${sandbox.root}/nowhere.git` })
    const bad = await api.repos.remotes.test(id, 'backup')
    isRecord(remoteTest, bad)
    assert.equal(bad.success, false)
    assert.notEqual(bad.message, '')
    await refuses(api.repos.remotes.test(id, 'upstream'), 'REMOTE_NOT_FOUND')
  },
}
