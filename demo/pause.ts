import type { Stage } from './stage.ts'
import { sendWebhook } from './webhook.ts'

/** A person stops a task, and lets it go on. */
export async function pauseAndResume(stage: Stage, webhookSecret: string): Promise<void> {
  const { gitferry, story, task } = stage
  const { backup, commit, origin, tipOf } = stage.history

  story.chapter('Pause: neither schedule nor webhook, until somebody resumes it')
  await gitferry.sync.tasks.update(task.id, { cron_expression: '@hourly' })
  const paused = await gitferry.sync.tasks.pause(task.id)
  story.say(`task ${task.id} ${paused.paused_reason}, next run: ${paused.next_run_at ?? 'none'}`)
  const before = await tipOf(backup)
  const pushed = await commit(origin, 'main', 'made while the task was paused')
  const refused = await sendWebhook(stage, webhookSecret, 'delivery-2')
  story.say(`a signed webhook: HTTP ${refused.status}, ${refused.body.message}`)
  story.check(
    'a paused task has no next time, refuses a webhook, and its target stays as it is',
    paused.next_run_at === null && refused.status === 409 && (await tipOf(backup)) === before,
  )
  const resumed = await gitferry.sync.tasks.resume(task.id)
  story.say(`resumed, next run: ${resumed.next_run_at ?? 'none'}`)
  const taken = await sendWebhook(stage, webhookSecret, 'delivery-3')
  await stage.ended(taken.body.run_id)
  story.check(
    'once resumed it has one, and the next webhook carries the commit over',
    resumed.next_run_at !== null && (await tipOf(backup)) === pushed,
  )
  await gitferry.sync.tasks.update(task.id, { cron_expression: '' })
}
