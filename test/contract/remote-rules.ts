import assert from 'node:assert/strict'
import type { Credential, Page, Remote, RemoteTest, Repo, SshKey, Tag } from '@gitferry/core/contract'
import { makeKey, serveGitOverSsh } from '../ssh-git-server.ts'
import { rule } from './rule.ts'
import { data, refused, type World } from './world.ts'

const reachable = { gitferry: { allowOutgoing: ['127.0.0.1'] } }

/** A key that gitferry made, and an ssh server on 127.0.0.1 that knows its owner unless `authorized` says otherwise. */
async function withServer(
  world: World,
  { authorized = true }: { readonly authorized?: boolean },
  work: (key: SshKey, url: string) => Promise<void>,
): Promise<void> {
  const key = data<SshKey>(await world.post('/ssh-keys/generate', { name: 'key' }))
  const owner = { private: '', public: key.public_key, fingerprint: key.fingerprint }
  const server = await serveGitOverSsh({ hostKey: makeKey(), authorized: authorized ? [owner] : [] })
  try {
    await work(key, `ssh://git@127.0.0.1:${server.port}${world.sandbox.originPath}`)
  } finally {
    await server.close()
  }
}

export const keyTestRules = [
  rule(
    'row 19: POST /api/v1/ssh-keys/:id/test asks the remote with that key',
    (world) =>
      withServer(world, {}, async ({ id }, repo_url) => {
        const test = data<RemoteTest>(await world.post(`/ssh-keys/${id}/test`, { repo_url }))
        assert.equal(test.success, true, test.message)
        assert.notEqual(test.message, '')
        assert.match(test.host_key?.fingerprint ?? '', /^SHA256:/)
      }),
    reachable,
  ),
  rule(
    'a key that the remote refuses answers success: false',
    (world) =>
      withServer(world, { authorized: false }, async ({ id }, repo_url) => {
        const test = data<RemoteTest>(await world.post(`/ssh-keys/${id}/test`, { repo_url }))
        assert.deepEqual([test.success, test.error_code], [false, 'GIT_AUTH_FAILED'])
      }),
    reachable,
  ),
  rule(
    'url is repo_url',
    (world) =>
      withServer(world, {}, async ({ id }, url) => {
        assert.equal(data<RemoteTest>(await world.post(`/ssh-keys/${id}/test`, { url })).success, true)
      }),
    reachable,
  ),
  rule('a remote that is private and not allowed is refused', async (world) => {
    const { id } = data<SshKey>(await world.post('/ssh-keys/generate', { name: 'key' }))
    const answer = await world.post(`/ssh-keys/${id}/test`, { repo_url: 'git@127.0.0.1:org/repo.git' })
    refused(answer, 400, { code: 'URL_FORBIDDEN' })
  }),
]

const credentialFields = [
  'created_at',
  'id',
  'last_used_at',
  'name',
  'origin',
  'source',
  'type',
  'used_by',
  'username',
]
const remoteFields = ['credential_id', 'fetch_url', 'name', 'problem', 'push_url', 'source', 'ssh_key_id']

