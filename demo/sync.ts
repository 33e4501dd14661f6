import type { Stage } from './stage.ts'
import { short, shortRange } from './stage.ts'

/** A plan, the first run, and the schedule. */
export async function keepInStep(stage: Stage): Promise<void> {
  const { deadline, gitferry, story, task } = stage
  const { backup, commit, git, origin, tipOf } = stage.history

  story.chapter('The plan: what a run would do now')
  stage.showPlan(await gitferry.sync.tasks.plan(task.id, { signal: deadline }))
  story.check('planning changed nothing: backup is still empty', (await tipOf(backup)) === null)

  story.chapter('The first run')
  const first = await stage.follow((await gitferry.sync.tasks.run(task.id)).id)
  story.check('backup/main is origin/main', (await tipOf(backup)) === (await tipOf(origin)))
  story.check(
    'every commit of main has arrived',
    (await git(backup, 'rev-list', '--count', 'main')) === (await git(origin, 'rev-list', '--count', 'main')),
  )
  story.check(
    'the backup is sound: git fsck says nothing',
    (await git(backup, 'fsck', '--full', '--strict')) === '',
  )
  story.check('the range that the run reports is the new tip', first.commit_range === (await tipOf(origin)))
  const again = await gitferry.sync.tasks.run(task.id, { wait: true })
  story.check('a second run finds both in step', again.status === 'success' && again.commit_range === '')

  story.chapter('The schedule: @every 1s, and a commit to origin')
  await gitferry.sync.tasks.update(task.id, { cron_expression: '@every 1s' })
  const pushed = await commit(origin, 'main', 'carried over by the schedule')
  story.say(`committed ${short(pushed)} to origin/main and touched nothing else`)
  const scheduled = await stage.until(async () => {
    for await (const run of gitferry.sync.runs.all({ task_id: task.id }, { signal: deadline })) {
      if (run.commit_range.endsWith(pushed) && run.finished_at !== null) return run
    }
    return undefined
  })
  story.say(
    `run ${scheduled.id}, trigger ${scheduled.trigger}: ${scheduled.status}, ${shortRange(scheduled.commit_range)}`,
  )
  story.check(
    'the schedule carried it over',
    (await tipOf(backup)) === pushed && scheduled.trigger === 'cron',
  )
  await gitferry.sync.tasks.update(task.id, { cron_expression: '' })
  // one that the schedule still started would carry what is meant for the next chapter
  await stage.until(async () => {
    const { items } = await gitferry.sync.runs.list({ task_id: task.id })
    return items.every((run) => run.finished_at !== null) || undefined
  })
}
