import assert from 'node:assert/strict'
import { chownSync, existsSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Repo } from '@gitferry/core/contract'
import { type ContractRule, rule } from './rule.ts'
import { data, refused, type World } from './world.ts'

const fields = [
  'created_at',
  // added since: who made it, and what it stands under, is for and was copied from
  'creator_id',
  'credential_id',
  'current_branch',
  'default_branch',
  'description',
  'forked_from_id',
  'group_name',
  'id',
  'is_bare',
  // added since: whether gitferry keeps its files
  'is_hosted',
  'name',
  'path',
  'project_id',
  'remotes',
  'size_bytes',
  'ssh_key_id',
  'updated_at',
  'uuid',
  'visibility',
]

const stranger = 4711

/** A rule about a repository that belongs to somebody else, which only root can make. */
const rootOnly = (one: ContractRule): ContractRule => ({
  ...one,
  skip: process.getuid?.() === 0 ? undefined : 'only root can give a repository to another user',
})

/** Gives a repository of the sandbox to another user; answers its path. */
function giveAway({ sandbox: { secondBarePath } }: World): string {
  for (const path of ['', ...readdirSync(secondBarePath, { recursive: true, encoding: 'utf8' })]) {
    chownSync(join(secondBarePath, path), stranger, stranger)
  }
  return secondBarePath
}

