import { z } from 'zod'

const maxComponentBytes = 250
const maxBytes = 1_000
const encoder = new TextEncoder()
const forbiddenByGit = /[\p{Cc} ~^:?*[\\]/u
const format = /[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u
const looksLikeOid = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/**
 * Why `name` cannot be a branch or tag name that a person gives, or `undefined` when it can.
 *
 * The rules are those of git-check-ref-format(1) with `--branch`, and a few more that keep a name from being
 * read as something else: no leading `-` (an option) or `+` (a forced refspec), no name that reads as an
 * object name or a full ref, at most 250 bytes a component (a loose ref and its `.lock` are files) and 1,000
 * in all, NFC, no invisible format characters. A ref *found* on a remote may break the latter rules; it is only
 * ever handled by its full name.
 */
export function problemWithRefName(name: string): string | undefined {
  if (name === '') return 'must not be empty'
  if (/\p{Cc}/u.test(name)) return 'must not hold control characters'
  if (name.startsWith('-')) return 'must not begin with "-"'
  if (name.startsWith('+')) return 'must not begin with "+"'
  if (name === '@' || name === 'HEAD') return `"${name}" means something else to git`
  if (name.startsWith('refs/')) return 'must be a short name, without "refs/…"'
  if (name.includes('..')) return 'must not hold ".."'
  if (name.includes('@{')) return 'must not hold "@{"'
  if (forbiddenByGit.test(name)) return 'must not hold a space or any of ~ ^ : ? * [ \\'
  if (name.includes('\ufffd')) return 'must be valid UTF-8'
  if (format.test(name)) return 'must not hold invisible characters'
  if (name.normalize('NFC') !== name) return 'must be in Unicode normal form C'
  if (looksLikeOid.test(name)) return 'must not look like an object name'
  if (name.endsWith('.')) return 'must not end with "."'
  if (encoder.encode(name).length > maxBytes) return `must have at most ${maxBytes} bytes`
  for (const component of name.split('/')) {
    if (component === '') return 'must not begin or end with "/" or hold "//"'
    if (component.startsWith('.')) return 'no part of it may begin with "."'
    if (component.endsWith('.lock')) return 'no part of it may end with ".lock"'
    if (encoder.encode(component).length > maxComponentBytes) {
      return `no part of it may have more than ${maxComponentBytes} bytes`
    }
  }
  return undefined
}

const checkedBy = (problemWith: (name: string) => string | undefined) =>
  z.string({ error: 'must be text' }).check((context) => {
    const message = problemWith(context.value)
    if (message === undefined) return
    context.issues.push({ code: 'custom', input: context.value, message, params: { code: 'REF_INVALID' } })
  })

/** A short branch or tag name (`feature/x`). */
export const refName = checkedBy(problemWithRefName)

/** A branch, or a full object name, which no branch may look like. */
export const revision = checkedBy((name) => (looksLikeOid.test(name) ? undefined : problemWithRefName(name)))
