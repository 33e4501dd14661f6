import type { GitferryError } from '@gitferry/core/errors'

/** What a request calls the fields of a service: `{ path: 'file_path' }`. `*` stands for a place in a list. */
export type SentFields = Readonly<Record<string, string>>

/** How a message names a field: in front of what is wrong with it. Of several fields, one after the other. */
const named = /(^|; )([a-z_]+(?:\.\d+)?(?:\.[a-z_]+)*)(?=: )/g

/** The message of an error, about the fields that the caller has sent. Pure. */
export function sentMessage({ message }: GitferryError, fields: SentFields = {}): string {
  return message.replace(named, (_, before: string, field: string) => {
    const place = /\.(\d+)(?=\.|$)/.exec(field)?.[1]
    const key = place === undefined ? field : field.replace(`.${place}`, '.*')
    const sent = Object.hasOwn(fields, key) ? fields[key]! : key
    return `${before}${place === undefined ? sent : sent.replace('*', place)}`
  })
}
