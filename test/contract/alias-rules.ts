import assert from 'node:assert/strict'
import type { Branch, SyncTask } from '@gitferry/core/contract'
import { rule } from './rule.ts'
import { data } from './world.ts'

export const aliasRules = [
  rule('base_ref is base_branch', async (world) => {
    await world.register()
    const branch = data<Branch>(
      await world.post('/repos/1/branches', { name: 'new', base_ref: 'origin/develop' }),
    )
    assert.equal(branch.last_commit, world.sandbox.oidOf(world.sandbox.originPath, 'develop'))
  }),
  rule('name is branch at checkout', async (world) => {
    await world.register()
    data(await world.post('/repos/1/branches', { name: 'new' }))
    assert.equal(data<Branch>(await world.post('/repos/1/branches/checkout', { name: 'new' })).name, 'new')
  }),
  rule('cron is cron_expression', async (world) => {
    await world.register()
    const task = await world.task({ cron: '0 3 * * *' })
    assert.equal(task.cron_expression, '0 3 * * *')
    assert.equal('cron' in task, false)
    const changed = data<SyncTask>(await world.put(`/sync/tasks/${task.id}`, { cron: '0 4 * * *' }))
    assert.equal(changed.cron_expression, '0 4 * * *')
  }),
  rule('the mode single is branch, all-branch is mirror', async (world) => {
    await world.register()
    const task = await world.task({ mode: 'single' })
    assert.equal(task.mode, 'branch')
    const mirror = await world.task({ mode: 'all-branch' })
    assert.equal(mirror.mode, 'mirror')
  }),
]
