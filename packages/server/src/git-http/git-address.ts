import { localGroup, reservedGroups } from '@gitferry/core/contract'

/** What a git client asks at an address of a hosted repository. */
export interface GitAddress {
  readonly group: string
  /** Without `.git`. */
  readonly name: string
  /** What follows: `info/refs`, `git-upload-pack`; or a file, as the dumb protocol asks for them. */
  readonly rest: string
}

const form = /^\/([^/]+)\/([^/]+)\.git\/(.+)$/s

/**
 * Reads `/{group}/{name}.git/{rest}`. `undefined`: the path is none, also where its group is a name that the server answers
 * under by itself. Pure.
 */
export function gitAddress(path: string): GitAddress | undefined {
  const [, group, name, rest] = form.exec(path)?.map(decoded) ?? []
  if (group === undefined || name === undefined || rest === undefined) return undefined
  const small = group.toLowerCase()
  if (small !== localGroup && reservedGroups.includes(small)) return undefined
  return { group, name, rest }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
