import { GitferryError } from '../../errors/index.ts'
import { objectsByPrefix } from '../commands/objects-by-prefix.ts'
import { isFullRef } from '../full-ref.ts'
import { listRefs } from '../local/commands/list-refs.ts'
import { findObjects } from '../local/commands/objects.ts'
import type { ContentSource } from './content-source.ts'

interface Call {
  readonly signal?: AbortSignal | undefined
}

/** A full object name as a caller may write it. */
export const fullOid = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i
const shortOid = /^[0-9a-f]{7,64}$/i

/**
 * The commit that a text of a caller’s means, by its full oid: a full object name, a branch, a tag (a branch goes before
 * a tag of its name), or the first digits of a commit’s name, at least seven; `undefined` and `HEAD`: what HEAD is at. A
 * text is only ever a name: what git would read an expression from (`main~1`, `a..b`, `:/words`, `@{-1}`) names nothing.
 * @throws REVISION_NOT_FOUND
 */
export async function resolveRevision(
  source: ContentSource,
  text: string | undefined,
  { signal, field = 'ref' }: Call & { readonly field?: string | undefined } = {},
): Promise<string> {
  if (text === undefined || text === 'HEAD') {
    const head = await headCommitOf(source, { signal })
    if (head !== null) return head
    throw notFound(field, 'HEAD leads to no commit. Name a branch, a tag or a commit.')
  }
  const found = (await source.run(findObjects(namesOf(text)), { signal })).find((object) => object !== null)
  if (found) return found.oid
  const commits = shortOid.test(text) ? await commitsByPrefix(source, text.toLowerCase(), signal) : []
  if (commits.length === 1) return commits[0]!
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text
  throw notFound(
    field,
    commits.length > 1
      ? `several commits begin with "${shown}". Give more digits.`
      : `there is no branch, tag or commit "${shown}".`,
  )
}

/** The commit that HEAD is at; `null`: HEAD names a branch that is not there (yet), or what is no commit. */
export async function headCommitOf(source: ContentSource, { signal }: Call = {}): Promise<string | null> {
  const [head] = await source.run(findObjects(['HEAD^{commit}']), { signal })
  return head?.oid ?? null
}

/** Whether a repository has no branch and no commit at HEAD: whatever is listed of it is nothing. */
export async function isEmpty(source: ContentSource, { signal }: Call = {}): Promise<boolean> {
  if ((await headCommitOf(source, { signal })) !== null) return false
  return (await source.run(listRefs(['refs/heads']), { signal })).length === 0
}

/** What git is asked for, in the order in which it counts. */
function namesOf(text: string): string[] {
  const refs = [`refs/heads/${text}`, `refs/tags/${text}`].filter(isFullRef)
  const names = fullOid.test(text) ? [text.toLowerCase(), ...refs] : refs
  return names.map((name) => `${name}^{commit}`)
}

async function commitsByPrefix(
  source: ContentSource,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const objects = await source.run(objectsByPrefix(prefix), { signal })
  if (objects.length === 0) return []
  const found = await source.run(findObjects(objects.map((oid) => `${oid}^{commit}`)), { signal })
  // a tag and its commit may begin alike
  return [...new Set(found.flatMap((object) => object?.oid ?? []))]
}

const notFound = (field: string, message: string): GitferryError =>
  new GitferryError('REVISION_NOT_FOUND', `${field}: ${message}`, { details: { field } })
