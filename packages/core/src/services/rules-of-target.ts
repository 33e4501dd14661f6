import { localRemote, roles } from '../contract/index.ts'
import { isGitferryError } from '../errors/index.ts'
import { openLocal } from '../git/open-local.ts'
import type { PushRule } from '../protection/index.ts'
import type { OpenSideContext } from './open-side.ts'
import { pushRulesAt } from './protected-refs.ts'
import type { Side } from './resolve-sides.ts'

/**
 * What the protected refs of a task's target mean for its runs, which count as a developer whoever started them. A target
 * on this machine may be a repository that gitferry manages: by the remote `local`, or by a path that leads there. Of any
 * other target gitferry protects nothing; its own server does.
 */
export async function rulesOfTarget(side: Side, { settings, storage }: OpenSideContext): Promise<PushRule[]> {
  const common_dir = side.remote === localRemote ? side.repo.common_dir : await directoryOf(side, settings)
  return common_dir === undefined ? [] : pushRulesAt({ common_dir }, roles.developer, storage)
}

/** `undefined`: it is elsewhere, or cannot be opened, which the push will say. */
async function directoryOf(
  { path }: Side,
  settings: OpenSideContext['settings'],
): Promise<string | undefined> {
  if (path === undefined) return undefined
  try {
    return (await openLocal(path, settings.repoRoots, settings)).common_dir
  } catch (error) {
    if (isGitferryError(error)) return undefined
    throw error
  }
}
