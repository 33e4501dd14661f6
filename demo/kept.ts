import { join } from 'node:path'
import type { SyncTask } from '@gitferry/core/contract'
import { type Stage, short } from './stage.ts'

/** A branch that was rewritten at origin is overwritten; what it was is kept, and put back. */
export async function overwriteAndRestore(stage: Stage, task: SyncTask): Promise<void> {
  const { gitferry, history, repo, story } = stage
  const { git, mirror, origin, root, tipOf } = history

  story.chapter('An overwrite: develop is rewritten at origin')
  await gitferry.sync.tasks.update(task.id, { on_diverge: 'overwrite' })
  const old = await tipOf(mirror, 'develop')
  await git(origin, 'update-ref', 'refs/heads/develop', 'refs/heads/develop~3')
  const rewritten = await history.commit(origin, 'develop', 'instead of the last three')
  const run = await stage.run(task.id)
  story.check(
    `mirror/develop is what origin made of it, ${short(rewritten)}`,
    (await tipOf(mirror, 'develop')) === rewritten,
  )
  const { items } = await gitferry.sync.kept.list({ run_id: run.id })
  const [kept] = items
  const store = join(root, 'data', 'kept', `${repo.uuid}.git`)
  story.say(`kept until ${kept?.expires_at}: ${kept?.kept_ref}`)
  story.check(
    'what it was is kept, apart from the store, whole, where plain git finds it',
    items.length === 1 &&
      (await git(store, 'rev-parse', kept?.kept_ref ?? '')) === old &&
      (await git(store, 'rev-list', '--count', old ?? '')) ===
        (await git(mirror, 'rev-list', '--count', old ?? '')),
  )

  const restoring = await gitferry.sync.runs.restore(run.id)
  const restored = await stage.ended(restoring.id)
  story.check(
    `restore puts ${short(old)} back`,
    restored.status === 'success' && (await tipOf(mirror, 'develop')) === old,
  )
  const { paused_at, paused_reason } = await gitferry.sync.tasks.get(task.id)
  story.quote(paused_reason ?? 'not paused')
  story.check('and pauses the task, which would overwrite it again', paused_at !== null)
}
