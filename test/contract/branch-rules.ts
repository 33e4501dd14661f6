import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Branch } from '@gitferry/core/contract'
import { rule } from './rule.ts'
import { data, refused, type World } from './world.ts'

const branches = async (world: World, query = '') =>
  data<{ branches: Branch[] }>(await world.get(`/repos/1/branches${query}`)).branches

export const branchRules = [
  rule('last_commit is the full oid', async (world) => {
    await world.register()
    for (const branch of await branches(world, '?type=all'))
      assert.match(branch.last_commit, /^[0-9a-f]{40}$/)
  }),
  rule('is_current is true for the one branch that HEAD names', async (world) => {
    await world.register()
    data(await world.post('/repos/1/branches', { name: 'other' }))
    const current = (await branches(world, '?type=all')).filter((branch) => branch.is_current)
    assert.deepEqual(
      current.map(({ name }) => name),
      ['main'],
    )
  }),
  rule('remote branches are named origin/main', async (world) => {
    await world.register()
    const names = (await branches(world, '?type=remote')).map(({ name }) => name)
    assert.ok(names.includes('origin/main'))
    assert.ok(names.includes('origin/feature/login'))
  }),
  rule('type other than local, remote or all is 400', async (world) => {
    await world.register()
    refused(await world.get('/repos/1/branches?type=both'), 400, { field: 'type' })
  }),
  rule('create and checkout answer the branch', async (world) => {
    await world.register()
    const created = data<Branch>(await world.post('/repos/1/branches', { name: 'new' }))
    assert.deepEqual([created.name, created.type, created.is_current], ['new', 'local', false])
    const checked = data<Branch>(await world.post('/repos/1/branches/checkout', { branch: 'new' }))
    assert.deepEqual([checked.name, checked.is_current], ['new', true])
  }),
  rule('delete answers { name, deleted: true }', async (world) => {
    await world.register()
    data(await world.post('/repos/1/branches', { name: 'new' }))
    assert.deepEqual(data(await world.delete('/repos/1/branches/new')), { name: 'new', deleted: true })
  }),
  rule('delete takes local branches only', async (world) => {
    await world.register()
    refused(await world.delete('/repos/1/branches/origin/main'), 404, { code: 'BRANCH_NOT_FOUND' })
  }),
  rule('names follow git check-ref-format', async (world) => {
    await world.register()
    for (const name of ['a..b', '-x', 'a b', 'x.lock', 'a//b', '@', 'a\u0007', 'a~1', 'a^', 'a:b']) {
      refused(await world.post('/repos/1/branches', { name }), 400, { code: 'REF_INVALID', field: 'name' })
    }
  }),
  rule('a component has at most 250 bytes, a name 1,000', async (world) => {
    await world.register()
    data(await world.post('/repos/1/branches', { name: 'ä'.repeat(125) }))
    refused(await world.post('/repos/1/branches', { name: 'ä'.repeat(126) }), 400)
    const long = Array.from({ length: 8 }, () => 'n'.repeat(150)).join('/')
    refused(await world.post('/repos/1/branches', { name: long }), 400)
  }),
  rule('create: an existing name is 409', async (world) => {
    await world.register()
    refused(await world.post('/repos/1/branches', { name: 'main' }), 409, { code: 'BRANCH_EXISTS' })
  }),
  rule('create: an unknown base is 404', async (world) => {
    await world.register()
    const answer = await world.post('/repos/1/branches', { name: 'new', base_branch: 'nowhere' })
    refused(answer, 404, { code: 'BRANCH_NOT_FOUND' })
  }),
  rule('create: without base_branch it is HEAD', async (world) => {
    await world.register()
    const created = data<Branch>(await world.post('/repos/1/branches', { name: 'new' }))
    assert.equal(created.last_commit, world.sandbox.oidOf(world.sandbox.clonePath, 'main'))
  }),
  rule('create: a remote branch may be the base', async (world) => {
    await world.register()
    const body = { name: 'new', base_branch: 'origin/develop' }
    const created = data<Branch>(await world.post('/repos/1/branches', body))
    assert.equal(created.last_commit, world.sandbox.oidOf(world.sandbox.originPath, 'develop'))
  }),
  rule('checkout refuses to lose uncommitted work', async (world) => {
    await world.register()
    data(await world.post('/repos/1/branches', { name: 'new', base_branch: 'origin/develop' }))
    writeFileSync(join(world.sandbox.clonePath, 'readme'), 'not committed\n')
    const answer = await world.post('/repos/1/branches/checkout', { branch: 'new' })
    refused(answer, 409, { code: 'CHECKOUT_REFUSED' })
  }),
  rule('checkout of a bare repository moves its HEAD', async (world) => {
    data(await world.post('/repos', { path: world.sandbox.secondBarePath }))
    data(await world.post('/repos/1/branches/checkout', { branch: 'develop' }))
    const head = world.sandbox.git(world.sandbox.secondBarePath, 'symbolic-ref', 'HEAD')
    assert.equal(head, 'refs/heads/develop')
  }),
  rule('checkout of a remote branch creates its tracking branch', async (world) => {
    await world.register()
    data(await world.post('/repos/1/branches/checkout', { branch: 'origin/develop' }))
    const { clonePath, git } = world.sandbox
    assert.equal(git(clonePath, 'symbolic-ref', 'HEAD'), 'refs/heads/develop')
    const upstream = git(clonePath, 'for-each-ref', '--format=%(upstream:short)', 'refs/heads/develop')
    assert.equal(upstream, 'origin/develop')
  }),
  rule('delete: the current branch is 409', async (world) => {
    await world.register()
    refused(await world.delete('/repos/1/branches/main'), 409, { code: 'BRANCH_CHECKED_OUT' })
  }),
  rule('delete: an unmerged branch is 409 unless force=true', async (world) => {
    await world.register()
    data(await world.post('/repos/1/branches', { name: 'new' }))
    world.sandbox.commit(world.sandbox.clonePath, 'new', 'only here')
    refused(await world.delete('/repos/1/branches/new'), 409, { code: 'BRANCH_UNMERGED' })
    data(await world.delete('/repos/1/branches/new?force=true'))
  }),
  rule('delete: an absent branch is 404', async (world) => {
    await world.register()
    refused(await world.delete('/repos/1/branches/nowhere'), 404, { code: 'BRANCH_NOT_FOUND' })
  }),
]
