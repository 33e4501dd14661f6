import type { Commit } from '../../contract/content.ts'
import type { Page } from '../../contract/page.ts'
import { GitferryError } from '../../errors/index.ts'
import { type CommitFilter, type CommitRange, countCommits, logCommits } from '../commands/log-commits.ts'
import type { ContentSource } from './content-source.ts'
import { readCommits } from './read-commits.ts'
import { isEmpty, resolveRevision } from './resolve-revision.ts'
import { checkWrittenPath } from './written-path.ts'

/** One page of a list. */
export interface Paging {
  readonly page: number
  readonly page_size: number
}

/** git counts in 32 bits, and would begin anew. */
const mostSkipped = 2 ** 31 - 1

/** How long a search of history may take, in ms. */
const timeoutMs = 120_000

/** One page of a list of commits, with their number over all pages. @throws GIT_TIMEOUT, GIT_*, ABORTED */
export async function pageOfCommits(
  source: ContentSource,
  range: CommitRange,
  { page, page_size }: Paging,
  signal: AbortSignal | undefined,
): Promise<Page<Commit>> {
  const part = { skip: Math.min((page - 1) * page_size, mostSkipped), count: page_size }
  const [items, total] = await Promise.all([
    readCommits(source, logCommits(range, part), { signal, timeoutMs }),
    source.run(countCommits(range), { signal, timeoutMs }),
  ])
  return { items, total, page, page_size }
}

/**
 * One page of the commits that a revision reaches, by default HEAD’s; none of a repository that is empty.
 * @throws REVISION_NOT_FOUND, PATH_INVALID, INVALID_INPUT (control characters), GIT_TIMEOUT, GIT_*, ABORTED
 */
export async function listCommits(
  source: ContentSource,
  { ref, ...filter }: CommitFilter & { readonly ref?: string | undefined },
  paging: Paging,
  signal: AbortSignal | undefined,
): Promise<Page<Commit>> {
  if (filter.path) checkWrittenPath(filter.path, 'path', { isNew: false })
  for (const field of ['author', 'message'] as const) refuseControls(filter[field], field)
  if (ref === undefined && (await isEmpty(source, { signal }))) return { items: [], total: 0, ...paging }
  const tip = await resolveRevision(source, ref, { signal })
  return pageOfCommits(source, { ...filter, tip }, paging, signal)
}

function refuseControls(text: string | undefined, field: string): void {
  if (text === undefined || (!/\p{Cc}/u.test(text) && text.isWellFormed())) return
  throw new GitferryError('INVALID_INPUT', `${field}: must not hold control characters`, {
    details: { field },
  })
}
