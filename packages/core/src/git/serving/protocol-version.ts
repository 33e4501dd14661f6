/** Longer ones are no list of capabilities that a git sends. */
const longest = 256

/**
 * What of a client’s wish git is told (`GIT_PROTOCOL`): the version alone, of those that git knows. The wish is a stranger’s
 * text, a `:`-separated list of `key=value` (git(1)). `undefined`: version 0. Pure.
 */
export function protocolVersion(wish: string | null | undefined): string | undefined {
  if (wish == null || wish.length > longest) return undefined
  const versions = wish.split(':').filter((key) => key === 'version=2' || key === 'version=1')
  return versions.toSorted().at(-1)
}
