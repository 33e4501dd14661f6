import { problemWithRefGlob } from './full-ref-name.ts'
import { matchesRefGlob } from './ref-glob.ts'

/**
 * One line of a selection: which refs of the source it takes, and what they are called at the target. Both are
 * globs over full names. They are equal, or they rename: then each has exactly one `*`, or each has none.
 */
export interface RefRule {
  readonly source: string
  readonly target: string
}

/** The rule that a glob (`refs/heads/*`) or a refspec (`refs/heads/*:refs/heads/up/*`) states, or what is wrong with it. */
export function readRefRule(entry: string): RefRule | { readonly problem: string } {
  if (entry.startsWith('+')) {
    return {
      problem: 'must not begin with "+": nothing is forced blindly; say it with on_diverge "overwrite"',
    }
  }
  if (entry.startsWith('^')) return { problem: 'must not begin with "^"; name what to leave out in exclude' }
  const [source = '', target = source, ...more] = entry.split(':')
  if (more.length > 0) return { problem: 'must hold ":" at most once' }
  if (source === '' || target === '') {
    return { problem: 'must name both sides: "refs/heads/a:refs/heads/b"' }
  }
  const problem = problemWithRefGlob(source) ?? problemWithRefGlob(target)
  if (problem !== undefined) return { problem }
  return source === target ? { source, target } : renaming({ source, target })
}

function renaming(rule: RefRule): RefRule | { readonly problem: string } {
  const { source, target } = rule
  if (source.includes('?') || target.includes('?')) {
    return { problem: 'must not hold "?" where it renames; write "*"' }
  }
  const stars = source.split('*').length
  if (stars > 2 || stars !== target.split('*').length) {
    return { problem: 'must hold one "*" on both sides of ":", or none on either' }
  }
  if (namespaceOf(source) !== namespaceOf(target)) {
    return { problem: 'must stay in its place: a branch becomes a branch ("refs/heads/…"), a tag a tag' }
  }
  return rule
}

/** `refs/heads/` or `refs/tags/`. */
export const namespaceOf = (ref: string): string => ref.slice(0, ref.indexOf('/', 'refs/'.length) + 1)

/** What a source ref is called at the target; `null`: the rule does not take it. */
export const renamedBy = ({ source, target }: RefRule, name: string): string | null =>
  substitute(source, target, name)

/** Which source ref is called so at the target; `null`: none can be. */
export const originalBy = ({ source, target }: RefRule, name: string): string | null =>
  substitute(target, source, name)

function substitute(from: string, to: string, name: string): string | null {
  if (from === to) return matchesRefGlob(from, name) ? name : null
  const [before = '', after] = from.split('*')
  if (after === undefined) return name === from ? to : null
  const isTaken =
    name.length >= before.length + after.length && name.startsWith(before) && name.endsWith(after)
  // a function, for "$&" in a ref’s name means nothing
  return isTaken ? to.replace('*', () => name.slice(before.length, name.length - after.length)) : null
}
