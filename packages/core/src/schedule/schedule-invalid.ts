import { GitferryError } from '../wire/gitferry-error.ts'

/** The error for a schedule that is not one; `field` is the task's field that is at fault. */
export function scheduleInvalid(
  message: string,
  field: 'cron_expression' | 'timezone' = 'cron_expression',
): GitferryError {
  return new GitferryError('SCHEDULE_INVALID', `${field}: ${message}`, { details: { field } })
}

/** Text from outside, as a message shows it: in quotes, at most 40 characters, all that is not plain ASCII escaped. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 37)}...` : text).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
