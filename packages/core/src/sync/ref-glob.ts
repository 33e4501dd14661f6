/**
 * Whether a glob matches a whole name: `*` any run of characters, `/` among them (as in git’s refspecs and
 * `git branch --list`), `?` one character, everything else itself. Greedy with one point to go back to, so a
 * pattern of many `*` takes no more than pattern × name steps.
 */
export function matchesRefGlob(glob: string, name: string): boolean {
  let at = 0
  let from = 0
  let star = -1
  let resume = 0
  while (from < name.length) {
    const symbol = glob[at]
    if (symbol === '*') {
      star = at
      resume = from
      at += 1
    } else if (symbol === '?') {
      at += 1
      from += name.codePointAt(from)! > 0xffff ? 2 : 1
    } else if (symbol === name[from]) {
      at += 1
      from += 1
    } else if (star === -1) {
      return false
    } else {
      resume += 1
      from = resume
      at = star + 1
    }
  }
  while (glob[at] === '*') at += 1
  return at === glob.length
}

/**
 * Whether there can be a name that both globs match. Conservative: of two globs with wildcards only the text before
 * the first one is compared, so the answer may be true where no name is.
 */
export function mayOverlap(one: string, other: string): boolean {
  const before = textBeforeWildcard(one)
  const otherBefore = textBeforeWildcard(other)
  if (before === one) return matchesRefGlob(other, one)
  if (otherBefore === other) return matchesRefGlob(one, other)
  return before.startsWith(otherBefore) || otherBefore.startsWith(before)
}

/** Whether `outer` surely matches every name that `inner` matches; false where it is not plain to see. */
export function surelyContains(outer: string, inner: string): boolean {
  const before = textBeforeWildcard(inner)
  if (before === inner) return matchesRefGlob(outer, inner)
  return outer === inner || (outer === `${textBeforeWildcard(outer)}*` && matchesRefGlob(outer, before))
}

function textBeforeWildcard(glob: string): string {
  const end = glob.search(/[*?]/)
  return end === -1 ? glob : glob.slice(0, end)
}