export const repoRules = [
  rootOnly(
    rule('a repository of another user is 403 and the message names --trust-owner', async (world) => {
      const path = giveAway(world)
      const message = refused(await world.post('/repos', { path }), 403, {
        code: 'PATH_NOT_OWNED',
        field: 'path',
      })
      assert.ok(message.includes(`--trust-owner ${stranger}`), message)
    }),
  ),
  rootOnly(
    rule(
      'a repository of a user that --trust-owner names is accepted',
      async (world) => {
        assert.equal(data<Repo>(await world.post('/repos', { path: giveAway(world) })).name, 'second.git')
        const { branches } = data<{ branches: unknown[] }>(await world.get('/repos/1/branches'))
        assert.equal(branches.length, 2)
      },
      { gitferry: { trustedOwners: [stranger] } },
    ),
  ),
  rule('a repository has the documented fields and no other', async (world) => {
    const repo = await world.register()
    assert.deepEqual(Object.keys(repo).sort(), fields)
    assert.deepEqual(
      repo.remotes.map(({ name, fetch_url, push_url }) => ({ name, fetch_url, push_url })),
      [
        { name: 'origin', fetch_url: world.sandbox.originPath, push_url: world.sandbox.originPath },
        { name: 'backup', fetch_url: world.sandbox.bareBackupPath, push_url: world.sandbox.bareBackupPath },
      ],
    )
    assert.ok(repo.size_bytes > 0)
    assert.equal(repo.default_branch, 'main')
  }),
  rule('a path that is not absolute is refused', async (world) => {
    const message = refused(await world.post('/repos', { path: 'clone' }), 400, { field: 'path' })
    assert.ok(message.includes('absolute'))
  }),
  rule('a path that does not exist is refused', async (world) => {
    const answer = await world.post('/repos', { path: join(world.sandbox.root, 'missing') })
    assert.match(refused(answer, 400, { field: 'path' }), /does not exist/)
  }),
  rule('a path below the top of a repository is refused', async (world) => {
    const answer = await world.post('/repos', { path: world.sandbox.subfolderPath })
    refused(answer, 400, { code: 'NOT_A_REPOSITORY', field: 'path' })
  }),
  rule('a folder that is no repository is refused', async (world) => {
    const answer = await world.post('/repos', { path: world.sandbox.plainFolderPath })
    refused(answer, 400, { code: 'NOT_A_REPOSITORY', field: 'path' })
  }),
  rule('a path outside the roots is 403 and the message names --repo-root', async (world) => {
    for (const path of [world.sandbox.outsidePath, world.sandbox.linkToOutsidePath]) {
      const message = refused(await world.post('/repos', { path }), 403, { code: 'PATH_OUTSIDE_ROOTS' })
      assert.ok(message.includes('--repo-root'))
    }
  }),
  rule('links are resolved', async (world) => {
    const repo = data<Repo>(await world.post('/repos', { path: world.sandbox.linkToClonePath }))
    assert.equal(repo.path, world.sandbox.clonePath)
  }),
  rule('a repository that is registered already is 409', async (world) => {
    await world.register()
    const answer = await world.post('/repos', { path: world.sandbox.clonePath, name: 'again' })
    refused(answer, 409, { code: 'REPO_EXISTS', field: 'path' })
  }),
  rule('a taken name is 409', async (world) => {
    await world.register()
    const answer = await world.post('/repos', { path: world.sandbox.secondBarePath, name: 'clone' })
    refused(answer, 409, { code: 'REPO_EXISTS', field: 'name' })
  }),
  rule('the name defaults to the folder’s', async (world) => {
    assert.equal((await world.register()).name, 'clone')
  }),
  rule('an unknown ssh_key_id is 404', async (world) => {
    const answer = await world.post('/repos', { path: world.sandbox.clonePath, ssh_key_id: 4711 })
    refused(answer, 404, { code: 'SSH_KEY_NOT_FOUND', field: 'ssh_key_id' })
  }),
  rule('what config and hooks hold is no reason to refuse, and is never run', async (world) => {
    const { clonePath, git, root } = world.sandbox
    const marker = join(root, 'ran')
    writeFileSync(join(clonePath, '.git', 'hooks-marker'), '')
    git(clonePath, 'config', 'core.fsmonitor', `touch ${marker}`)
    git(clonePath, 'config', 'core.sshCommand', `touch ${marker}`)
    world.sandbox.hook(clonePath, 'reference-transaction', `touch ${marker}`)
    const repo = await world.register()
    data(await world.get(`/repos/${repo.id}/branches`))
    data(await world.post(`/repos/${repo.id}/branches`, { name: 'other' }))
    assert.equal(existsSync(marker), false)
  }),
  rule('current_branch is null when HEAD is detached', async (world) => {
    world.sandbox.git(world.sandbox.clonePath, 'checkout', '--quiet', '--detach')
    assert.equal((await world.register()).current_branch, null)
  }),
  rule('current_branch is the branch’s name when it is unborn', async (world) => {
    world.sandbox.git(world.sandbox.clonePath, 'symbolic-ref', 'HEAD', 'refs/heads/unborn')
    assert.equal((await world.register()).current_branch, 'unborn')
  }),
  rule('deleting takes the record, never the files', async (world) => {
    const repo = await world.register()
    data(await world.delete(`/repos/${repo.id}`))
    assert.ok(existsSync(join(world.sandbox.clonePath, '.git', 'HEAD')))
    assert.ok(existsSync(join(world.sandbox.clonePath, 'readme')))
  }),
  rule('a repository used by a task is 409 that names the task', async (world) => {
    const repo = await world.register()
    const task = await world.task({ name: 'the nightly one' })
    const message = refused(await world.delete(`/repos/${repo.id}`), 409, { code: 'REPO_IN_USE' })
    assert.ok(message.includes(task.name))
  }),
  rule('PUT /repos/:id changes only the fields that it carries', async (world) => {
    const repo = await world.register()
    const changed = data<Repo>(await world.put(`/repos/${repo.id}`, { name: 'renamed' }))
    assert.equal(changed.name, 'renamed')
    assert.equal(changed.path, repo.path)
  }),
  rule('a remote whose path lies outside the roots is listed with its problem', async (world) => {
    const { clonePath, git, outsidePath, root } = world.sandbox
    symlinkSync(outsidePath, join(root, 'elsewhere'))
    git(clonePath, 'remote', 'add', 'outside', outsidePath)
    const repo = await world.register()
    const remote = repo.remotes.find(({ name }) => name === 'outside')
    assert.ok(remote?.problem)
    const answer = await world.post('/sync/tasks', {
      repo_id: repo.id,
      source_branch: 'main',
      target_remote: 'outside',
    })
    refused(answer, 400, { code: 'URL_FORBIDDEN', field: 'target_remote' })
  }),
]
