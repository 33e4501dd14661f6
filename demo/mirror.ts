import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SyncTask } from '@gitferry/core/contract'
import type { Neighbours } from './neighbours.ts'
import type { Stage } from './stage.ts'

const topics = ['1', '2', '3', '4', '5', '6'].map((number) => `topic/${number}`)
const declined = 'refs/heads/topic/3'

/** Every branch and tag of origin, and what may go wrong with so many: one is declined, most of them disappear. */
export async function mirrorEverything(stage: Stage, { httpServer }: Neighbours): Promise<SyncTask> {
  const { gitferry, history, repo, story } = stage
  const { git, origin } = history

  story.chapter('A mirror: every branch and tag, and what goes there goes here too')
  for (const topic of topics) await git(origin, 'branch', topic, 'main')
  const fetch_url = `http://127.0.0.1:${httpServer.port}/mirror.git`
  await gitferry.repos.remotes.add(repo.id, { name: 'mirror', fetch_url })
  const task = await gitferry.sync.tasks.create({
    repo_id: repo.id,
    mode: 'mirror',
    target_remote: 'mirror',
    prune: true,
  })
  await stage.run(task.id)
  story.check('for-each-ref says the same of both', await isMirrored(stage))

  await declineOne(stage, task)
  await loseMost(stage, task)
  return task
}

async function isMirrored({ history: { mirror, origin, refsOf } }: Stage): Promise<boolean> {
  return (await refsOf(mirror)) === (await refsOf(origin))
}

async function declineOne(stage: Stage, task: SyncTask): Promise<void> {
  const { history, story } = stage
  const { commit, git, mirror, origin } = history

  story.chapter('A hook of the target declines one branch of ten')
  const hook = join(mirror, 'hooks', 'update')
  const script = `#!/bin/sh\n[ "$1" != ${declined} ]\n`
  await writeFile(hook, script, { mode: 0o755 })
  const branches = (await git(origin, 'for-each-ref', '--format=%(refname:short)', 'refs/heads')).split('\n')
  const before = await history.tipOf(mirror, 'topic/3')
  for (const branch of branches) await commit(origin, branch, 'one more on every branch')
  const run = await stage.run(task.id)
  const tips = branches.filter((branch) => `refs/heads/${branch}` !== declined)
  const arrived = await Promise.all(
    tips.map(
      async (branch) => (await history.tipOf(mirror, branch)) === (await history.tipOf(origin, branch)),
    ),
  )
  story.check('nine branches have arrived', tips.length === 9 && !arrived.includes(false))
  const bad = run.refs.filter(({ outcome }) => outcome !== 'updated')
  story.check(
    'the run says partial, which one is not there, and why',
    run.status === 'partial' &&
      bad.length === 1 &&
      bad[0]?.target_ref === declined &&
      bad[0].outcome === 'rejected' &&
      bad[0].reason === 'hook declined' &&
      (await history.tipOf(mirror, 'topic/3')) === before,
  )
  await rm(hook)
  await stage.run(task.id)
  story.check('without the hook the next run brings it, too', await isMirrored(stage))
}

async function loseMost(stage: Stage, task: SyncTask): Promise<void> {
  const { gitferry, history, story } = stage
  const { git, mirror, origin, refsOf } = history

  story.chapter('Somebody deletes six branches at origin')
  const before = await refsOf(mirror)
  await git(origin, 'branch', '-q', '-D', ...topics)
  const stopped = await stage.run(task.id)
  story.check(
    'the run is stopped by its guard, and the mirror has all that it had',
    stopped.error_code === 'MASS_DELETION' && (await refsOf(mirror)) === before,
  )
  const plan = await gitferry.sync.plans.get(stopped.plan_id ?? 0)
  stage.showPlan(plan)
  story.say(`a person looks at plan ${plan.id}, and applies it`)
  const applied = await gitferry.sync.plans.apply(plan.id)
  await stage.ended(applied.id)
  story.check('exactly these six are gone', await isMirrored(stage))
}
