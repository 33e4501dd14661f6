import assert from 'node:assert/strict'
import type { Channel, ChannelTest } from '@gitferry/core/contract'
import { DingtalkRobot } from '../dingtalk-robot.ts'
import { rule } from './rule.ts'
import { data, refused } from './world.ts'

const reachable = { gitferry: { allowOutgoing: ['127.0.0.1'] } }

export const urlRules = [
  rule(
    'a remote that was allowed when it was written is refused when it is used',
    async (world) => {
      const { id } = await world.register()
      // nobody listens there, and nobody is asked
      for (const [name, url] of [
        ['by-ssh', 'ssh://git@127.0.0.1:9/a.git'],
        ['by-https', 'https://127.0.0.1:9/a.git'],
      ]) {
        data(await world.post(`/repos/${id}/remotes`, { name, url }))
        await world.task({ target_remote: name })
      }
      await world.restart({ allowOutgoing: [] })
      for (const task of [1, 2]) {
        const run = await world.run(task)
        assert.deepEqual([run.status, run.error_code], ['failed', 'URL_FORBIDDEN'])
      }
      for (const name of ['by-ssh', 'by-https']) {
        refused(await world.ask('POST', `/repos/${id}/remotes/${name}/test`), 400, { code: 'URL_FORBIDDEN' })
      }
    },
    reachable,
  ),
  rule(
    'a remote that was allowed over plain http is refused when it is used',
    async (world) => {
      const { id } = await world.register()
      data(
        await world.post(`/repos/${id}/remotes`, { name: 'plain', url: 'http://git.example.invalid/a.git' }),
      )
      const task = await world.task({ target_remote: 'plain' })
      await world.restart({ allowOutgoing: [] })
      const run = await world.run(task.id)
      assert.deepEqual([run.status, run.error_code], ['failed', 'URL_FORBIDDEN'])
    },
    { gitferry: { allowOutgoing: ['git.example.invalid'] } },
  ),
  rule(
    'a channel that was allowed when it was written is refused when it is used',
    async (world) => {
      const robot = await DingtalkRobot.start({})
      try {
        const body = { type: 'dingtalk', name: 'robot', config: { webhook: robot.webhook } }
        const { id } = data<Channel>(await world.post('/notification/channels', body))
        const test = async () =>
          data<ChannelTest>(await world.ask('POST', `/notification/channels/${id}/test`)).success
        assert.equal(await test(), true)
        await world.restart({ allowOutgoing: [] })
        assert.equal(await test(), false)
        assert.equal(robot.requests, 1)
      } finally {
        await robot.close()
      }
    },
    reachable,
  ),
]
