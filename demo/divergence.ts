import type { Neighbours } from './neighbours.ts'
import { type Stage, short } from './stage.ts'

/** Both ends move: a conflict, which loses nothing and is told to those who want to know. */
export async function diverge(stage: Stage, { robot, robotSecret }: Neighbours): Promise<void> {
  const { gitferry, story, task } = stage
  const { backup, commit, origin, tipOf } = stage.history

  story.chapter('A channel: the robot of a DingTalk group')
  const channel = await gitferry.notifications.channels.create({
    type: 'dingtalk',
    name: 'operations',
    config: { webhook: robot.webhook, secret: robotSecret },
    events: ['sync_failure', 'sync_conflict'],
    template: '{{.TaskName}}: {{.StatusText}} ({{.EventType}})',
  })
  story.say(`channel ${channel.id}: ${JSON.stringify(channel.config)}`)
  story.check(
    'its secrets are masked in the answer',
    !JSON.stringify(channel).includes(robotSecret) && !JSON.stringify(channel).includes(robot.token),
  )
  const test = await gitferry.notifications.channels.test(channel.id, { signal: stage.deadline })
  story.check('the robot, which checks signatures, takes a test message', test.success)

  story.chapter('Divergence: somebody commits to backup, somebody else to origin')
  const theirs = await commit(backup, 'main', 'made on backup alone')
  const ours = await commit(origin, 'main', 'made on origin alone')
  story.say(`backup/main ${short(theirs)}, origin/main ${short(ours)}`)
  stage.showPlan(await gitferry.sync.tasks.plan(task.id))
  const conflict = await stage.follow((await gitferry.sync.tasks.run(task.id)).id)
  const [ref] = conflict.refs
  story.check(
    'the run says conflict',
    conflict.status === 'conflict' && conflict.error_code === 'SYNC_CONFLICT',
  )
  story.check('it names both oids', ref?.old_oid === theirs && ref.new_oid === ours)
  story.check('nothing is lost: backup/main is what it was', (await tipOf(backup)) === theirs)
  story.check('and origin/main too', (await tipOf(origin)) === ours)
  const delivery = await stage.until(async () => {
    const { items } = await gitferry.notifications.deliveries.list({ run_id: conflict.id })
    return items.find(({ status }) => status !== 'pending')
  })
  const message = robot.messages.at(-1)
  story.quote(message?.text ?? 'no message')
  story.check(
    'the group was told of it, in a signed message',
    delivery.status === 'sent' && message?.text.includes('sync_conflict') === true,
  )
}
