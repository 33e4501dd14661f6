import { GitferryError } from '../errors/index.ts'

const forbidden = /[\p{Cc}\p{Cs}\u{fffd} ~^:?*[\\]/u
const oidForm = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/**
 * Whether `name` is a full ref name as git-check-ref-format(1) allows it, whatever a person would be let name.
 * Such a name can stand in a refspec, in a line of `update-ref --stdin` and after `--end-of-options` without
 * being read as anything else. A name with U+FFFD was not UTF-8 and cannot be told back to git.
 */
export function isFullRef(name: string): boolean {
  return (
    name.startsWith('refs/') &&
    name.length <= 4_000 &&
    !forbidden.test(name) &&
    !name.includes('..') &&
    !name.includes('@{') &&
    !name.endsWith('.') &&
    name.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'))
  )
}

export const isOid = (text: string): boolean => oidForm.test(text)

/** @throws REF_INVALID */
export function requireFullRef(name: string): string {
  if (isFullRef(name)) return name
  throw new GitferryError('REF_INVALID', `${JSON.stringify(name)} is not a full ref name ("refs/heads/…").`, {
    details: { ref: name },
  })
}

/** @throws INVALID_INPUT */
export function requireOid(text: string): string {
  if (isOid(text)) return text
  throw new GitferryError('INVALID_INPUT', `${JSON.stringify(text)} is not a full object name.`)
}

/** A full ref name, or a pattern with one `*` in it. @throws REF_INVALID */
export function requireRefPattern(pattern: string): string {
  const [before = '', after, ...more] = pattern.split('*')
  if (more.length > 0) return requireFullRef(pattern)
  requireFullRef(after === undefined ? before : `${before}x${after}`)
  return pattern
}
