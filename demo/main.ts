/**
 * Two remotes kept in step, end to end: a real origin, an empty backup, the real server, the typed client. Every
 * claim is checked with plain git; exits 1 if one does not hold.
 */
import { join } from 'node:path'
import { createClient } from '@gitferry/client'
import type { Plan, RunWithRefs } from '@gitferry/core/contract'
import { makeHistory } from './history.ts'
import { startServer } from './server.ts'
import { Story } from './story.ts'

const began = performance.now()
const story = new Story({ color: process.stdout.isTTY === true && process.env.NO_COLOR === undefined })
const deadline = AbortSignal.timeout(55_000)
const short = (oid: string | null) => oid?.slice(0, 10) ?? 'nothing'

story.chapter('Two git remotes, made by plain git')
await using history = await makeHistory()
const { backup, clone, commit, git, origin, root } = history
const tipOf = (repository: string, branch = 'main') =>
  git(repository, 'rev-parse', '--verify', '-q', `refs/heads/${branch}`).catch(() => null)
const commits = await git(origin, 'rev-list', '--all', '--count')
const branches = (await git(origin, 'for-each-ref', '--format=%(refname:short)', 'refs/heads')).split('\n')
const tags = (await git(origin, 'for-each-ref', '--format=%(refname:short)', 'refs/tags')).split('\n')
story.say(`origin  ${commits} commits, branches ${branches.join(', ')}, tags ${tags.join(', ')}`)
story.say('backup  empty')
story.say('project a clone that knows both as remotes')

{
  await using server = await startServer({ dataDir: join(root, 'data'), repoRoot: root })
  story.chapter(`gitferry serve, on ${server.url}`)
  const gitferry = createClient({ baseUrl: server.url })
  const { version } = await gitferry.system.version({ signal: deadline })
  story.say(`${version}, SQLite in the data directory`)
  const repo = await gitferry.repos.register({ path: clone })
  story.say(
    `registered "${repo.name}", on ${repo.current_branch}, remotes ${repo.remotes.map((r) => r.name).join(', ')}`,
  )
  const task = await gitferry.sync.tasks.create({
    repo_id: repo.id,
    source_remote: 'origin',
    source_branch: 'main',
    target_remote: 'backup',
  })
  story.say(`task "${task.name}", when they diverge: ${task.on_diverge}`)

  story.chapter('The plan: what a run would do now')
  showPlan(await gitferry.sync.tasks.plan(task.id, { signal: deadline }))
  story.check('planning changed nothing: backup is still empty', (await tipOf(backup)) === null)

  story.chapter('The first run')
  const first = await follow((await gitferry.sync.tasks.run(task.id)).id)
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
  const scheduled = await runThatCarried(pushed)
  story.say(
    `run ${scheduled.id}, trigger ${scheduled.trigger}: ${scheduled.status}, ${shortRange(scheduled.commit_range)}`,
  )
  story.check(
    'the schedule carried it over',
    (await tipOf(backup)) === pushed && scheduled.trigger === 'cron',
  )
  await gitferry.sync.tasks.update(task.id, { cron_expression: '' })

  story.chapter('Divergence: somebody commits to backup, somebody else to origin')
  const theirs = await commit(backup, 'main', 'made on backup alone')
  const ours = await commit(origin, 'main', 'made on origin alone')
  story.say(`backup/main ${short(theirs)}, origin/main ${short(ours)}`)
  showPlan(await gitferry.sync.tasks.plan(task.id))
  const conflict = await follow((await gitferry.sync.tasks.run(task.id)).id)
  const [ref] = conflict.refs
  story.check(
    'the run says conflict',
    conflict.status === 'conflict' && conflict.error_code === 'SYNC_CONFLICT',
  )
  story.check('it names both oids', ref?.old_oid === theirs && ref.new_oid === ours)
  story.check('nothing is lost: backup/main is what it was', (await tipOf(backup)) === theirs)
  story.check('and origin/main too', (await tipOf(origin)) === ours)

  story.chapter('What is on record')
  for await (const entry of gitferry.audit.all()) {
    story.say(
      `${entry.created_at}  ${entry.type} ${entry.object_type} ${entry.object_id ?? ''} ${entry.result}`,
    )
  }
  const clean =
    (await git(clone, 'status', '--porcelain')) === '' && (await git(clone, 'rev-parse', 'HEAD')) !== ours
  story.check('the clone itself was never touched', clean)

  /** Shows the log of a run as it grows, and what became of it. */
  async function follow(id: number): Promise<RunWithRefs> {
    for await (const event of gitferry.sync.runs.follow(id, { signal: deadline })) {
      if (event.type === 'log') story.quote(`${event.at} ${event.text}`)
    }
    const run = await gitferry.sync.runs.get(id, { signal: deadline })
    story.say(`run ${run.id}: ${run.status} in ${run.duration_ms} ms, ${shortRange(run.commit_range)}`)
    for (const { action, outcome, reason, target_ref } of run.refs) {
      story.say(`  ${target_ref}: ${action}, ${outcome}${reason && ` (${reason})`}`)
    }
    return run
  }

  async function runThatCarried(oid: string): Promise<RunWithRefs> {
    for (;;) {
      for await (const run of gitferry.sync.runs.all({ task_id: task.id }, { signal: deadline })) {
        if (run.commit_range.endsWith(oid) && run.finished_at !== null) return gitferry.sync.runs.get(run.id)
      }
      deadline.throwIfAborted()
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  story.chapter('The end')
  story.check('the server stops cleanly on SIGTERM', (await server.stop()) === 0)
}
process.exitCode = story.end((performance.now() - began) / 1000) ? 0 : 1

function showPlan(plan: Plan): void {
  if (plan.updates.length === 0) story.say('nothing to do: in step')
  for (const { action, new_oid, old_oid, reason, target_ref } of plan.updates) {
    story.say(`${action.padEnd(12)} ${target_ref}  ${short(old_oid)} → ${short(new_oid)}  ${reason}`)
  }
}

function shortRange(range: string): string {
  return range === '' ? 'nothing to carry' : range.split('..').map(short).join('..')
}
