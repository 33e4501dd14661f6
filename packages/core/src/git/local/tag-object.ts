import { messageText } from '../message-text.ts'
import { nobodysEmail, personName } from '../person-name.ts'

export interface TagObject {
  /** Full object name of what is tagged. */
  readonly oid: string
  /** What kind of object that is. */
  readonly type: string
  readonly name: string
  /** Who tags. */
  readonly tagger: string
  /** In ms since 1970. */
  readonly at: number
  readonly message: string
}

/** The text of a tag object, as git-mktag(1) has it. Pure. */
export function tagObjectText({ oid, type, name, tagger, at, message }: TagObject): string {
  const seconds = Math.floor(at / 1_000)
  return [
    `object ${oid}`,
    `type ${type}`,
    `tag ${name}`,
    `tagger ${personName(tagger)} <${nobodysEmail}> ${seconds} +0000`,
    '',
    messageText(message),
  ].join('\n')
}
