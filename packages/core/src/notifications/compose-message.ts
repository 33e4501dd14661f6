import type { RepoRow } from '../contract/index.ts'
import { defaultText, defaultTitle, type MessageText } from './default-message.ts'
import type { Occurrence } from './occurrence.ts'
import { renderTemplate } from './template.ts'
import { templateValues } from './template-values.ts'

export interface ComposedMessage extends MessageText {
  /** Why the template could not be used, so that the default text stands in. */
  readonly problem?: unknown
}

/**
 * What a channel says about an occurrence. A template that fails here, or prints nothing for this one, gives way to
 * the default text: a message in plain words is worth more than none. `now` in ms since 1970.
 */
export function composeMessage(
  occurrence: Occurrence,
  facts: { readonly repo?: RepoRow | undefined; readonly now: number; readonly template: string | null },
): ComposedMessage {
  const values = templateValues(occurrence, facts)
  const title = defaultTitle(values)
  const standIn = defaultText(values)
  if (facts.template === null) return { title, text: standIn }
  try {
    return { title, text: renderTemplate(facts.template, values) || standIn }
  } catch (problem) {
    return { title, text: standIn, problem }
  }
}
