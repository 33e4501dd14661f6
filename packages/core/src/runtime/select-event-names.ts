import { eventNames, type GitferryEventName } from '../contract/index.ts'
import { GitferryError } from '../errors/index.ts'

/**
 * The events that `selectors` name: `run.finished` is one, `run.*` are all that begin so. Each comes once.
 * @throws INVALID_INPUT naming `names`
 */
export function selectEventNames(selectors: readonly string[]): readonly GitferryEventName[] {
  if (selectors.length === 0) throw unknown('')
  const selected = new Set<GitferryEventName>()
  for (const selector of selectors) {
    if (typeof selector !== 'string') throw unknown(selector)
    const prefix = selector.endsWith('.*') ? selector.slice(0, -1) : undefined
    const matching = eventNames.filter((name) =>
      prefix === undefined ? name === selector : name.startsWith(prefix),
    )
    if (matching.length === 0) throw unknown(selector)
    for (const name of matching) selected.add(name)
  }
  return [...selected]
}

const unknown = (selector: unknown): GitferryError =>
  new GitferryError(
    'INVALID_INPUT',
    `names: must each be an event, such as "run.finished", or its first part with a star, such as "run.*"; ` +
      `${JSON.stringify(String(selector).slice(0, 50))} is neither`,
    { details: { field: 'names' } },
  )
