const forbidden = /[\p{Cc} ~^:?*[\\]/u
/** What was not UTF-8 reads as U+FFFD and cannot be told back to git. */
const notText = /[\p{Cs}\u{fffd}]/u
const maxLength = 4_000

/**
 * Why `name` can be the full name of no branch and no tag, or `undefined` when it can. The rules are git’s alone
 * (git-check-ref-format(1)): what is *found* on a remote may break those for names that people give.
 */
export function problemWithFullRefName(name: string): string | undefined {
  return problemWith(name, name, '~ ^ : ? * [ \\')
}

/**
 * Why `glob` is no glob over such names, or `undefined` when it is: it begins with `refs/heads/` or `refs/tags/`, and
 * what its wildcards `*` and `?` leave open can be filled so that a ref’s name comes out.
 */
export function problemWithRefGlob(glob: string): string | undefined {
  return problemWith(glob, glob.replaceAll(/[*?]/g, 'x'), '~ ^ : [ \\')
}

function problemWith(written: string, name: string, symbols: string): string | undefined {
  if (!/^refs\/(?:heads|tags)\//.test(written)) return notInPlace(written)
  if (notText.test(name)) return 'must be valid UTF-8'
  if (name.includes('..')) return 'must not hold ".."'
  if (name.includes('@{')) return 'must not hold "@{"'
  if (forbidden.test(name)) return `must not hold a space, a control character or any of ${symbols}`
  if (name.endsWith('.')) return 'must not end with "."'
  if (name.length > maxLength) return `must have at most ${maxLength} characters`
  for (const part of name.split('/')) {
    if (part === '') return 'must not end with "/" or hold "//"'
    if (part.startsWith('.')) return 'no part of it may begin with "."'
    if (part.endsWith('.lock')) return 'no part of it may end with ".lock"'
  }
  return undefined
}

function notInPlace(name: string): string {
  if (/^(?:heads|tags)\//.test(name)) return `must be a full name; write "refs/${name}"`
  if (name.startsWith('refs/')) return 'must begin with "refs/heads/" or "refs/tags/"; nothing else is synced'
  return `must be a full name; write "refs/heads/${name}", or "refs/tags/${name}" for a tag`
}