export const remoteRules = [
  rule(
    'a remote is added, changed and deleted without a change to the repository’s config',
    async (world) => {
      const { id } = await world.register()
      const config = () => world.sandbox.git(world.sandbox.clonePath, 'config', '--list', '--local')
      const before = config()
      const added = data<Remote>(
        await world.post(`/repos/${id}/remotes`, { name: 'mirror', url: 'https://git.example.org/a.git' }),
      )
      assert.deepEqual(Object.keys(added).sort(), remoteFields)
      assert.deepEqual([added.fetch_url, added.push_url], Array(2).fill('https://git.example.org/a.git'))
      data(await world.put(`/repos/${id}/remotes/mirror`, { push_url: 'https://git.example.org/b.git' }))
      const { remotes } = data<Repo>(await world.get(`/repos/${id}`))
      assert.deepEqual(remotes.map(({ name, push_url }) => [name, push_url]).at(-1), [
        'mirror',
        'https://git.example.org/b.git',
      ])
      assert.deepEqual(data(await world.delete(`/repos/${id}/remotes/mirror`)), {
        name: 'mirror',
        deleted: true,
      })
      assert.equal(config(), before)
    },
  ),
  rule('user and password in a URL leave it and become a sealed credential', async (world) => {
    const { id } = await world.register()
    const url = 'https://somebody:p%40ssw0rd-of-it@git.example.org/a.git'
    const answer = await world.post(`/repos/${id}/remotes`, { name: 'mirror', url })
    const remote = data<Remote>(answer)
    assert.equal(remote.fetch_url, 'https://git.example.org/a.git')
    const credential = data<Credential>(await world.get(`/credentials/${remote.credential_id}`))
    assert.deepEqual([credential.username, credential.origin], ['somebody', 'https://git.example.org'])
    for (const path of [`/repos/${id}`, '/credentials', '/audit/logs']) {
      assert.doesNotMatch((await world.get(path)).text, /ssw0rd-of-it/)
    }
    assert.doesNotMatch(answer.text, /ssw0rd-of-it/)
  }),
  rule('a remote of a private address, or over plain http, is 400', async (world) => {
    const { id } = await world.register()
    for (const url of ['https://10.0.0.1/a.git', 'http://git.example.org/a.git', 'git@127.0.0.1:a.git']) {
      const answer = await world.post(`/repos/${id}/remotes`, { name: 'mirror', url })
      refused(answer, 400, { code: 'URL_FORBIDDEN' })
    }
  }),
  rule('a remote that a task uses is not deleted', async (world) => {
    const { id } = await world.register()
    await world.task()
    const code = 'REMOTE_CONFIGURED'
    refused(await world.delete(`/repos/${id}/remotes/origin`), 409, { code })
    data(await world.post(`/repos/${id}/remotes`, { name: 'own', url: world.sandbox.bareBackupPath }))
    const task = await world.task({ target_remote: 'own', name: 'the one that uses it' })
    const message = refused(await world.delete(`/repos/${id}/remotes/own`), 409, { code: 'REMOTE_IN_USE' })
    assert.ok(message.includes(task.name))
  }),
  rule('tags are listed, made and deleted', async (world) => {
    const { id } = await world.register()
    data(await world.post(`/repos/${id}/tags`, { name: 'release/v2' }))
    const tag = data<Tag>(await world.post(`/repos/${id}/tags`, { name: 'v3', message: 'the third\n' }))
    assert.deepEqual([tag.is_annotated, tag.message?.trim()], [true, 'the third'])
    const names = async () =>
      data<Page<Tag>>(await world.get(`/repos/${id}/tags`)).items.map(({ name }) => name)
    assert.deepEqual(await names(), ['release/v2', 'v1', 'v3'])
    assert.deepEqual(data(await world.delete(`/repos/${id}/tags/release/v2`)), {
      name: 'release/v2',
      deleted: true,
    })
    assert.deepEqual(await names(), ['v1', 'v3'])
    refused(await world.post(`/repos/${id}/tags`, { name: 'v1' }), 409, { code: 'TAG_EXISTS' })
  }),
  rule('a credential shows everything but its secret', async (world) => {
    const body = {
      name: 'the robot',
      type: 'token',
      origin: 'https://git.example.org/some/path',
      token: 'glpat-of-the-test',
    }
    const answer = await world.post('/credentials', body)
    const credential = data<Credential>(answer)
    assert.deepEqual([credential.origin, credential.type], ['https://git.example.org', 'token'])
    assert.deepEqual(Object.keys(credential).sort(), credentialFields)
    for (const path of ['/credentials', `/credentials/${credential.id}`, '/audit/logs']) {
      assert.doesNotMatch((await world.get(path)).text, /glpat-of-the-test/)
    }
    assert.doesNotMatch(answer.text, /glpat-of-the-test/)
  }),
]
