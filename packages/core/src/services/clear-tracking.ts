import type { GitRunner, GitRunOptions } from '../git/command.ts'
import { forEachRef } from '../git/commands/for-each-ref.ts'
import { updateRefs } from '../git/commands/update-ref.ts'

/**
 * Deletes the tracking refs that stand in the way of another: where `a` was, `a/b` cannot be made, and the other way
 * round. They follow remotes that have changed; their commits stay in the store.
 */
export async function clearTracking(runner: GitRunner, ref: string, options: GitRunOptions): Promise<void> {
  const parts = ref.split('/')
  const above = parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join('/'))
  const refs = await runner.run(forEachRef(['refs/remotes']), options)
  const inTheWay = [...refs].filter(([name]) => above.includes(name) || name.startsWith(`${ref}/`))
  if (inTheWay.length === 0) return
  await runner.run(
    updateRefs(inTheWay.map(([name, oid]) => ({ ref: name, oid: null, expected: oid }))),
    options,
  )
}
